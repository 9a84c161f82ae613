//! Who has access to an engagement at this moment.
use super::too_low;
use purser_entity_tenancy::{
    engagement::{self, Column},
    engagement_access::{self, Column as AccessColumn, Level},
};
use purser_kernel::{Actor, UserId, ids::EngagementId};
use purser_store::prelude::*;

/// The engagement, if the caller has access to it of at least `needed`.
///
/// `not_found` without access, also when it has expired; `engagement_level_too_low` with less. What stands below an engagement asks
/// this in the transaction that shows or changes it.
pub async fn require(tx: &ReadTx, id: EngagementId, needed: Level) -> Result<engagement::Model, Problem> {
    let engagement = tx.get::<engagement::Entity>(id).await?;
    match level(tx, id).await? {
        Some(held) if held >= needed => Ok(engagement),
        Some(held) => Err(too_low(needed, held)),
        None => Err(Problem::not_found("engagement")),
    }
}

/// What the caller may do in the engagement. `None`: they do not see it.
///
/// Purser's own work goes on what somebody with access has started: it may write and gives nobody access. API keys and agents
/// are in no list.
pub async fn level(tx: &ReadTx, id: EngagementId) -> Result<Option<Level>, Problem> {
    if tx.scope().permissions.contains(Permission::EngagementsManage) {
        return Ok(Some(Level::Admin));
    }
    match tx.scope().actor {
        Actor::System => Ok(Some(Level::Write)),
        Actor::User(user) | Actor::Acting { user, .. } => {
            let own = tx.find::<engagement_access::Entity>().filter(own(tx, id, user)).one().await?;
            Ok(own.map(|access| access.level))
        }
        Actor::PlatformAdmin(_) | Actor::ApiKey(_) | Actor::Agent(_) => Ok(None),
    }
}

/// Those of the engagements that the caller has access to, also of those that were deleted: for word of them.
pub(crate) async fn readable(tx: &ReadTx, ids: &[EngagementId]) -> Result<Vec<EngagementId>, Problem> {
    if tx.scope().permissions.contains(Permission::EngagementsManage) {
        return Ok(ids.to_vec());
    }
    match tx.scope().actor {
        Actor::System => Ok(ids.to_vec()),
        Actor::User(user) | Actor::Acting { user, .. } => {
            let own = AccessColumn::EngagementId.is_in(ids.iter().copied()).and(valid(tx, user));
            let most = u64::try_from(ids.len()).unwrap_or(u64::MAX);
            let own = tx.find::<engagement_access::Entity>().filter(own).all(most).await?;
            Ok(own.into_iter().map(|access| access.engagement_id).collect())
        }
        Actor::PlatformAdmin(_) | Actor::ApiKey(_) | Actor::Agent(_) => Ok(Vec::new()),
    }
}

/// The person's own row in the list, if it has not expired.
pub(super) fn own(tx: &ReadTx, id: EngagementId, user: UserId) -> Filter<engagement_access::Entity> {
    AccessColumn::EngagementId.eq(id).and(valid(tx, user))
}

/// Only the engagements that the caller has access to.
pub(super) fn visible<'t>(tx: &'t ReadTx, rows: Scoped<'t, engagement::Entity>) -> Scoped<'t, engagement::Entity> {
    if tx.scope().permissions.contains(Permission::EngagementsManage) {
        return rows;
    }
    match tx.scope().actor {
        Actor::System => rows,
        Actor::User(user) | Actor::Acting { user, .. } => rows.having::<engagement_access::Entity>(valid(tx, user)),
        Actor::PlatformAdmin(_) | Actor::ApiKey(_) | Actor::Agent(_) => {
            rows.filter(Column::Id.is_in::<EngagementId>([]))
        }
    }
}

pub(super) fn valid(tx: &ReadTx, user: UserId) -> Filter<engagement_access::Entity> {
    let lasting = AccessColumn::ExpiresAt.is_null().or(AccessColumn::ExpiresAt.gt(tx.now()));
    AccessColumn::UserId.eq(user).and(lasting)
}
