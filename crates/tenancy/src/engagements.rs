//! Engagements: work for clients, which only those see who were given access.
//!
//! Who holds `engagements.manage`, which of the predefined roles owner and admin do, has every access to every engagement. Anybody
//! else needs a row in the engagement's list that has not expired: an empty list lets nobody in. Without access there is no
//! engagement, nor anything below it: `not_found`.
mod access;
mod concerns;
pub(crate) mod deletion;
mod grants;
mod states;

use crate::{TenancyProblem, members};
use chrono::{Datelike, NaiveDate};
use purser_entity_tenancy::engagement::{self, Column, Status};
use purser_kernel::{Expected, FieldError, Patch, UserId, ids::EngagementId, text::Findings};
use purser_store::{name_of, prelude::*, set_if};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

pub(crate) use access::readable;
pub use access::{level, require};
pub use grants::{Grant, grant, grants, revoke};
pub use purser_entity_tenancy::engagement_access::Level;

/// What events about engagements are about.
pub(crate) const RESOURCE: &str = "engagement";

const MAX_NAME: usize = 200;
const MAX_DESCRIPTION: usize = 4000;

/// What becomes of an engagement. What is left out stays; a new one needs `name` and `client_name`.
#[derive(Clone, Debug, Default)]
pub struct EngagementChange {
    /// One line of at most 200 characters.
    pub name: Option<String>,
    /// Whom the work is for: one line of at most 200 characters.
    pub client_name: Option<String>,
    /// Several lines.
    pub description: Patch<String>,
    /// As the table of transitions has it.
    pub status: Option<Status>,
    /// The first day.
    pub starts_on: Patch<NaiveDate>,
    /// The last day, not before the first.
    pub ends_on: Patch<NaiveDate>,
    /// A member of the organization. Being named gives no access.
    pub lead_id: Patch<UserId>,
}

/// Which engagements are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct EngagementFilter {
    /// Only those of this status.
    pub status: Option<Status>,
}

/// What is published of an engagement.
#[derive(Serialize, ToSchema)]
struct Published<'a> {
    id: EngagementId,
    name: &'a str,
    status: String,
}

impl<'a> Published<'a> {
    fn of(engagement: &'a engagement::Model) -> Self {
        Self { id: engagement.id, name: &engagement.name, status: name_of(&engagement.status) }
    }
}

/// An engagement began, changed, or is gone.
macro_rules! events {
    ($($(#[$doc:meta])* $event:ident = $name:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Serialize, ToSchema)]
        #[serde(transparent)]
        struct $event<'a>(Published<'a>);

        impl DomainEvent for $event<'_> {
            const TYPE: &'static str = $name;
            const RESOURCE: &'static str = RESOURCE;
            const READERS: Readers = Readers::WithAccess(Permission::EngagementsRead);

            fn resource_id(&self) -> Uuid {
                self.0.id.as_uuid()
            }

            fn example() -> Self {
                Self(Published { id: example_id(), name: "Move to the cloud", status: "active".to_owned() })
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
    /// An engagement began.
    EngagementCreated = "engagement.created";
    /// An engagement was changed.
    EngagementUpdated = "engagement.updated";
    /// An engagement is gone.
    EngagementDeleted = "engagement.deleted";
}

/// The engagements that the caller has access to, newest first.
pub async fn list(
    tx: &ReadTx,
    filter: EngagementFilter,
    page: &PageRequest,
) -> Result<Page<engagement::Model>, Problem> {
    tx.scope().require(Permission::EngagementsRead)?;
    let rows = tx.find::<engagement::Entity>().filter_if(filter.status.map(|status| Column::Status.eq(status)));
    access::visible(tx, rows).page(page).await
}

/// One engagement, for who may read it.
pub async fn get(tx: &ReadTx, id: EngagementId) -> Result<engagement::Model, Problem> {
    tx.scope().require(Permission::EngagementsRead)?;
    require(tx, id, Level::Read).await
}

/// Creates an engagement, to which nobody has been given access yet.
pub async fn create(tx: &WriteTx, change: EngagementChange) -> Result<engagement::Model, Problem> {
    tx.scope().require(Permission::EngagementsManage)?;
    let change = checked(tx, change, None).await?;
    let mut row = engagement::ActiveModel {
        description: Set(None),
        status: Set(Status::Planned),
        starts_on: Set(None),
        ends_on: Set(None),
        lead_id: Set(None),
        created_by: Set(tx.scope().actor.user()),
        deleted_at: Set(None),
        deleted_by: Set(None),
        ..Default::default()
    };
    apply(change, &mut row);
    let engagement = tx.insert(row).await?;
    tx.audit(AuditEntry::new("engagement.create", "engagement", engagement.id).after(&view(&engagement))).await?;
    tx.emit(&EngagementCreated(Published::of(&engagement))).await?;
    Ok(engagement)
}

/// Changes an engagement that has a version which the caller expects, for who may write it.
///
/// `illegal_transition` for a status to which there is no way.
pub async fn update(
    tx: &WriteTx,
    id: EngagementId,
    expected: impl Into<Expected>,
    change: EngagementChange,
) -> Result<engagement::Model, Problem> {
    tx.scope().require(Permission::EngagementsRead)?;
    let before = require(tx, id, Level::Write).await?;
    tx.expect_version(&before, expected)?;
    let change = checked(tx, change, Some(&before)).await?;
    let was = view(&before);
    let engagement = tx.update(before, |row| apply(change, row)).await?;
    tx.audit(AuditEntry::new("engagement.update", "engagement", id).before(&was).after(&view(&engagement))).await?;
    tx.emit(&EngagementUpdated(Published::of(&engagement))).await?;
    Ok(engagement)
}

/// Deletes an engagement that has a version which the caller expects.
pub async fn delete(tx: &WriteTx, id: EngagementId, expected: impl Into<Expected>) -> Result<(), Problem> {
    tx.scope().require(Permission::EngagementsManage)?;
    let engagement = tx.get_for_update::<engagement::Entity>(id).await?;
    tx.expect_version(&engagement, expected)?;
    tx.audit(AuditEntry::new("engagement.delete", "engagement", id).before(&view(&engagement))).await?;
    tx.emit(&EngagementDeleted(Published::of(&engagement))).await?;
    tx.soft_delete(engagement).await
}

async fn checked(
    tx: &WriteTx,
    change: EngagementChange,
    before: Option<&engagement::Model>,
) -> Result<EngagementChange, Problem> {
    let mut found = Findings::new();
    let name = found.check(text::optional_line("/name", change.name.as_deref(), MAX_NAME))?.flatten();
    let client = text::optional_line("/client_name", change.client_name.as_deref(), MAX_NAME);
    let client_name = found.check(client)?.flatten();
    let description = change.description.try_map(|words| text::lines("/description", &words, MAX_DESCRIPTION));
    let description = found.check(description)?.unwrap_or_default();
    for (pointer, day) in [("/starts_on", change.starts_on), ("/ends_on", change.ends_on)] {
        if matches!(day, Patch::Value(day) if !(1..=9999).contains(&day.year())) {
            found.add(FieldError::new(pointer, "out_of_range", "must be of the years 1 to 9999"));
        }
    }
    let after = |change: Patch<NaiveDate>, before: Option<NaiveDate>| change.into_change().unwrap_or(before);
    let starts_on = after(change.starts_on, before.and_then(|before| before.starts_on));
    let ends_on = after(change.ends_on, before.and_then(|before| before.ends_on));
    if starts_on.zip(ends_on).is_some_and(|(starts_on, ends_on)| ends_on < starts_on) {
        found.add(FieldError::new("/ends_on", "before_start", "must not be before starts_on"));
    }
    if let Patch::Value(lead) = change.lead_id
        && members::active(tx, lead).await?.is_none()
    {
        found.check(Err::<(), _>(Problem::unknown_reference("/lead_id", "member")))?;
    }
    found.finish()?;
    if let Some((before, to)) = before.zip(change.status) {
        states::require(before.status, to)?;
    }
    Ok(EngagementChange { name, client_name, description, ..change })
}

fn apply(change: EngagementChange, row: &mut engagement::ActiveModel) {
    let EngagementChange { name, client_name, description, status, starts_on, ends_on, lead_id } = change;
    set_if(&mut row.name, name);
    set_if(&mut row.client_name, client_name);
    set_if(&mut row.description, description.into_change());
    set_if(&mut row.status, status);
    set_if(&mut row.starts_on, starts_on.into_change());
    set_if(&mut row.ends_on, ends_on.into_change());
    set_if(&mut row.lead_id, lead_id.into_change());
}

/// An engagement as the audit trail shows it.
fn view(engagement: &engagement::Model) -> Value {
    json!({
        "name": engagement.name,
        "client_name": engagement.client_name,
        "description": engagement.description,
        "status": name_of(&engagement.status),
        "starts_on": engagement.starts_on,
        "ends_on": engagement.ends_on,
        "lead_id": engagement.lead_id,
    })
}

/// The caller may do something there, and not this.
fn too_low(needed: Level, held: Level) -> Problem {
    Problem::of(TenancyProblem::EngagementLevelTooLow).with("needed", name_of(&needed)).with("held", name_of(&held))
}
