//! How an organization is suspended, re-activated and closed.
use super::view;
use crate::TenancyProblem;
use chrono::TimeDelta;
use purser_entity_tenancy::organization::{self, ActiveModel, Column, Entity, Status};
use purser_kernel::Actor;
use purser_store::{AuditCategory, Standing, prelude::*};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A way from one status to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Move {
    Suspend,
    Reactivate,
    Close,
}

/// From, by which move, to. What is not here is not possible; a closed organization stays closed.
const TRANSITIONS: [(Status, Move, Status); 4] = [
    (Status::Active, Move::Suspend, Status::Suspended),
    (Status::Suspended, Move::Reactivate, Status::Active),
    (Status::Active, Move::Close, Status::Closed),
    (Status::Suspended, Move::Close, Status::Closed),
];

impl Move {
    fn name(self) -> &'static str {
        match self {
            Self::Suspend => "suspend",
            Self::Reactivate => "reactivate",
            Self::Close => "close",
        }
    }

    /// Where it leads from `status`. `illegal_transition` when it leads nowhere.
    fn from(self, status: Status) -> Result<Status, Problem> {
        let open = TRANSITIONS.iter().filter(|(from, ..)| *from == status);
        let found = open.clone().find(|(_, by, _)| *by == self);
        found.map(|(_, _, to)| *to).ok_or_else(|| {
            let open: Vec<_> = open.map(|(_, by, _)| by.name()).collect();
            Problem::illegal_transition("organization", name(status), &open)
        })
    }
}

fn name(status: Status) -> &'static str {
    match status {
        Status::Active => "active",
        Status::Suspended => "suspended",
        Status::Closed => "closed",
    }
}

/// What is published of a change of status.
#[derive(Serialize, ToSchema)]
struct Change<'a> {
    name: &'a str,
    slug: &'a str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    purge_after: Option<Timestamp>,
}

/// The events of a change of status.
macro_rules! events {
    ($($(#[$doc:meta])* $event:ident = $name:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Serialize, ToSchema)]
        struct $event<'a> {
            #[serde(skip)]
            id: Uuid,
            #[serde(flatten)]
            change: Change<'a>,
        }

        impl DomainEvent for $event<'_> {
            const TYPE: &'static str = $name;
            const RESOURCE: &'static str = "organization";
            const READERS: Readers = Readers::Holding(Permission::OrganizationRead);

            fn resource_id(&self) -> Uuid {
                self.id
            }

            fn example() -> Self {
                let change = Change { name: "Acme", slug: "acme", status: "suspended", reason: Some("unpaid"), purge_after: None };
                Self { id: example_id::<()>().as_uuid(), change }
            }
        }
    )*

        /// These events.
        pub(crate) fn event_types() -> Vec<EventType> {
            vec![$(EventType::of::<$event<'_>>()),*]
        }
    };
}

events! {
    /// The organization was suspended: nothing can be changed in it.
    Suspended = "organization.suspended";
    /// The organization is active again.
    Reactivated = "organization.reactivated";
    /// The organization was closed.
    Closed = "organization.closed";
}

const MAX_REASON: usize = 500;
/// Ten years, and the leap days in them.
const MAX_RETENTION_DAYS: i32 = 3653;

/// Suspends the organization of `tx`: everything but reading and re-activating it is refused from now on, and its jobs wait.
///
/// As the functions below, called in a transaction of [`Store::write_while_suspended`], so that whoever comes second is told how the
/// organization stands: `illegal_transition`.
pub async fn suspend(tx: &WriteTx, reason: &str) -> Result<organization::Model, Problem> {
    tx.scope().require(Permission::OrganizationOwn)?;
    let reason = text::line("/reason", reason, MAX_REASON)?;
    let (now, by_platform) = (tx.now(), is_platform(tx));
    let organization = change(tx, Move::Suspend, |row| {
        row.suspended_by_platform = Set(by_platform);
        row.suspended_at = Set(Some(now));
        row.suspension_reason = Set(Some(reason));
    });
    let organization = organization.await?;
    tx.emit(&Suspended { id: organization.id.as_uuid(), change: published(&organization) }).await?;
    tx.note_standing(Standing::Suspended).await?;
    Ok(organization)
}

/// Ends the suspension of the organization of `tx`. Its jobs go on. `suspended_by_platform` for an owner, when a platform administrator
/// has suspended it.
pub async fn reactivate(tx: &WriteTx) -> Result<organization::Model, Problem> {
    tx.scope().require(Permission::OrganizationOwn)?;
    if super::row(tx).await?.suspended_by_platform && !is_platform(tx) {
        return Err(Problem::of(TenancyProblem::SuspendedByPlatform));
    }
    let organization = change(tx, Move::Reactivate, |row| {
        row.suspended_by_platform = Set(false);
        row.suspended_at = Set(None);
        row.suspension_reason = Set(None);
    });
    let organization = organization.await?;
    tx.emit(&Reactivated { id: organization.id.as_uuid(), change: published(&organization) }).await?;
    tx.note_standing(Standing::Open).await?;
    Ok(organization)
}

/// Closes the organization of `tx` for good: nobody gets in any more. What it had is kept for `retention_days`, from 1 to 3653, at
/// the least.
pub async fn close(tx: &WriteTx, retention_days: i32) -> Result<organization::Model, Problem> {
    tx.scope().require(Permission::OrganizationOwn)?;
    if !(1..=MAX_RETENTION_DAYS).contains(&retention_days) {
        let message = format!("must be from 1 to {MAX_RETENTION_DAYS}");
        return Err(Problem::invalid("/retention_days", "out_of_range", message));
    }
    let now = tx.now();
    let organization = change(tx, Move::Close, |row| {
        row.closed_at = Set(Some(now));
        row.purge_after = Set(Some(now + TimeDelta::days(i64::from(retention_days))));
    });
    let organization = organization.await?;
    tx.emit(&Closed { id: organization.id.as_uuid(), change: published(&organization) }).await?;
    tx.note_standing(Standing::Closed).await?;
    Ok(organization)
}

/// Whether somebody from outside does it, who administers the platform.
fn is_platform(tx: &WriteTx) -> bool {
    matches!(tx.scope().actor, Actor::PlatformAdmin(_))
}

async fn change(
    tx: &WriteTx,
    by: Move,
    set: impl FnOnce(&mut ActiveModel) + Send,
) -> Result<organization::Model, Problem> {
    let own = tx.global::<Entity>().filter(Column::Id.eq(tx.organization()));
    let before = own.for_update().one().await?.ok_or_else(|| Problem::not_found("organization"))?;
    let to = by.from(before.status)?;
    let was = view(&before);
    let organization = tx.system().update(before, |row| {
        row.status = Set(to);
        set(row);
    });
    let organization = organization.await?;
    let action = match by {
        Move::Suspend => "organization.suspend",
        Move::Reactivate => "organization.reactivate",
        Move::Close => "organization.close",
    };
    let entry = AuditEntry::new(action, "organization", organization.id).category(AuditCategory::Security);
    tx.audit(entry.before(&was).after(&view(&organization))).await?;
    Ok(organization)
}

fn published(organization: &organization::Model) -> Change<'_> {
    let organization::Model { name: called, slug, status, suspension_reason, purge_after, .. } = organization;
    Change {
        name: called,
        slug,
        status: name(*status),
        reason: suspension_reason.as_deref(),
        purge_after: *purge_after,
    }
}
