//! A unit of work that writes.
use crate::{ReadTx, Scoped, Store, error::internal, query::visible, read::not_found};
use purser_entity_core::{IdOf, TenantEntity, Versioned};
use purser_kernel::{CommonProblem, Expected, Problem};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, EntityTrait, IntoActiveModel, Iterable, ModelTrait, QueryFilter,
    UpdateMany, Value,
};
use std::{
    collections::BTreeSet,
    ops::Deref,
    str::FromStr,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

/// Everything a [`ReadTx`] offers, and the writes. `&WriteTx` goes wherever a function asks for `&ReadTx`.
pub struct WriteTx {
    read: ReadTx,
    store: Store,
    /// Whether this transaction has queued its wake-up of the dispatcher.
    pub(crate) dispatch_queued: AtomicBool,
    /// Of which kinds jobs were queued, so that who does them is woken by the commit.
    queued: Mutex<BTreeSet<&'static str>>,
    /// Whether what people may do has changed, so that it is looked up again after the commit.
    rights_changed: AtomicBool,
    /// Whether the organization's status changes.
    pub(crate) standing_changed: AtomicBool,
    /// The idempotency key that this transaction answers.
    pub(crate) key: Mutex<Option<crate::idempotency::ClaimedKey>>,
    /// What is deleted in it is deleted for.
    pub(crate) reason: Mutex<Option<String>>,
}

impl Deref for WriteTx {
    type Target = ReadTx;

    fn deref(&self) -> &ReadTx {
        &self.read
    }
}

pub(crate) type EntityOf<A> = <A as ActiveModelTrait>::Entity;
pub(crate) type ModelOf<A> = <EntityOf<A> as EntityTrait>::Model;

/// PostgreSQL takes 65,535 bound values in a statement, SQLite 32,766.
pub(crate) const MAX_BOUND_VALUES: usize = 32_000;

impl WriteTx {
    pub(crate) fn new(read: ReadTx, store: Store) -> Self {
        Self {
            read,
            store,
            dispatch_queued: AtomicBool::new(false),
            queued: Mutex::default(),
            rights_changed: AtomicBool::new(false),
            standing_changed: AtomicBool::new(false),
            key: Mutex::new(None),
            reason: Mutex::new(None),
        }
    }

    /// Makes everything that was written permanent, and wakes the workers if there is work for them.
    pub async fn commit(self) -> Result<(), Problem> {
        let Self { read, store, queued, rights_changed, standing_changed, .. } = self;
        let organization = read.organization();
        let committed = read.into_connection().commit().await;
        // Also when nobody knows whether it was committed: what is looked up again is right.
        if rights_changed.into_inner() {
            store.rights_changed(organization);
        }
        if standing_changed.into_inner() {
            store.standings().changed();
        }
        committed?;
        let queued = queued.into_inner().unwrap_or_else(PoisonError::into_inner);
        if !queued.is_empty() {
            store.job_news().committed(queued);
        }
        Ok(())
    }

    /// Says that jobs of these kinds are waiting once this transaction is committed.
    pub(crate) fn note_queued(&self, kinds: impl IntoIterator<Item = &'static str>) {
        self.queued.lock().unwrap_or_else(PoisonError::into_inner).extend(kinds);
    }

    /// Says that this transaction changes what people may do in the organization: after the commit this process looks it up again,
    /// others within a second.
    pub fn rights_changed(&self) {
        self.rights_changed.store(true, Ordering::Relaxed);
    }

    /// As [`ReadTx::find`], and nobody else changes these rows until this transaction ends. It stands here because PostgreSQL
    /// refuses a lock in a read-only transaction; SQLite has one writer and needs no lock.
    pub fn find_for_update<E: TenantEntity>(&self) -> Scoped<'_, E> {
        self.find().locked()
    }

    /// As [`ReadTx::get`], and nobody else changes the row until this transaction ends.
    pub async fn get_for_update<E: TenantEntity>(&self, id: IdOf<E>) -> Result<E::Model, Problem> {
        let row = self.find_for_update::<E>().key(id.into()).one().await?;
        row.ok_or_else(not_found::<E>)
    }

    /// Inserts the row for the caller's organization. An id that is not set is generated; `created_at`, `updated_at` and
    /// `version` are filled in where the table has them.
    pub async fn insert<A>(&self, row: A) -> Result<ModelOf<A>, Problem>
    where
        A: ActiveModelTrait<Entity: TenantEntity> + Send,
        ModelOf<A>: IntoActiveModel<A>,
    {
        let row = self.owned(row)?;
        EntityOf::<A>::insert(row).exec_with_returning(self.connection()).await.map_err(internal)
    }

    /// Inserts many rows with as few statements as the databases allow.
    pub async fn insert_many<A>(&self, rows: impl IntoIterator<Item = A>) -> Result<(), Problem>
    where
        A: ActiveModelTrait<Entity: TenantEntity> + Send,
        ModelOf<A>: IntoActiveModel<A>,
    {
        for batch in self.batches(rows)? {
            EntityOf::<A>::insert_many(batch).exec_without_returning(self.connection()).await.map_err(internal)?;
        }
        Ok(())
    }

    /// As [`WriteTx::insert_many`], without the rows whose unique key is there already, be it from an earlier row of `rows`.
    /// Returns those that were inserted.
    ///
    /// Two transactions at once wait for each other row by row: give rows that others may insert too in the order of their
    /// keys.
    pub async fn insert_many_if_absent<A>(&self, rows: impl IntoIterator<Item = A>) -> Result<Vec<ModelOf<A>>, Problem>
    where
        A: ActiveModelTrait<Entity: TenantEntity> + Send,
        ModelOf<A>: IntoActiveModel<A>,
    {
        let mut inserted = Vec::new();
        for batch in self.batches(rows)? {
            let insert = EntityOf::<A>::insert_many(batch).on_conflict(OnConflict::new().do_nothing().to_owned());
            inserted.extend(insert.exec_with_returning(self.connection()).await.map_err(internal)?);
        }
        Ok(inserted)
    }

    /// As [`WriteTx::insert_many_if_absent`], where nobody asks which of them were there.
    pub async fn append_if_absent<A>(&self, rows: impl IntoIterator<Item = A>) -> Result<(), Problem>
    where
        A: ActiveModelTrait<Entity: TenantEntity> + Send,
    {
        for batch in self.batches(rows)? {
            let insert = EntityOf::<A>::insert_many(batch).on_conflict(OnConflict::new().do_nothing().to_owned());
            insert.exec_without_returning(self.connection()).await.map_err(internal)?;
        }
        Ok(())
    }

    /// The rows, owned, in groups that fit into a statement.
    fn batches<A>(&self, rows: impl IntoIterator<Item = A>) -> Result<Vec<Vec<A>>, Problem>
    where
        A: ActiveModelTrait<Entity: TenantEntity>,
    {
        let mut rows = rows.into_iter().map(|row| self.owned(row)).collect::<Result<Vec<_>, _>>()?;
        let batch = MAX_BOUND_VALUES / <EntityOf<A> as EntityTrait>::Column::iter().count();
        let mut batches = Vec::with_capacity(rows.len().div_ceil(batch));
        while !rows.is_empty() {
            let rest = rows.split_off(rows.len().min(batch));
            batches.push(std::mem::replace(&mut rows, rest));
        }
        Ok(batches)
    }

    /// Inserts the row unless one with the same unique key is there. `false` when it is.
    ///
    /// Two at once: the second waits for the first to commit and is then told.
    pub async fn insert_if_absent<A>(&self, row: A) -> Result<bool, Problem>
    where
        A: ActiveModelTrait<Entity: TenantEntity> + Send,
        ModelOf<A>: IntoActiveModel<A>,
    {
        let row = self.owned(row)?;
        let insert = EntityOf::<A>::insert(row).on_conflict(OnConflict::new().do_nothing().to_owned());
        let inserted = insert.exec_without_returning(self.connection()).await.map_err(internal)?;
        Ok(inserted == 1)
    }

    /// Inserts the row, or overwrites `columns` of the one that has the same `key` in this organization.
    pub async fn upsert<A, const K: usize, const C: usize>(
        &self,
        row: A,
        key: [<EntityOf<A> as EntityTrait>::Column; K],
        columns: [<EntityOf<A> as EntityTrait>::Column; C],
    ) -> Result<ModelOf<A>, Problem>
    where
        A: ActiveModelTrait<Entity: TenantEntity> + Send,
        ModelOf<A>: IntoActiveModel<A>,
    {
        let row = self.owned(row)?;
        let key = [EntityOf::<A>::organization_column()].into_iter().chain(key);
        let conflict = OnConflict::columns(key).update_columns(columns).to_owned();
        let insert = EntityOf::<A>::insert(row).on_conflict(conflict);
        insert.exec_with_returning(self.connection()).await.map_err(internal)
    }

    /// Inserts the rows, and overwrites `columns` of those whose id is there already, with as few statements as the databases
    /// allow. `updated_at` and `version` are counted for them.
    ///
    /// Nothing is compared with what the rows were read as: read those that are there with [`WriteTx::find_for_update`].
    pub async fn upsert_many<M>(
        &self,
        rows: impl IntoIterator<Item = M>,
        columns: impl IntoIterator<Item = <M::Entity as EntityTrait>::Column>,
    ) -> Result<(), Problem>
    where
        M: ModelTrait<Entity: TenantEntity + Versioned + EntityTrait<Model = M>>,
        M: IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    {
        let version = <M::Entity as Versioned>::VERSION;
        let count_up = Expr::col((M::Entity::default(), version)).add(1);
        let mut conflict = OnConflict::columns([M::Entity::organization_column(), M::Entity::id_column()]);
        conflict.update_columns(columns).value(version, count_up);
        if let Ok(updated_at) = <M::Entity as EntityTrait>::Column::from_str("updated_at") {
            conflict.value(updated_at, Expr::val(self.now()));
        }
        for batch in self.batches(rows.into_iter().map(|row| row.into_active_model().reset_all()))? {
            let insert = M::Entity::insert_many(batch).on_conflict(conflict.clone());
            insert.exec_without_returning(self.connection()).await.map_err(internal)?;
        }
        Ok(())
    }

    /// Writes what `change` sets, if the row still has the version it was read with.
    ///
    /// `stale` when somebody was faster, `not_found` when the row is gone.
    pub async fn update<M>(
        &self,
        row: M,
        change: impl FnOnce(&mut <M::Entity as EntityTrait>::ActiveModel) + Send,
    ) -> Result<M, Problem>
    where
        M: ModelTrait<Entity: TenantEntity + Versioned + EntityTrait<Model = M>>,
        M: IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    {
        let version_column = <M::Entity as Versioned>::VERSION;
        let version = version_of(&row)?;
        let id = row.get(M::Entity::id_column());
        let mut active = row.into_active_model();
        change(&mut active);
        // Whatever `change` did to them: rows do not move between tenants, and versions only count up.
        active.not_set(M::Entity::organization_column());
        active.not_set(M::Entity::id_column());
        active.set(version_column, version.saturating_add(1).into());
        self.stamp(&mut active, "updated_at");

        let updated = M::Entity::update_many()
            .set(active)
            .filter(visible::<M::Entity>(self.organization()))
            .filter(M::Entity::id_column().eq(id.clone()))
            .filter(version_column.eq(version))
            .exec_with_returning(self.connection())
            .await
            .map_err(internal)?;
        if let Some(row) = updated.into_iter().next() {
            return Ok(row);
        }
        match self.find::<M::Entity>().key(id).one().await? {
            Some(_) => Err(Problem::of(CommonProblem::Stale)),
            None => Err(not_found::<M::Entity>()),
        }
    }

    /// Sets `change` on every row that matches `filter`, and returns how many there were. For rows whose changes are not
    /// counted one by one: totals, flags, children.
    pub async fn update_where<E>(
        &self,
        filter: crate::Filter<E>,
        change: impl FnOnce(&mut E::ActiveModel) + Send,
    ) -> Result<u64, Problem>
    where
        E: TenantEntity,
    {
        let mut active = <E::ActiveModel as ActiveModelTrait>::default();
        change(&mut active);
        self.stamp(&mut active, "updated_at");
        let mut update = E::update_many();
        if let Ok(version) = E::Column::from_str("version") {
            update = update.col_expr(version, Expr::col(version).add(1));
        }
        self.set_where(update, filter, active).await
    }

    /// As [`WriteTx::update_where`], for what is seen of a row and is no edit of it, such as when it was last used: its version and the time
    /// of its last change stay, so that whoever is editing it has missed nothing.
    pub async fn note_where<E>(
        &self,
        filter: crate::Filter<E>,
        change: impl FnOnce(&mut E::ActiveModel) + Send,
    ) -> Result<u64, Problem>
    where
        E: TenantEntity,
    {
        let mut active = <E::ActiveModel as ActiveModelTrait>::default();
        change(&mut active);
        self.set_where(E::update_many(), filter, active).await
    }

    async fn set_where<E>(
        &self,
        update: UpdateMany<E>,
        filter: crate::Filter<E>,
        mut active: E::ActiveModel,
    ) -> Result<u64, Problem>
    where
        E: TenantEntity,
    {
        active.not_set(E::organization_column());
        active.not_set(E::id_column());
        let updated = update
            .set(active)
            .filter(visible::<E>(self.organization()))
            .filter(filter.condition)
            .exec(self.connection())
            .await
            .map_err(internal)?;
        Ok(updated.rows_affected)
    }

    /// Adds to bigint columns of every row that matches `filter`, and sets what `change` sets, in one statement, so that two at once
    /// both count. Returns how many rows there were, without those where a value would be too large to be kept: they stay as they
    /// are. A row counts a version more when `change` sets something.
    pub async fn increment<E, const N: usize>(
        &self,
        filter: crate::Filter<E>,
        additions: [(E::Column, i64); N],
        change: impl FnOnce(&mut E::ActiveModel) + Send,
    ) -> Result<u64, Problem>
    where
        E: TenantEntity,
    {
        let mut active = <E::ActiveModel as ActiveModelTrait>::default();
        change(&mut active);
        let mut update = E::update_many().filter(visible::<E>(self.organization())).filter(filter.condition);
        if active.is_changed() {
            active.not_set(E::organization_column());
            active.not_set(E::id_column());
            self.stamp(&mut active, "updated_at");
            update = update.set(active);
            if let Ok(version) = E::Column::from_str("version") {
                update = update.col_expr(version, Expr::col(version).add(1));
            }
        }
        for (column, by) in additions {
            // PostgreSQL fails on an overflow, SQLite goes on with a float that no integer is read from.
            let room =
                if by < 0 { column.gte(i64::MIN.saturating_sub(by)) } else { column.lte(i64::MAX.saturating_sub(by)) };
            update = update.col_expr(column, Expr::col(column).add(by)).filter(room);
        }
        Ok(update.exec(self.connection()).await.map_err(internal)?.rows_affected)
    }

    /// Removes the rows that match `filter` for good. For parts of an aggregate, such as the tiers that new ones replace;
    /// what a person deletes goes through [`WriteTx::soft_delete`].
    pub async fn remove<E: TenantEntity>(&self, filter: crate::Filter<E>) -> Result<u64, Problem> {
        let removed = E::delete_many()
            .filter(visible::<E>(self.organization()))
            .filter(filter.condition)
            .exec(self.connection())
            .await
            .map_err(internal)?;
        Ok(removed.rows_affected)
    }

    /// `stale` unless `row` has a version that the caller expects, as `If-Match` says it.
    #[expect(clippy::unused_self, reason = "only who may write has a version to expect")]
    pub fn expect_version<M>(&self, row: &M, expected: impl Into<Expected>) -> Result<(), Problem>
    where
        M: ModelTrait<Entity: Versioned>,
    {
        let known = expected.into().allows(version_of(row)?);
        if known { Ok(()) } else { Err(Problem::of(CommonProblem::Stale)) }
    }

    /// Puts the caller's organization on the row and refuses one that names another.
    pub(crate) fn owned<A>(&self, mut row: A) -> Result<A, Problem>
    where
        A: ActiveModelTrait<Entity: TenantEntity>,
    {
        let organization = Value::from(self.organization());
        match row.get(EntityOf::<A>::organization_column()) {
            ActiveValue::NotSet => row.set(EntityOf::<A>::organization_column(), organization),
            ActiveValue::Set(given) | ActiveValue::Unchanged(given) if given == organization => {}
            _ => return Err(not_found::<EntityOf<A>>()),
        }
        if row.is_not_set(EntityOf::<A>::id_column()) {
            row.set(EntityOf::<A>::id_column(), IdOf::<EntityOf<A>>::generate().into());
        }
        self.fill(&mut row);
        Ok(row)
    }

    /// Fills in what every new row has.
    pub(crate) fn fill<A: ActiveModelTrait>(&self, row: &mut A) {
        fill(row, self.now());
    }

    fn stamp<A: ActiveModelTrait>(&self, row: &mut A, column: &str) {
        if let Ok(column) = <EntityOf<A> as EntityTrait>::Column::from_str(column) {
            row.set(column, self.now().into());
        }
    }
}

/// Sets the column, if there is a value for it: a change names some of a row's columns.
pub fn set_if<T: Into<Value>>(column: &mut ActiveValue<T>, value: Option<T>) {
    if let Some(value) = value {
        *column = ActiveValue::Set(value);
    }
}

/// Sets `created_at`, `updated_at` and `version` where the table has them and the caller left them out.
pub(crate) fn fill<A: ActiveModelTrait>(row: &mut A, now: purser_kernel::Timestamp) {
    let values: [(&str, Value); 3] =
        [("created_at", now.into()), ("updated_at", now.into()), ("version", 1_i64.into())];
    for (name, value) in values {
        if let Ok(column) = <EntityOf<A> as EntityTrait>::Column::from_str(name)
            && row.is_not_set(column)
        {
            row.set(column, value);
        }
    }
}

fn version_of<M>(row: &M) -> Result<i64, Problem>
where
    M: ModelTrait<Entity: Versioned>,
{
    match row.get(<M::Entity as Versioned>::VERSION) {
        Value::BigInt(Some(version)) => Ok(version),
        _ => Err(Problem::internal("a version is a bigint")),
    }
}
