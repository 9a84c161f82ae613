//! Who works in a project.
use crate::members::active;
use purser_entity_tenancy::{
    project,
    project_member::{self, Column},
};
use purser_kernel::{UserId, ids::ProjectId};
use purser_store::prelude::*;
use serde_json::json;
use std::collections::BTreeMap;

const MAX_ROLE: usize = 64;

/// The members of a project, in the order in which they came.
pub async fn members(
    tx: &ReadTx,
    project_id: ProjectId,
    page: &PageRequest,
) -> Result<Page<project_member::Model>, Problem> {
    tx.scope().require(Permission::ProjectsRead)?;
    tx.get::<project::Entity>(project_id).await?;
    let own = Column::ProjectId.eq(project_id);
    tx.find::<project_member::Entity>().filter(own).order_by(Column::Id, Asc).page(page).await
}

/// How many work in each of these projects; nothing is said of one in which nobody does.
pub(super) async fn counts(
    tx: &ReadTx,
    projects: impl IntoIterator<Item = ProjectId>,
) -> Result<BTreeMap<ProjectId, i64>, Problem> {
    let projects: Vec<_> = projects.into_iter().collect();
    if projects.is_empty() {
        return Ok(BTreeMap::new());
    }
    let these = tx.find::<project_member::Entity>().filter(Column::ProjectId.is_in(projects));
    let counted: Vec<(ProjectId, i64)> = these.aggregate().by(Column::ProjectId).count().rows().await?;
    Ok(counted.into_iter().collect())
}

/// Adds a member of the organization to a project, or changes what they do in it. `role` says it in words and gives no rights.
pub async fn add_member(
    tx: &WriteTx,
    project_id: ProjectId,
    user: UserId,
    role: Option<String>,
) -> Result<project_member::Model, Problem> {
    tx.scope().require(Permission::ProjectsManage)?;
    // Nobody deletes the project meanwhile.
    tx.get_for_update::<project::Entity>(project_id).await?;
    if active(tx, user).await?.is_none() {
        return Err(Problem::not_found("member"));
    }
    let role = text::optional_line("/role", role.as_deref(), MAX_ROLE)?;
    let row = project_member::ActiveModel {
        project_id: Set(project_id),
        user_id: Set(user),
        role: Set(role),
        created_by: Set(tx.scope().actor.user()),
        ..Default::default()
    };
    let member = tx.upsert(row, [Column::ProjectId, Column::UserId], [Column::Role, Column::UpdatedAt]).await?;
    let view = json!({ "user_id": user, "role": member.role });
    tx.audit(AuditEntry::new("project.add_member", "project", project_id).after(&view)).await?;
    Ok(member)
}

/// Takes a member from a project. `not_found` when they do not work in it.
pub async fn remove_member(tx: &WriteTx, project_id: ProjectId, user: UserId) -> Result<(), Problem> {
    tx.scope().require(Permission::ProjectsManage)?;
    tx.get::<project::Entity>(project_id).await?;
    let member = Column::ProjectId.eq(project_id).and(Column::UserId.eq(user));
    if tx.remove::<project_member::Entity>(member).await? == 0 {
        return Err(Problem::not_found("project member"));
    }
    let view = json!({ "user_id": user });
    tx.audit(AuditEntry::new("project.remove_member", "project", project_id).before(&view)).await
}
