//! What the caller may give and take.
//!
//! Nobody grants what they do not hold, and nobody gives, takes or changes what stands above them. Both are looked up in the
//! transaction that changes something: what a token was worth a second ago does not count.
use crate::{TenancyProblem, members};
use purser_entity_tenancy::role;
use purser_kernel::{PermissionSet, SystemRole, UserId};
use purser_store::prelude::*;

/// How high somebody stands, and what they hold.
pub(crate) struct Authority {
    rank: i32,
    held: PermissionSet,
}

impl Authority {
    /// The caller's. Whoever changes rights begins with this: changes of an organization's rights come one after another, so that
    /// what one of them has looked up stays true until it is written, and this process looks rights up again after it.
    pub(crate) async fn take(tx: &WriteTx) -> Result<Self, Problem> {
        lock(tx).await?;
        let own = match tx.scope().actor.user() {
            Some(user) => Self::of(tx, user).await?,
            None => None,
        };
        // Keys, agents and Purser's own work grant nothing, whatever they hold.
        let Self { rank, held } = own.unwrap_or(Self { rank: 0, held: PermissionSet::empty() });
        Ok(Self { rank, held: held & tx.scope().permissions })
    }

    /// A person's, while they are a member.
    pub(crate) async fn of(tx: &ReadTx, user: UserId) -> Result<Option<Self>, Problem> {
        let Some(member) = members::active(tx, user).await? else {
            return Ok(None);
        };
        let rights = members::rights::of(tx, &member).await?;
        Ok(Some(Self { rank: rights.rank(), held: rights.permissions }))
    }

    /// `rank_too_high` for what stands above.
    pub(crate) fn reaches(&self, rank: i32) -> Result<(), Problem> {
        if rank <= self.rank {
            return Ok(());
        }
        let detail = format!("This has the rank {rank}, yours is {}.", self.rank);
        Err(Problem::of(TenancyProblem::RankTooHigh).detail(detail).with("rank", rank).with("own_rank", self.rank))
    }

    /// `permission_not_held` unless all of it is held.
    pub(crate) fn holds(&self, given: PermissionSet) -> Result<(), Problem> {
        let lacking: Vec<&str> = (given - self.held).iter().map(Permission::as_str).collect();
        if lacking.is_empty() {
            return Ok(());
        }
        let detail = format!("You do not hold {}.", lacking.join(", "));
        Err(Problem::of(TenancyProblem::PermissionNotHeld).detail(detail).with("permissions", lacking))
    }
}

/// Waits until nobody else changes the organization's rights, by a lock on the owners' role, which stands for all of them: locks on
/// the members themselves would be taken in any order, and two owners who demote each other would wait for one another.
pub(crate) async fn lock(tx: &WriteTx) -> Result<(), Problem> {
    tx.rights_changed();
    let owner = role::Column::NameNormalized.eq(SystemRole::Owner.as_str()).and(role::Column::IsSystem.eq(true));
    let role = tx.find_for_update::<role::Entity>().filter(owner).one().await?;
    role.map(|_| ()).ok_or_else(|| Problem::internal("every organization has the role of its owners"))
}
