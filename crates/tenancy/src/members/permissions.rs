//! What a member may or may not do beyond their roles.
use super::{
    audited, change, reached,
    rights::{self, Rights},
};
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
    pub(crate) fn of(membership: &membership::Model) -> Self {
        Self::named(&membership.extra_permissions)
    }

    pub(crate) fn named(ExtraPermissions { grants, denials }: &ExtraPermissions) -> Self {
        Self { grants: rights::named(grants), denials: rights::named(denials) }
    }

    /// What these give that those before did not.
    pub(crate) fn added_to(self, before: Self) -> PermissionSet {
        (self.grants - before.grants) | (before.denials - self.denials)
    }
}

impl From<Extras> for ExtraPermissions {
    fn from(extras: Extras) -> Self {
        let names = |set: PermissionSet| set.iter().map(|permission| permission.as_str().to_owned()).collect();
        Self { grants: names(extras.grants), denials: names(extras.denials) }
    }
}

/// Who is to be granted and denied something, after everything that it asks for was looked at.
///
/// `permission_not_held` for a new grant of, or the end of a denial of, what the caller does not hold; `rank_too_high` for a
/// member who stands above them; `own_membership` for themselves.
pub(super) async fn propose(
    tx: &WriteTx,
    id: MembershipId,
    expected: impl Into<Expected>,
    extras: Extras,
) -> Result<(membership::Model, Rights), Problem> {
    tx.scope().require(Permission::MembersManage)?;
    let authority = Authority::take(tx).await?;
    let (membership, before) = reached(tx, &authority, id).await?;
    tx.expect_version(&membership, expected)?;
    if tx.scope().actor.user() == Some(membership.user_id) {
        return Err(Problem::of(TenancyProblem::OwnMembership));
    }
    authority.holds(extras.added_to(Extras::of(&membership)))?;
    Ok((membership, before))
}

/// What the member would have with these.
pub(super) async fn after(tx: &ReadTx, membership: &membership::Model, extras: Extras) -> Result<Rights, Problem> {
    rights::of(tx, &membership::Model { extra_permissions: extras.into(), ..membership.clone() }).await
}

/// Grants and denies a member these permissions beyond their roles, and no others.
pub(crate) async fn put(
    tx: &WriteTx,
    membership: membership::Model,
    before: &Rights,
    extras: Extras,
) -> Result<membership::Model, Problem> {
    if Extras::of(&membership) == extras {
        return Ok(membership);
    }
    let after = after(tx, &membership, extras).await?.permissions;
    let was = membership.extra_permissions.clone();
    let set = |row: &mut membership::ActiveModel| row.extra_permissions = Set(extras.into());
    let membership = change::update(tx, membership, before, after, set).await?;
    let entry = audited("member.set_permissions", &membership);
    tx.audit(entry.before(&was).after(&membership.extra_permissions)).await?;
    Ok(membership)
}
