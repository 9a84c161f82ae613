//! By whose right a person decides.
use crate::{ApprovalProblem, delegations};
use purser_kernel::{PermissionSet, UserId};
use purser_store::{ports::Tenants, prelude::*};
use std::collections::{HashMap, HashSet};

/// What one step asks of the person who decides it.
pub(crate) struct Step<'a> {
    /// The kind of thing.
    pub(crate) subject: &'a str,
    /// What decides.
    pub(crate) permission: Permission,
    /// Who cannot decide, in whoever's name.
    pub(crate) barred: &'a HashSet<UserId>,
}

/// On whose behalf `person` decides; `None` when it is by their own right. What they and those who delegated to them may do is
/// read in this transaction: a member who was disabled meanwhile decides nothing, and neither does their delegate.
///
/// `forbidden` without the permission, `separation_of_duties` for somebody who is part of it already.
pub(crate) async fn of(
    tx: &WriteTx,
    tenants: &dyn Tenants,
    person: UserId,
    step: Step<'_>,
) -> Result<Option<UserId>, Problem> {
    let delegators = delegations::to(tx, person, step.subject).await?;
    let everybody: Vec<UserId> = [person].into_iter().chain(delegators.iter().copied()).collect();
    let rights = tenants.permissions_of(tx, &everybody).await?;
    let Some(own) = rights.get(&person) else {
        return Err(Problem::of(CommonProblem::Forbidden).detail("The caller is no active member any more."));
    };
    // Who may not even read approvals is told so first, as on every route.
    Scope::user(tx.organization(), person, *own).require(Permission::ApprovalsRead)?;
    if step.barred.contains(&person) {
        return Err(Problem::of(ApprovalProblem::SeparationOfDuties));
    }
    if own.contains(step.permission) {
        return Ok(None);
    }
    let holders = delegators.into_iter().filter(|from| holds(&rights, *from, step.permission));
    let (barred, free): (Vec<UserId>, Vec<UserId>) = holders.partition(|from| step.barred.contains(from));
    match (free.first(), barred.is_empty()) {
        (Some(from), _) => Ok(Some(*from)),
        (None, false) => Err(Problem::of(ApprovalProblem::SeparationOfDuties)),
        (None, true) => {
            Scope::user(tx.organization(), person, *own).require(step.permission)?;
            Ok(None)
        }
    }
}

fn holds(rights: &HashMap<UserId, PermissionSet>, person: UserId, permission: Permission) -> bool {
    rights.get(&person).is_some_and(|held| held.contains(permission))
}
