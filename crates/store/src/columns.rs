//! The columns of a table, written out once.
//!
//! SeaORM makes a select from one expression for each column, and writes all of them with every statement: for a table of thirty
//! columns that is most of what a small query costs here.
use sea_orm::{DbBackend, EntityTrait, QuerySelect, QueryTrait, Select, sea_query::Expr};
use std::{
    any::{Any, TypeId},
    collections::HashMap,
    sync::{LazyLock, PoisonError, RwLock},
};

static SELECTS: LazyLock<RwLock<HashMap<TypeId, Box<dyn Any + Send + Sync>>>> = LazyLock::new(RwLock::default);

/// As `E::find()`, and the same statement.
pub(crate) fn find<E: EntityTrait>() -> Select<E> {
    let selects = SELECTS.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(select) = selects.get(&TypeId::of::<E>()).and_then(|select| select.downcast_ref::<Select<E>>()) {
        return select.clone();
    }
    drop(selects);
    let select = written_out::<E>();
    let mut selects = SELECTS.write().unwrap_or_else(PoisonError::into_inner);
    selects.insert(TypeId::of::<E>(), Box::new(select.clone()));
    select
}

fn written_out<E: EntityTrait>() -> Select<E> {
    let list = |backend: DbBackend| {
        let statement = E::find().build(backend).sql;
        let list = statement.strip_prefix("SELECT ").and_then(|rest| rest.split_once(" FROM "));
        list.map(|(list, _)| list.to_owned())
    };
    match (list(DbBackend::Postgres), list(DbBackend::Sqlite)) {
        (Some(one), Some(other)) if one == other => E::find().select_only().expr(Expr::cust(one)),
        // A column that only one of them casts: let SeaORM write it.
        _ => E::find(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use purser_entity_platform::job;
    use sea_orm::{ColumnTrait, QueryFilter};

    #[test]
    fn the_statement_is_the_one_that_seaorm_writes() {
        for backend in [DbBackend::Postgres, DbBackend::Sqlite] {
            for _ in 0..2 {
                let (ours, theirs) = (find::<job::Entity>(), job::Entity::find());
                let [ours, theirs] =
                    [ours, theirs].map(|select| select.filter(job::Column::Kind.eq("a")).build(backend));
                assert_eq!(ours, theirs);
            }
        }
    }
}
