//! How much an organization may have. A limit holds however many take from it at once.
use crate::{TenancyProblem, invitations};
use purser_entity_tenancy::{
    membership,
    organization::{self, Column, Entity},
    project,
};
use purser_store::prelude::*;

/// Something of which an organization may have so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Members who are active, and invitations that can be accepted.
    Users,
    /// Projects that are not deleted.
    Projects,
}

impl Limit {
    /// The organization's column that says how many.
    fn name(self) -> &'static str {
        match self {
            Self::Users => "max_users",
            Self::Projects => "max_projects",
        }
    }

    fn allowed(self, organization: &organization::Model) -> i64 {
        i64::from(match self {
            Self::Users => organization.max_users,
            Self::Projects => organization.max_projects,
        })
    }

    pub(crate) async fn used(self, tx: &ReadTx) -> Result<i64, Problem> {
        match self {
            Self::Users => {
                let active = membership::Column::Status.eq(membership::Status::Active);
                let members = tx.find::<membership::Entity>().filter(active).count().await?;
                Ok(members.saturating_add(invitations::pending(tx).await?))
            }
            Self::Projects => tx.find::<project::Entity>().count().await,
        }
    }
}

/// Makes room for one more. `limit_reached`, with `limit`, `allowed` and `used`, when there is none.
///
/// Called in the transaction that adds the row, before it does. It locks the organization's row, so whoever takes from a limit at
/// the same time waits until this transaction ends, and counts what it has added.
pub async fn take(tx: &WriteTx, limit: Limit) -> Result<(), Problem> {
    let organization = locked(tx).await?;
    let (allowed, used) = (limit.allowed(&organization), limit.used(tx).await?);
    if used < allowed { Ok(()) } else { Err(reached(limit.name(), allowed, used)) }
}

const BYTES_IN_GB: i64 = 1_000_000_000;

/// As [`take`], for `bytes` of files. `limit_reached` counts in bytes.
pub(crate) async fn take_storage(tx: &WriteTx, bytes: i64) -> Result<(), Problem> {
    let organization = locked(tx).await?;
    let (allowed, used) =
        (i64::from(organization.max_storage_gb).saturating_mul(BYTES_IN_GB), tx.stored_bytes().await?);
    if used.saturating_add(bytes) <= allowed { Ok(()) } else { Err(reached("max_storage_gb", allowed, used)) }
}

async fn locked(tx: &WriteTx) -> Result<organization::Model, Problem> {
    let own = tx.global::<Entity>().filter(Column::Id.eq(tx.organization()));
    own.for_update().one().await?.ok_or_else(|| Problem::not_found("organization"))
}

fn reached(limit: &'static str, allowed: i64, used: i64) -> Problem {
    Problem::of(TenancyProblem::LimitReached)
        .detail(format!("{used} of {allowed} are used."))
        .with("limit", limit)
        .with("allowed", allowed)
        .with("used", used)
}
