//! Giving and taking access to an engagement.
use super::{access, require, too_low};
use crate::{TenancyProblem, members};
use purser_entity_tenancy::engagement_access::{self, Column, Level};
use purser_kernel::{UserId, ids::EngagementId};
use purser_store::{AuditCategory, name_of, prelude::*};
use serde_json::{Value, json};

/// Access that is to be given.
#[derive(Clone, Copy, Debug)]
pub struct Grant {
    /// What they may do.
    pub level: Level,
    /// From then on it is none; without one it does not end.
    pub expires_at: Option<Moment>,
}

/// Everybody who was given access, in the order in which they were; also those whose access has expired. For who may give it.
pub async fn grants(
    tx: &ReadTx,
    id: EngagementId,
    page: &PageRequest,
) -> Result<Page<engagement_access::Model>, Problem> {
    tx.scope().require(Permission::EngagementsRead)?;
    require(tx, id, Level::Admin).await?;
    let own = Column::EngagementId.eq(id);
    tx.find::<engagement_access::Entity>().filter(own).order_by(Column::Id, Asc).page(page).await
}

/// Gives a member access, or changes what they have.
///
/// Nobody gives more than they have: not a higher level (`engagement_level_too_low`), nor for longer than their own access lasts
/// (`access_outlasts_own`).
pub async fn grant(
    tx: &WriteTx,
    id: EngagementId,
    user: UserId,
    grant: Grant,
) -> Result<engagement_access::Model, Problem> {
    tx.scope().require(Permission::EngagementsRead)?;
    require(tx, id, Level::Admin).await?;
    if members::active(tx, user).await?.is_none() {
        return Err(Problem::not_found("member"));
    }
    let expires_at = grant.expires_at.map(Timestamp::from);
    if expires_at.is_some_and(|time| time <= tx.now()) {
        return Err(Problem::invalid("/expires_at", "in_the_past", "must be in the future"));
    }
    within_own(tx, id, grant).await?;
    let row = engagement_access::ActiveModel {
        engagement_id: Set(id),
        user_id: Set(user),
        level: Set(grant.level),
        granted_by: Set(tx.scope().actor.user()),
        expires_at: Set(expires_at),
        ..Default::default()
    };
    let columns = [Column::Level, Column::GrantedBy, Column::ExpiresAt, Column::UpdatedAt];
    let given = tx.upsert(row, [Column::EngagementId, Column::UserId], columns).await?;
    let entry = AuditEntry::new("engagement.grant", "engagement", id).category(AuditCategory::Security);
    tx.audit(entry.after(&view(&given))).await?;
    Ok(given)
}

async fn within_own(tx: &WriteTx, id: EngagementId, grant: Grant) -> Result<(), Problem> {
    if tx.scope().permissions.contains(Permission::EngagementsManage) {
        return Ok(());
    }
    let user = tx.scope().actor.user().ok_or_else(|| Problem::not_found("engagement"))?;
    // Nobody takes their access meanwhile.
    let own = tx.find_for_update::<engagement_access::Entity>().filter(access::own(tx, id, user));
    let own = own.one().await?.ok_or_else(|| Problem::not_found("engagement"))?;
    if grant.level > own.level {
        return Err(too_low(grant.level, own.level));
    }
    let outlasts = own.expires_at.is_some_and(|end| grant.expires_at.is_none_or(|time| Timestamp::from(time) > end));
    if outlasts { Err(Problem::of(TenancyProblem::AccessOutlastsOwn)) } else { Ok(()) }
}

/// Takes a member's access. `not_found` when they have none in the list.
pub async fn revoke(tx: &WriteTx, id: EngagementId, user: UserId) -> Result<(), Problem> {
    tx.scope().require(Permission::EngagementsRead)?;
    require(tx, id, Level::Admin).await?;
    let row = Column::EngagementId.eq(id).and(Column::UserId.eq(user));
    let Some(had) = tx.find_for_update::<engagement_access::Entity>().filter(row).one().await? else {
        return Err(Problem::not_found("access"));
    };
    tx.remove::<engagement_access::Entity>(Column::Id.eq(had.id)).await?;
    let entry = AuditEntry::new("engagement.revoke", "engagement", id).category(AuditCategory::Security);
    tx.audit(entry.before(&view(&had))).await
}

fn view(access: &engagement_access::Model) -> Value {
    json!({ "user_id": access.user_id, "level": name_of(&access.level), "expires_at": access.expires_at })
}
