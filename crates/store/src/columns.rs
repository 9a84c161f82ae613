//! The columns of a table: written out once, and read by their places.
//!
//! SeaORM makes a select from one expression for each column, writes all of them with every statement, looks each one up by its name in
//! every row, and makes an error of each null before it takes it for one. For a small query the first is most of what it costs here,
//! for a page of rows the last.
use crate::connection::{Connection, failed};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ColumnType, ConnectionTrait, DbBackend, DbErr, EntityTrait, FromQueryResult,
    Iterable, QueryResult, QuerySelect, QueryTrait, Select, TryIntoModel, Value, sea_query::Expr,
};
use sqlx::Row;
use std::{
    any::{Any, TypeId},
    collections::HashMap,
    sync::{Arc, LazyLock, PoisonError, RwLock},
};

static TABLES: LazyLock<RwLock<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>> = LazyLock::new(RwLock::default);

/// What is the same for all queries of a table.
struct Table<E: EntityTrait> {
    select: Select<E>,
    /// The columns in the order of the select, and how they are read; nothing where that is left to SeaORM.
    columns: Option<Vec<(E::Column, Kind)>>,
}

fn table<E: EntityTrait>() -> Arc<Table<E>> {
    let tables = TABLES.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(table) = tables.get(&TypeId::of::<E>()).and_then(|table| table.clone().downcast().ok()) {
        return table;
    }
    drop(tables);
    let columns = E::Column::iter().map(|column| Some((column, Kind::of(column.def().get_column_type())?)));
    let table = Arc::new(Table::<E> { select: written_out::<E>(), columns: columns.collect() });
    let mut tables = TABLES.write().unwrap_or_else(PoisonError::into_inner);
    tables.insert(TypeId::of::<E>(), table.clone());
    table
}

/// As `E::find()`, and the same statement.
pub(crate) fn find<E: EntityTrait>() -> Select<E> {
    table::<E>().select.clone()
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

/// The first row of what [`find`] began.
pub(crate) async fn one<E>(select: Select<E>, connection: &Connection) -> Result<Option<E::Model>, DbErr>
where
    E: EntityTrait<ActiveModel: TryIntoModel<E::Model>>,
{
    let statement = select.limit(1).build(connection.get_database_backend());
    let row = connection.query_one_raw(statement).await?;
    row.map(|row| table::<E>().model(&row)).transpose()
}

/// The rows of what [`find`] began.
pub(crate) async fn all<E>(select: Select<E>, connection: &Connection) -> Result<Vec<E::Model>, DbErr>
where
    E: EntityTrait<ActiveModel: TryIntoModel<E::Model>>,
{
    let statement = select.build(connection.get_database_backend());
    let (rows, table) = (connection.query_all_raw(statement).await?, table::<E>());
    rows.iter().map(|row| table.model(row)).collect()
}

impl<E> Table<E>
where
    E: EntityTrait<ActiveModel: TryIntoModel<E::Model>>,
{
    fn model(&self, row: &QueryResult) -> Result<E::Model, DbErr> {
        let Some(columns) = &self.columns else {
            return E::Model::from_query_result(row, "");
        };
        let mut model = <E::ActiveModel as ActiveModelTrait>::default();
        for (place, (column, kind)) in columns.iter().enumerate() {
            model.try_set(*column, kind.value(row, place)?)?;
        }
        model.try_into_model()
    }
}

/// What a column of a row holds; sqlx has a type of row for each database.
macro_rules! value {
    ($kind:expr, $row:expr, $place:expr) => {
        match $kind {
            Kind::Boolean => $row.try_get($place).map(Value::Bool),
            Kind::Bytes => $row.try_get($place).map(Value::Bytes),
            Kind::Date => $row.try_get($place).map(Value::ChronoDate),
            Kind::Double => $row.try_get($place).map(Value::Double),
            Kind::Id => $row.try_get($place).map(Value::Uuid),
            Kind::Integer => $row.try_get($place).map(Value::Int),
            Kind::Json => $row.try_get::<Option<_>, _>($place).map(|json| Value::Json(json.map(Box::new))),
            Kind::Long => $row.try_get($place).map(Value::BigInt),
            Kind::Text => $row.try_get($place).map(Value::String),
            Kind::Time => $row.try_get($place).map(Value::ChronoDateTimeUtc),
        }
    };
}

/// What a column holds.
#[derive(Clone, Copy)]
enum Kind {
    Boolean,
    Bytes,
    Date,
    Double,
    Id,
    Integer,
    Json,
    Long,
    Text,
    Time,
}

impl Kind {
    fn of(column: &ColumnType) -> Option<Self> {
        match column {
            ColumnType::Boolean => Some(Self::Boolean),
            ColumnType::Blob | ColumnType::VarBinary(_) => Some(Self::Bytes),
            ColumnType::Date => Some(Self::Date),
            ColumnType::Double => Some(Self::Double),
            ColumnType::Uuid => Some(Self::Id),
            ColumnType::Integer => Some(Self::Integer),
            ColumnType::Json | ColumnType::JsonBinary => Some(Self::Json),
            ColumnType::BigInteger => Some(Self::Long),
            ColumnType::Char(_) | ColumnType::String(_) | ColumnType::Text => Some(Self::Text),
            ColumnType::TimestampWithTimeZone => Some(Self::Time),
            _ => None,
        }
    }

    fn value(self, row: &QueryResult, place: usize) -> Result<Value, DbErr> {
        let value = match (row.try_as_pg_row(), row.try_as_sqlite_row()) {
            (Some(row), _) => value!(self, row, place),
            (_, Some(row)) => value!(self, row, place),
            _ => return Err(DbErr::Custom("a row of neither database".to_owned())),
        };
        value.map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use purser_entity_platform::job;
    use sea_orm::QueryFilter;

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

    #[test]
    fn every_column_has_a_place() {
        assert!(table::<job::Entity>().columns.is_some());
    }
}
