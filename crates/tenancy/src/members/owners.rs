//! The last owner cannot go.
use crate::TenancyProblem;
use purser_entity_tenancy::{
    membership::{self, Status},
    membership_role, role,
};
use purser_kernel::SystemRole;
use purser_store::prelude::*;

/// `last_owner` unless somebody is left who owns the organization, after a member who `had` these roles was changed. While the
/// [lock](crate::authority::lock) is held: two who demote each other at once come one after the other, and the second is refused.
pub(super) async fn remain(tx: &WriteTx, had: &[role::Model]) -> Result<(), Problem> {
    let Some(owner) = had.iter().find(|role| role.is_system && role.name == SystemRole::Owner.as_str()) else {
        return Ok(());
    };
    let owners = tx
        .find::<membership::Entity>()
        .filter(membership::Column::Status.eq(Status::Active))
        .having::<membership_role::Entity>(membership_role::Column::RoleId.eq(owner.id));
    if owners.exists().await? { Ok(()) } else { Err(Problem::of(TenancyProblem::LastOwner)) }
}
