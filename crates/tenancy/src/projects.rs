//! Projects: work that members do together.
pub(crate) mod deletion;
mod members;

use crate::{
    limits::{self, Limit},
    members::active,
};
use purser_entity_tenancy::project::{self, Column};
use purser_kernel::{Expected, Patch, UserId, ids::ProjectId, text::Findings};
use purser_store::{prelude::*, set_if};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

pub use members::{add_member, members, remove_member};

const MAX_NAME: usize = 200;
const MAX_DESCRIPTION: usize = 4000;

/// A project that is to be created.
#[derive(Clone, Debug)]
pub struct NewProject {
    /// One line of at most 200 characters.
    pub name: String,
    /// Several lines.
    pub description: Option<String>,
    /// A member of the organization.
    pub manager_id: Option<UserId>,
}

/// What changes in a project. What is left out stays.
#[derive(Clone, Debug, Default)]
pub struct ProjectChange {
    /// As in [`NewProject`].
    pub name: Option<String>,
    /// As in [`NewProject`].
    pub description: Patch<String>,
    /// As in [`NewProject`].
    pub manager_id: Patch<UserId>,
    /// Whether somebody works on it.
    pub is_active: Option<bool>,
}

/// Which projects are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProjectFilter {
    /// Only active ones, or only others.
    pub is_active: Option<bool>,
    /// Only those of this manager.
    pub manager_id: Option<UserId>,
}

/// A project and how many work in it.
#[derive(Clone, Debug)]
pub struct CountedProject {
    /// The project.
    pub project: project::Model,
    /// Its members.
    pub member_count: i64,
}

/// What is published of a project.
#[derive(Serialize, ToSchema)]
struct Published<'a> {
    id: ProjectId,
    name: &'a str,
    is_active: bool,
}

impl<'a> Published<'a> {
    fn of(project: &'a project::Model) -> Self {
        Self { id: project.id, name: &project.name, is_active: project.is_active }
    }
}

/// A project began, changed, or is gone.
macro_rules! events {
    ($($(#[$doc:meta])* $event:ident = $name:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Serialize, ToSchema)]
        #[serde(transparent)]
        struct $event<'a>(Published<'a>);

        impl DomainEvent for $event<'_> {
            const TYPE: &'static str = $name;
            const RESOURCE: &'static str = "project";
            const READERS: Readers = Readers::Holding(Permission::ProjectsRead);

            fn resource_id(&self) -> Uuid {
                self.0.id.as_uuid()
            }

            fn example() -> Self {
                Self(Published { id: example_id(), name: "Warehouse", is_active: true })
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
    /// A project began.
    ProjectCreated = "project.created";
    /// A project was changed.
    ProjectUpdated = "project.updated";
    /// A project is gone.
    ProjectDeleted = "project.deleted";
}

/// Projects, newest first.
pub async fn list(tx: &ReadTx, filter: ProjectFilter, page: &PageRequest) -> Result<Page<CountedProject>, Problem> {
    tx.scope().require(Permission::ProjectsRead)?;
    let ProjectFilter { is_active, manager_id } = filter;
    let page = tx
        .find::<project::Entity>()
        .filter_if(is_active.map(|active| Column::IsActive.eq(active)))
        .filter_if(manager_id.map(|manager| Column::ManagerId.eq(manager)))
        .page(page)
        .await?;
    let counts = members::counts(tx, page.data.iter().map(|project| project.id)).await?;
    Ok(page.map(|project| {
        let member_count = counts.get(&project.id).copied().unwrap_or_default();
        CountedProject { project, member_count }
    }))
}

/// One project.
pub async fn get(tx: &ReadTx, id: ProjectId) -> Result<CountedProject, Problem> {
    tx.scope().require(Permission::ProjectsRead)?;
    counted(tx, tx.get::<project::Entity>(id).await?).await
}

async fn counted(tx: &ReadTx, project: project::Model) -> Result<CountedProject, Problem> {
    let counts = members::counts(tx, [project.id]).await?;
    let member_count = counts.get(&project.id).copied().unwrap_or_default();
    Ok(CountedProject { project, member_count })
}

/// Creates a project. `limit_reached` when the organization has as many as it may have.
pub async fn create(tx: &WriteTx, new: NewProject) -> Result<CountedProject, Problem> {
    tx.scope().require(Permission::ProjectsManage)?;
    let NewProject { name, description, manager_id } = new;
    let change = ProjectChange {
        name: Some(name),
        description: description.map_or(Patch::Absent, Patch::Value),
        manager_id: manager_id.map_or(Patch::Absent, Patch::Value),
        is_active: None,
    };
    let change = checked(tx, change).await?;
    limits::take(tx, Limit::Projects).await?;
    let mut row = project::ActiveModel {
        description: Set(None),
        manager_id: Set(None),
        is_active: Set(true),
        created_by: Set(tx.scope().actor.user()),
        deleted_at: Set(None),
        deleted_by: Set(None),
        ..Default::default()
    };
    apply(change, &mut row);
    let project = tx.insert(row).await?;
    tx.audit(AuditEntry::new("project.create", "project", project.id).after(&view(&project))).await?;
    tx.emit(&ProjectCreated(Published::of(&project))).await?;
    Ok(CountedProject { project, member_count: 0 })
}

/// Changes a project that has a version which the caller expects.
pub async fn update(
    tx: &WriteTx,
    id: ProjectId,
    expected: impl Into<Expected>,
    change: ProjectChange,
) -> Result<CountedProject, Problem> {
    tx.scope().require(Permission::ProjectsManage)?;
    let before = tx.get::<project::Entity>(id).await?;
    tx.expect_version(&before, expected)?;
    let change = checked(tx, change).await?;
    let was = view(&before);
    let project = tx.update(before, |row| apply(change, row)).await?;
    tx.audit(AuditEntry::new("project.update", "project", id).before(&was).after(&view(&project))).await?;
    tx.emit(&ProjectUpdated(Published::of(&project))).await?;
    counted(tx, project).await
}

/// Deletes a project that has a version which the caller expects. It counts no more.
pub async fn delete(tx: &WriteTx, id: ProjectId, expected: impl Into<Expected>) -> Result<(), Problem> {
    tx.scope().require(Permission::ProjectsManage)?;
    let project = tx.get_for_update::<project::Entity>(id).await?;
    tx.expect_version(&project, expected)?;
    tx.audit(AuditEntry::new("project.delete", "project", id).before(&view(&project))).await?;
    tx.emit(&ProjectDeleted(Published::of(&project))).await?;
    tx.soft_delete(project).await
}

async fn checked(tx: &WriteTx, change: ProjectChange) -> Result<ProjectChange, Problem> {
    let mut found = Findings::new();
    let name = found.check(text::optional_line("/name", change.name.as_deref(), MAX_NAME))?.flatten();
    let description = change.description.try_map(|words| text::lines("/description", &words, MAX_DESCRIPTION));
    let description = found.check(description)?.unwrap_or_default();
    if let Patch::Value(manager) = change.manager_id
        && active(tx, manager).await?.is_none()
    {
        found.check(Err::<(), _>(Problem::unknown_reference("/manager_id", "member")))?;
    }
    found.finish()?;
    Ok(ProjectChange { name, description, ..change })
}

fn apply(change: ProjectChange, row: &mut project::ActiveModel) {
    let ProjectChange { name, description, manager_id, is_active } = change;
    set_if(&mut row.name, name);
    set_if(&mut row.description, description.into_change());
    set_if(&mut row.manager_id, manager_id.into_change());
    set_if(&mut row.is_active, is_active);
}

/// A project as the audit trail shows it.
fn view(project: &project::Model) -> Value {
    json!({
        "name": project.name,
        "description": project.description,
        "manager_id": project.manager_id,
        "is_active": project.is_active,
    })
}
