//! Whether there is anybody to be the second person.
//!
//! Where nobody but whoever asks could decide, nobody is asked: an organization with one owner does not lock itself out. Nobody gets
//! there by shutting the others out: who could decide counts for another week.
use crate::members;
use chrono::TimeDelta;
use purser_entity_tenancy::membership::{self, Column};
use purser_kernel::{Permission, PermissionSet, UserId};
use purser_store::prelude::*;

/// For how long somebody counts who can decide no more.
const AFTERWARDS: TimeDelta = TimeDelta::days(7);

/// What it takes to decide about a promotion, where no policy says otherwise.
pub(super) const DECIDES: Permission = Permission::MembersManage;

fn needed() -> PermissionSet {
    DECIDES | Permission::ApprovalsRead
}

/// Whether anybody else could decide, or could lately.
pub(super) async fn is_there(tx: &ReadTx, but: &[Option<UserId>]) -> Result<bool, Problem> {
    let others = members::holders(tx, needed(), but.len().saturating_add(1)).await?;
    if others.into_iter().any(|person| !but.contains(&Some(person))) {
        return Ok(true);
    }
    let lately = Column::CouldDecideUntil.gt(tx.now());
    let lately = but.iter().flatten().fold(lately, |filter, person| filter.and(Column::UserId.ne(*person)));
    tx.find::<membership::Entity>().filter(lately).exists().await
}

/// Until when a member counts whose rights were `before` and are `after`; `None` where nothing is to be noted.
pub(crate) fn lost(before: PermissionSet, after: PermissionSet, now: Timestamp) -> Option<Timestamp> {
    (before.is_superset(needed()) && !after.is_superset(needed())).then(|| now + AFTERWARDS)
}
