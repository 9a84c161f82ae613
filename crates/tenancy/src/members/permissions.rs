//! What a member may or may not do beyond their roles.
use super::{audited, reached, rights};
use crate::{TenancyProblem, authority::Authority};
use purser_entity_tenancy::membership::{self, ExtraPermissions};
use purser_kernel::{Expected, PermissionSet, ids::MembershipId};
use purser_store::prelude::*;

/// Permissions beyond the roles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extras {
    /// What the member may do whatever their roles say.
    pub grants: PermissionSet,
    /// What they may not do whatever their roles and grants say.
    pub denials: PermissionSet,
}

impl Extras {
    pub(super) fn of(membership: &membership::Model) -> Self {
        let ExtraPermissions { grants, denials } = &membership.extra_permissions;
        Self { grants: rights::named(grants), denials: rights::named(denials) }
    }
}

impl From<Extras> for ExtraPermissions {
    fn from(extras: Extras) -> Self {
        let names = |set: PermissionSet| set.iter().map(|permission| permission.as_str().to_owned()).collect();
        Self { grants: names(extras.grants), denials: names(extras.denials) }
    }
}

/// Grants and denies a member these permissions beyond their roles, and no others.
///
/// `permission_not_held` for a new grant of, or the end of a denial of, what the caller does not hold; `rank_too_high` for a
/// member who stands above them; `own_membership` for themselves.
pub async fn set_permissions(
    tx: &WriteTx,
    id: MembershipId,
    expected: impl Into<Expected>,
    extras: Extras,
) -> Result<membership::Model, Problem> {
    tx.scope().require(Permission::MembersManage)?;
    let authority = Authority::take(tx).await?;
    let (membership, _) = reached(tx, &authority, id).await?;
    tx.expect_version(&membership, expected)?;
    if tx.scope().actor.user() == Some(membership.user_id) {
        return Err(Problem::of(TenancyProblem::OwnMembership));
    }
    let before = Extras::of(&membership);
    if before == extras {
        return Ok(membership);
    }
    authority.holds((extras.grants - before.grants) | (before.denials - extras.denials))?;
    let was = membership.extra_permissions.clone();
    let membership = tx.update(membership, |row| row.extra_permissions = Set(extras.into())).await?;
    let entry = audited("member.set_permissions", &membership);
    tx.audit(entry.before(&was).after(&membership.extra_permissions)).await?;
    Ok(membership)
}
