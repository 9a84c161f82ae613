//! What people delete goes out of sight and is written down, and comes back or goes for good.
//!
//! [`WriteTx::soft_delete`] is the only way to delete a row that can come back, so no table can forget its deletion. What is done about
//! one later is for its domain to say: [`ports::Restorable`](crate::ports::Restorable).
mod purge;
mod restore;
mod snapshot;

pub use purser_entity_platform::deletion::Model as Deletion;

use crate::{WriteTx, error::internal, names::singular, query::visible, read::not_found};
use purser_entity_core::{SoftDelete, TenantEntity};
use purser_entity_platform::deletion::ActiveModel;
use purser_kernel::{CommonProblem, OrganizationId, Problem, Timestamp, UserId};
use sea_orm::sea_query::{Expr, ExprTrait, Value as SqlValue};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityName, EntityTrait, ModelTrait, QueryFilter, UpdateMany};
use serde_json::{Map, Value, json};
use snapshot::view;
use std::str::FromStr;

/// What every statement on deleted rows of `E` is bound to.
fn deleted<E: TenantEntity + SoftDelete>(organization: OrganizationId) -> Condition {
    Condition::all().add(E::organization_column().eq(organization)).add(E::DELETED_AT.is_not_null())
}

/// Marks rows as deleted then and by them, or as not deleted. They count a version more.
fn marking<E: TenantEntity + SoftDelete>(at: Option<Timestamp>, by: Option<UserId>) -> UpdateMany<E> {
    let mut update = E::update_many().col_expr(E::DELETED_AT, Expr::val(at));
    if let Ok(column) = E::Column::from_str("deleted_by") {
        update = update.col_expr(column, Expr::val(by.map(UserId::as_uuid)));
    }
    if let Ok(column) = E::Column::from_str("version") {
        update = update.col_expr(column, Expr::col(column).add(1));
    }
    update
}

/// The id of a row.
fn id_of<M: ModelTrait<Entity: TenantEntity>>(row: &M) -> SqlValue {
    row.get(M::Entity::id_column())
}

impl WriteTx {
    /// Says what whatever this transaction deletes is deleted for.
    pub fn because(&self, reason: Option<&str>) {
        if let Ok(mut kept) = self.reason.lock() {
            *kept = reason.map(str::to_owned);
        }
    }

    /// Marks the row as deleted, if it still has the version it was read with, and writes the deletion down with what the row held.
    ///
    /// `stale` when somebody changed it meanwhile, `not_found` when it is gone.
    pub async fn soft_delete<M>(&self, row: M) -> Result<(), Problem>
    where
        M: ModelTrait<Entity: TenantEntity + SoftDelete + EntityTrait<Model = M>>,
    {
        self.soft_delete_with(row, Vec::<M>::new()).await
    }

    /// As [`WriteTx::soft_delete`], with rows of another table that go with it and come back with it: those that are there now. What was
    /// deleted before by itself is not among them and stays deleted.
    ///
    /// `stale` also when one of them is gone meanwhile.
    pub async fn soft_delete_with<M, P>(&self, row: M, parts: Vec<P>) -> Result<(), Problem>
    where
        M: ModelTrait<Entity: TenantEntity + SoftDelete + EntityTrait<Model = M>>,
        P: ModelTrait<Entity: TenantEntity + SoftDelete + EntityTrait<Model = P>>,
    {
        let (now, person, id) = (self.now(), self.scope().actor.user(), id_of(&row));
        let mut update = marking::<M::Entity>(Some(now), person)
            .filter(visible::<M::Entity>(self.organization()))
            .filter(M::Entity::id_column().eq(id.clone()));
        if let Ok(column) = <M::Entity as EntityTrait>::Column::from_str("version") {
            update = update.filter(column.eq(row.get(column)));
        }
        if update.exec(self.connection()).await.map_err(internal)?.rows_affected != 1 {
            return match self.find::<M::Entity>().key(id).one().await? {
                Some(_) => Err(Problem::of(CommonProblem::Stale)),
                None => Err(not_found::<M::Entity>()),
            };
        }
        if !parts.is_empty() {
            let marked = marking::<P::Entity>(Some(now), person)
                .filter(visible::<P::Entity>(self.organization()))
                .filter(P::Entity::id_column().is_in(parts.iter().map(id_of)))
                .exec(self.connection())
                .await
                .map_err(internal)?;
            if usize::try_from(marked.rows_affected).ok() != Some(parts.len()) {
                return Err(Problem::of(CommonProblem::Stale));
            }
        }
        self.write_deletion(&row, &parts, now).await
    }

    async fn write_deletion<M, P>(&self, row: &M, parts: &[P], now: Timestamp) -> Result<(), Problem>
    where
        M: ModelTrait<Entity: TenantEntity>,
        P: ModelTrait<Entity: TenantEntity>,
    {
        let SqlValue::Uuid(Some(resource_id)) = id_of(row) else {
            return Err(Problem::internal("the id of a row is a uuid"));
        };
        let mut went_too = Map::new();
        if !parts.is_empty() {
            let views = parts.iter().map(view).collect();
            went_too.insert(P::Entity::default().table_name().to_owned(), Value::Array(views));
        }
        let reason = self.reason.lock().ok().and_then(|reason| reason.clone());
        let deletion = ActiveModel {
            resource: Set(singular(M::Entity::default().table_name())),
            resource_id: Set(resource_id),
            deleted_by: Set(self.scope().actor.user()),
            reason: Set(reason),
            snapshot: Set(Some(json!({ "row": view(row), "parts": went_too }))),
            restored_at: Set(None),
            restored_by: Set(None),
            purging_since: Set(None),
            purged_at: Set(None),
            purged_by: Set(None),
            purge_reason: Set(None),
            kept_for: Set(None),
            created_at: Set(now),
            ..Default::default()
        };
        self.insert_many([deletion]).await
    }
}
