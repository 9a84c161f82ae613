//! Global tables: those that belong to no organization.
use crate::{
    Filter, Vault, columns,
    connection::Connection,
    error::internal,
    page,
    query::LOCK,
    read::not_found,
    write::{EntityOf, MAX_BOUND_VALUES, ModelOf, fill},
};
use purser_entity_core::{GlobalEntity, PersonEntity, SoftDelete, Versioned};
use purser_kernel::{Clock, CommonProblem, Page, PageRequest, Problem, Timestamp, UserId};
use sea_orm::sea_query::{Expr, ExprTrait, LockType, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, IntoActiveModel, Iterable, ModelTrait, Order,
    PrimaryKeyToColumn, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select, Value,
};
use std::str::FromStr;

/// What every open transaction has.
pub(crate) struct Unit {
    pub(crate) connection: Connection,
    pub(crate) clock: Clock,
    pub(crate) vault: Vault,
    /// The person whose secrets are visible.
    pub(crate) person: Option<UserId>,
}

/// An open transaction for global tables alone: no tenant is set in it.
pub struct SystemTx {
    unit: Unit,
}

impl SystemTx {
    pub(crate) fn new(unit: Unit) -> Self {
        Self { unit }
    }

    /// The global tables.
    pub fn system(&self) -> System<'_> {
        System::new(&self.unit)
    }

    /// Makes everything that was written permanent.
    pub async fn commit(self) -> Result<(), Problem> {
        self.unit.connection.commit().await
    }
}

/// The global tables in an open transaction, and nothing else of it.
#[derive(Clone, Copy)]
pub struct System<'t> {
    unit: &'t Unit,
}

impl<'t> System<'t> {
    pub(crate) fn new(unit: &'t Unit) -> Self {
        Self { unit }
    }

    pub(crate) fn connection(self) -> &'t Connection {
        &self.unit.connection
    }

    /// The time that this unit of work writes down.
    pub fn now(self) -> Timestamp {
        self.unit.clock.now()
    }

    /// Seals and opens what belongs to no organization.
    pub fn vault(self) -> &'t Vault {
        &self.unit.vault
    }

    /// The rows of `E`, without deleted ones.
    pub fn find<E: GlobalEntity>(self) -> Global<'t, E> {
        Global::new(self.connection())
    }

    /// The rows of `E` that are about the person for whom this transaction was begun, in whichever organization.
    /// `internal` in any other transaction.
    pub async fn mine<E: PersonEntity>(self, limit: u64) -> Result<Vec<E::Model>, Problem> {
        let person = self.unit.person.ok_or_else(|| Problem::internal("this transaction is nobody's own"))?;
        E::find()
            .filter(E::USER_ID.eq(person))
            .filter(Condition::all().add_option(E::deleted_at_column().map(|column| column.is_null())))
            .order_by(E::id_column(), Order::Asc)
            .limit(limit)
            .all(self.connection())
            .await
            .map_err(internal)
    }

    /// Inserts a row; `created_at`, `updated_at` and `version` are filled in.
    pub async fn insert<A>(self, mut row: A) -> Result<ModelOf<A>, Problem>
    where
        A: ActiveModelTrait<Entity: GlobalEntity> + Send,
        ModelOf<A>: IntoActiveModel<A>,
    {
        fill(&mut row, self.now());
        EntityOf::<A>::insert(row).exec_with_returning(self.connection()).await.map_err(internal)
    }

    /// Inserts the row unless one with the same unique key is there. `false` when it is.
    ///
    /// Two at once: the second waits for the first to commit and is then told.
    pub async fn insert_if_absent<A>(self, mut row: A) -> Result<bool, Problem>
    where
        A: ActiveModelTrait<Entity: GlobalEntity> + Send,
        ModelOf<A>: IntoActiveModel<A>,
    {
        fill(&mut row, self.now());
        let insert = EntityOf::<A>::insert(row).on_conflict(OnConflict::new().do_nothing().to_owned());
        let inserted = insert.exec_without_returning(self.connection()).await.map_err(internal)?;
        Ok(inserted == 1)
    }

    /// Inserts the rows, or overwrites `columns` of those that have the same `key`, with as few statements as the databases allow. No
    /// two of the rows have the same key.
    pub async fn upsert_many<A, const K: usize, const C: usize>(
        self,
        rows: impl IntoIterator<Item = A>,
        key: [<EntityOf<A> as EntityTrait>::Column; K],
        columns: [<EntityOf<A> as EntityTrait>::Column; C],
    ) -> Result<(), Problem>
    where
        A: ActiveModelTrait<Entity: GlobalEntity> + Send,
        ModelOf<A>: IntoActiveModel<A>,
    {
        let conflict = OnConflict::columns(key).update_columns(columns).to_owned();
        let mut rows: Vec<A> = rows.into_iter().collect();
        for row in &mut rows {
            fill(row, self.now());
        }
        let batch = MAX_BOUND_VALUES / <EntityOf<A> as EntityTrait>::Column::iter().count();
        while !rows.is_empty() {
            let rest = rows.split_off(rows.len().min(batch));
            let insert = EntityOf::<A>::insert_many(std::mem::replace(&mut rows, rest)).on_conflict(conflict.clone());
            insert.exec_without_returning(self.connection()).await.map_err(internal)?;
        }
        Ok(())
    }

    /// Writes what `change` sets, if the row still has the version it was read with. `stale` when somebody was faster.
    pub async fn update<M>(
        self,
        row: M,
        change: impl FnOnce(&mut <M::Entity as EntityTrait>::ActiveModel) + Send,
    ) -> Result<M, Problem>
    where
        M: ModelTrait<Entity: GlobalEntity + Versioned + EntityTrait<Model = M>>,
        M: IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    {
        let version_column = <M::Entity as Versioned>::VERSION;
        let Value::BigInt(Some(version)) = row.get(version_column) else {
            return Err(Problem::internal("a version is a bigint"));
        };
        let key = key_column::<M::Entity>()?;
        let id = row.get(key);
        let mut active = row.into_active_model();
        change(&mut active);
        active.not_set(key);
        active.set(version_column, version.saturating_add(1).into());
        if let Ok(column) = <M::Entity as EntityTrait>::Column::from_str("updated_at") {
            active.set(column, self.now().into());
        }
        let updated = M::Entity::update_many()
            .set(active)
            .filter(key.eq(id))
            .filter(version_column.eq(version))
            .exec_with_returning(self.connection())
            .await
            .map_err(internal)?;
        updated.into_iter().next().ok_or_else(|| Problem::of(CommonProblem::Stale))
    }

    /// Sets `change` on every row that matches `filter`, and returns how many there were: a compare-and-set where the filter
    /// names what is expected.
    pub async fn update_where<E: GlobalEntity>(
        self,
        filter: Filter<E>,
        change: impl FnOnce(&mut E::ActiveModel) + Send,
    ) -> Result<u64, Problem> {
        let mut active = <E::ActiveModel as ActiveModelTrait>::default();
        change(&mut active);
        if let Ok(column) = E::Column::from_str("updated_at") {
            active.set(column, self.now().into());
        }
        let mut update = E::update_many().set(active);
        if let Ok(version) = E::Column::from_str("version") {
            update = update.col_expr(version, Expr::col(version).add(1));
        }
        let updated = update.filter(filter.condition).exec(self.connection()).await.map_err(internal)?;
        Ok(updated.rows_affected)
    }

    /// Removes the rows that match `filter`, and returns how many there were.
    pub async fn remove<E: GlobalEntity>(self, filter: Filter<E>) -> Result<u64, Problem> {
        let removed = E::delete_many().filter(filter.condition).exec(self.connection()).await.map_err(internal)?;
        Ok(removed.rows_affected)
    }

    /// As [`System::remove`], and at most `limit` rows, those with the least keys: in between others can write.
    pub(crate) async fn remove_some<E: GlobalEntity>(self, filter: Filter<E>, limit: u64) -> Result<u64, Problem> {
        let key = key_column::<E>()?;
        let first = E::find().select_only().column(key).filter(filter.condition.clone());
        let first = first.order_by(key, Order::Asc).limit(limit).into_query();
        // Both: of a row that somebody has changed meanwhile PostgreSQL looks at the filter again, and not at what is asked within.
        let some = E::delete_many().filter(filter.condition).filter(key.in_subquery(first));
        Ok(some.exec(self.connection()).await.map_err(internal)?.rows_affected)
    }

    /// Marks a row as deleted. `not_found` when there is none.
    pub async fn soft_delete<E: GlobalEntity + SoftDelete>(self, filter: Filter<E>) -> Result<(), Problem> {
        let deleted = E::update_many()
            .col_expr(E::DELETED_AT, Expr::val(self.now()))
            .filter(filter.condition)
            .filter(E::DELETED_AT.is_null())
            .exec(self.connection())
            .await
            .map_err(internal)?;
        if deleted.rows_affected == 0 { Err(not_found::<E>()) } else { Ok(()) }
    }
}

fn key_column<E: EntityTrait>() -> Result<E::Column, Problem> {
    let key = E::PrimaryKey::iter().next().map(PrimaryKeyToColumn::into_column);
    key.ok_or_else(|| Problem::internal("a table has a key"))
}

/// The rows of a global table, narrowed further.
#[must_use = "a query does nothing until one() or all()"]
pub struct Global<'t, E: GlobalEntity> {
    connection: &'t Connection,
    select: Select<E>,
    sort: Vec<(E::Column, Order)>,
}

impl<'t, E: GlobalEntity> Global<'t, E> {
    pub(crate) fn new(connection: &'t Connection) -> Self {
        let mut select = columns::find::<E>();
        if let Ok(column) = E::Column::from_str("deleted_at") {
            select = select.filter(column.is_null());
        }
        Self { connection, select, sort: vec![] }
    }

    /// Narrows by `filter`.
    pub fn filter(mut self, filter: Filter<E>) -> Self {
        self.select = self.select.filter(filter.condition);
        self
    }

    /// Narrows by `filter`, if there is one.
    pub fn filter_if(self, filter: Option<Filter<E>>) -> Self {
        match filter {
            Some(filter) => self.filter(filter),
            None => self,
        }
    }

    /// Sorts by `column`.
    pub fn order_by(mut self, column: E::Column, order: Order) -> Self {
        self.sort.push((column, order));
        self
    }

    /// Nobody else changes these rows until the transaction ends. Others may go on to refer to them: nearly every row refers to
    /// its organization, and writing one is not to wait for this.
    pub fn for_update(self) -> Self {
        self.locked_as(LOCK)
    }

    /// Nobody deletes these rows or locks them for an update of their keys until the transaction ends; others may do the same, and
    /// change them.
    pub(crate) fn key_shared(self) -> Self {
        self.locked_as(LockType::KeyShare)
    }

    pub(crate) fn locked_as(mut self, lock: LockType) -> Self {
        self.select = self.select.lock(lock);
        self
    }

    fn sorted(self) -> Select<E> {
        self.sort.into_iter().fold(self.select, |select, (column, order)| select.order_by(column, order))
    }

    /// The first row.
    pub async fn one(self) -> Result<Option<E::Model>, Problem> {
        let connection = self.connection;
        columns::one(self.sorted(), connection).await.map_err(internal)
    }

    /// At most `limit` rows.
    pub async fn all(self, limit: u64) -> Result<Vec<E::Model>, Problem> {
        let connection = self.connection;
        columns::all(self.sorted().limit(limit), connection).await.map_err(internal)
    }

    /// A page of the rows, as of a tenant's table. For rows of one person, which no other table bounds, and for those who administer
    /// the installation.
    pub async fn page(self, request: &PageRequest) -> Result<Page<E::Model>, Problem> {
        page::fetch(self.connection, self.select, Condition::all(), self.sort, key_column::<E>()?, request).await
    }
}
