//! Queries that always name the tenant.
use crate::{Aggregate, Filter, ReadTx, columns, error::internal, page};
use purser_entity_core::TenantEntity;
use purser_kernel::{OrganizationId, Page, PageRequest, Problem};
use sea_orm::sea_query::{Expr, ExprTrait, LockType, Query};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, IdenStatic, Identity, Iterable, JoinType, ModelTrait, Order, QueryFilter,
    QueryOrder, QuerySelect, Related, Select, Value,
};
use std::{collections::HashMap, str::FromStr};

/// The rows of `E` that the caller's organization owns and has not deleted, narrowed further.
#[must_use = "a query does nothing until one(), all(), page() or count()"]
pub struct Scoped<'t, E: TenantEntity> {
    pub(crate) tx: &'t ReadTx,
    pub(crate) select: Select<E>,
    pub(crate) sort: Vec<(E::Column, Order)>,
    /// Conditions that a cursor does not belong to.
    moving: Condition,
}

/// What every statement on `E` is bound to: the tenant, and the rows that are not deleted.
pub(crate) fn visible<E: TenantEntity>(organization: OrganizationId) -> Condition {
    Condition::all()
        .add(E::organization_column().eq(organization))
        .add_option(E::deleted_at_column().map(|column| column.is_null()))
}

/// Nobody else changes the row or locks it. PostgreSQL still lets others refer to it: with FOR UPDATE, two transactions that refer to
/// a row and then lock it would wait for each other, and a row that much refers to, such as the organization, would stop them all.
pub(crate) const LOCK: LockType = LockType::NoKeyUpdate;

/// The columns by which a row of `E` belongs to one of `P`: those of `P`, and those of `E`.
fn related_columns<P: EntityTrait + Related<E>, E: EntityTrait>() -> impl Iterator<Item = (P::Column, E::Column)> {
    let relation = P::to();
    let names = |identity: Identity| identity.into_iter().map(|name| name.to_string()).collect::<Vec<_>>();
    names(relation.from_col).into_iter().zip(names(relation.to_col)).map(|(from, to)| {
        // The derive made both names from the columns of these two entities.
        let (Ok(from), Ok(to)) = (P::Column::from_str(&from), E::Column::from_str(&to)) else {
            unreachable!("a relation names columns")
        };
        (from, to)
    })
}

impl<'t, E: TenantEntity> Scoped<'t, E> {
    pub(crate) fn new(tx: &'t ReadTx) -> Self {
        Self {
            tx,
            select: columns::find::<E>().filter(visible::<E>(tx.organization())),
            sort: vec![],
            moving: Condition::all(),
        }
    }

    /// Narrows by `filter`.
    pub fn filter(mut self, filter: Filter<E>) -> Self {
        self.select = self.select.filter(filter.condition);
        self
    }

    /// Narrows by `filter`, if there is one: a list's optional parameter.
    pub fn filter_if(self, filter: Option<Filter<E>>) -> Self {
        match filter {
            Some(filter) => self.filter(filter),
            None => self,
        }
    }

    /// Narrows by a condition whose values move with the time of the request: the next page's are others, and its cursor still fits.
    pub fn filter_now(mut self, filter: Filter<E>) -> Self {
        self.moving = self.moving.add(filter.condition);
        self
    }

    pub(crate) fn key(mut self, id: Value) -> Self {
        self.select = self.select.filter(E::id_column().eq(id));
        self
    }

    /// Keeps the rows that have at least one related `R` which matches. Never repeats a row.
    pub fn having<R>(mut self, filter: Filter<R>) -> Self
    where
        E: Related<R>,
        R: TenantEntity,
    {
        let related = self.related(filter);
        self.select = self.select.filter(related);
        self
    }

    /// Keeps the rows that have no related `R` which matches.
    pub fn lacking<R>(mut self, filter: Filter<R>) -> Self
    where
        E: Related<R>,
        R: TenantEntity,
    {
        let related = self.related(filter);
        self.select = self.select.filter(related.not());
        self
    }

    /// Whether there is a related `R` which matches.
    fn related<R>(&self, filter: Filter<R>) -> Expr
    where
        E: Related<R>,
        R: TenantEntity,
    {
        let related = Query::select()
            .expr(Expr::val(1))
            .from(R::default())
            .cond_where(Condition::from(E::to()))
            .cond_where(visible::<R>(self.tx.organization()))
            .cond_where(filter.condition)
            .to_owned();
        Expr::exists(related)
    }

    /// Joins the one related `R`. Its tenant and its deletion are checked as if it were asked for itself,
    /// so the wall does not rest on how the relation was declared.
    pub fn join<R>(mut self, filter: Filter<R>) -> Self
    where
        E: Related<R>,
        R: TenantEntity,
    {
        let visible = visible::<R>(self.tx.organization());
        self.select = self.select.join(JoinType::InnerJoin, E::to()).filter(visible).filter(filter.condition);
        self
    }

    /// Only the rows that belong to `parent`, such as the lines of an order.
    pub fn of<P>(mut self, parent: &P) -> Self
    where
        P: ModelTrait<Entity: Related<E>>,
    {
        for (from, to) in related_columns::<P::Entity, E>() {
            self.select = self.select.filter(to.eq(parent.get(from)));
        }
        self
    }

    /// Sorts by `column`, after what it is sorted by already.
    pub fn order_by(mut self, column: E::Column, order: Order) -> Self {
        self.sort.push((column, order));
        self
    }

    /// Does not fetch `column`, which reads as `instead`: for lists of rows with something large in them.
    pub fn without(mut self, column: E::Column, instead: impl Into<Value>) -> Self {
        let name = column.as_str();
        let instead = instead.into();
        // In their order: rows are read by the places of their columns.
        self.select = E::Column::iter().fold(self.select.select_only(), |select, other| {
            if other.as_str() == name { select.expr_as(Expr::val(instead.clone()), name) } else { select.column(other) }
        });
        self
    }

    pub(crate) fn locked(self) -> Self {
        self.locked_as(LOCK)
    }

    pub(crate) fn locked_as(mut self, lock: LockType) -> Self {
        self.select = self.select.lock(lock);
        self
    }

    pub(crate) fn sorted(self) -> Select<E> {
        let select = if self.moving.is_empty() { self.select } else { self.select.filter(self.moving) };
        self.sort.into_iter().fold(select, |select, (column, order)| select.order_by(column, order))
    }

    /// The first row.
    pub async fn one(self) -> Result<Option<E::Model>, Problem> {
        let tx = self.tx;
        columns::one(self.sorted(), tx.connection()).await.map_err(internal)
    }

    /// At most `limit` rows: a query without a bound is a mistake that waits for data.
    pub async fn all(self, limit: u64) -> Result<Vec<E::Model>, Problem> {
        let tx = self.tx;
        columns::all(self.sorted().limit(limit), tx.connection()).await.map_err(internal)
    }

    /// Whether there is a row.
    pub async fn exists(self) -> Result<bool, Problem> {
        Ok(self.one().await?.is_some())
    }

    /// How many rows there are.
    pub async fn count(self) -> Result<i64, Problem> {
        let (count,) = self.aggregate().count().one::<(i64,)>().await?;
        Ok(count)
    }

    /// The rows that `request` asks for, newest first where nothing else was said.
    ///
    /// `invalid_cursor` when the cursor belongs to another query.
    pub async fn page(self, request: &PageRequest) -> Result<Page<E::Model>, Problem> {
        page::fetch(self.tx.connection(), self.select, self.moving, self.sort, E::id_column(), request).await
    }

    /// The rows of each parent, in the order of `parents`, with one query for all of them.
    ///
    /// Not SeaORM's `load_many`: it asks for pairs of tenant and parent, `(a, b) IN ((…), …)`, for which PostgreSQL looks into
    /// the index once for each pair and compares each row with all of them.
    ///
    /// Sorted by the parent first: sorted by the id alone, both databases would rather look through all rows of the tenant in the
    /// order of the key.
    pub async fn of_each<P>(mut self, parents: &[P]) -> Result<Vec<Vec<E::Model>>, Problem>
    where
        P: ModelTrait<Entity: Related<E>> + Send + Sync,
    {
        let tenant = E::organization_column().as_str();
        let mut keys = related_columns::<P::Entity, E>().filter(|(_, to)| to.as_str() != tenant);
        let (Some((from, to)), None) = (keys.next(), keys.next()) else {
            return Err(Problem::internal("a row belongs to a parent by one column beside the tenant"));
        };
        self.sort.insert(0, (to, Order::Asc));
        let uuid = |value: Value| match value {
            Value::Uuid(id) => id,
            _ => None,
        };
        let ids: Vec<Value> = parents.iter().map(|parent| parent.get(from)).collect();
        let mut places = HashMap::with_capacity(ids.len());
        for (place, id) in ids.iter().enumerate() {
            places.entry(uuid(id.clone())).or_insert_with(Vec::new).push(place);
        }
        let mut rows: Vec<Vec<E::Model>> = parents.iter().map(|_| Vec::new()).collect();
        let tx = self.tx;
        if ids.is_empty() {
            return Ok(rows);
        }
        for row in columns::all(self.sorted().filter(to.is_in(ids)), tx.connection()).await.map_err(internal)? {
            let places = places.get(&uuid(row.get(to))).and_then(|places| places.split_last());
            let Some((last, others)) = places else { continue };
            for place in others {
                if let Some(rows) = rows.get_mut(*place) {
                    rows.push(row.clone());
                }
            }
            if let Some(rows) = rows.get_mut(*last) {
                rows.push(row);
            }
        }
        Ok(rows)
    }

    /// Sums and counts instead of rows.
    pub fn aggregate(self) -> Aggregate<'t, E> {
        Aggregate::new(self.tx, self.select.filter(self.moving))
    }
}
