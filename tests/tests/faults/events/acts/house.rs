//! What an organization works on, decides for itself, and takes back.
use super::{MANY, picked};
use crate::events::{
    ledger::{Left, NOTHING, PUBLISHED, WRITTEN},
    shop::Shop,
};
use purser_entity_platform::deletion;
use purser_entity_tenancy::{engagement, organization_secret, project};
use purser_kernel::{Expected, Patch, Problem, SecretString};
use purser_store::WriteTx;
use purser_tenancy::{
    engagements::{self, EngagementChange},
    organizations::{self, OrganizationChange},
    projects::{self, NewProject, ProjectChange},
    secrets,
    settings::{self, SettingsChange},
};
use strum::VariantArray;

#[derive(Clone, Copy, Debug, VariantArray)]
pub(in crate::events) enum HouseAct {
    BeginProject,
    RenameProject,
    RemoveProject,
    BeginEngagement,
    RenameEngagement,
    RemoveEngagement,
    /// Whatever was deleted comes back.
    Restore,
    ChangeSettings,
    Rename,
    GiveSecret,
    RemoveSecret,
    KeepEvents,
}

impl HouseAct {
    pub(super) async fn run(self, shop: &Shop, tx: &WriteTx, name: &str, pick: usize) -> Result<Left, Problem> {
        match self {
            Self::BeginProject => {
                let new = NewProject { name: name.to_owned(), description: None, manager_id: None };
                projects::create(tx, new).await?;
                Ok(PUBLISHED)
            }
            Self::RenameProject => {
                let Some(project) = project(tx, pick).await? else { return Ok(NOTHING) };
                let change = ProjectChange { name: Some(name.to_owned()), ..ProjectChange::default() };
                projects::update(tx, project.id, project.version, change).await?;
                Ok(PUBLISHED)
            }
            Self::RemoveProject => {
                let Some(project) = project(tx, pick).await? else { return Ok(NOTHING) };
                projects::delete(tx, project.id, project.version).await?;
                Ok(NOTHING)
            }
            Self::BeginEngagement => {
                engagements::create(tx, named(name)).await?;
                Ok(PUBLISHED)
            }
            Self::RenameEngagement => {
                let Some(engagement) = engagement(tx, pick).await? else { return Ok(NOTHING) };
                engagements::update(tx, engagement.id, engagement.version, named(name)).await?;
                Ok(PUBLISHED)
            }
            Self::RemoveEngagement => {
                let Some(engagement) = engagement(tx, pick).await? else { return Ok(NOTHING) };
                engagements::delete(tx, engagement.id, engagement.version).await?;
                Ok(NOTHING)
            }
            Self::Restore => restore(shop, tx, pick).await,
            Self::ChangeSettings => change_settings(shop, tx, name).await,
            Self::Rename => {
                let change = OrganizationChange { name: Some(name.to_owned()), ..OrganizationChange::default() };
                organizations::update(tx, Expected::Any, change).await?;
                Ok(PUBLISHED)
            }
            Self::GiveSecret => {
                secrets::replace(tx, name, SecretString::from("sk-0123456789abcdef")).await?;
                Ok(PUBLISHED)
            }
            Self::RemoveSecret => {
                let secret = picked(tx.find::<organization_secret::Entity>().all(MANY).await?, pick);
                let Some(secret) = secret else { return Ok(NOTHING) };
                secrets::delete(tx, &secret.name).await?;
                Ok(NOTHING)
            }
            Self::KeepEvents => {
                let days = 100 + i32::try_from(pick).map_err(Problem::internal)?;
                shop.app.app().services().retention.set(tx, "events", Some(days)).await?;
                Ok(NOTHING)
            }
        }
    }
}

async fn project(tx: &WriteTx, pick: usize) -> Result<Option<project::Model>, Problem> {
    Ok(picked(tx.find::<project::Entity>().all(MANY).await?, pick))
}

async fn engagement(tx: &WriteTx, pick: usize) -> Result<Option<engagement::Model>, Problem> {
    Ok(picked(tx.find::<engagement::Entity>().all(MANY).await?, pick))
}

fn named(name: &str) -> EngagementChange {
    let client_name = Some("Northwind".to_owned());
    EngagementChange { name: Some(name.to_owned()), client_name, ..EngagementChange::default() }
}

async fn restore(shop: &Shop, tx: &WriteTx, pick: usize) -> Result<Left, Problem> {
    let mut deletions = tx.find::<deletion::Entity>().all(MANY).await?;
    deletions.retain(|deletion| deletion.restored_at.is_none());
    if let Some(deletion) = picked(deletions, pick) {
        shop.app.app().services().deletions.restore(tx, deletion.id).await?;
    }
    Ok(NOTHING)
}

async fn change_settings(shop: &Shop, tx: &WriteTx, name: &str) -> Result<Left, Problem> {
    let before = settings::get(tx).await?;
    let change = SettingsChange { default_model: Patch::Value(name.to_owned()), ..SettingsChange::default() };
    settings::update(tx, &*shop.app.app().services().approvals, before.version, change).await?;
    Ok(WRITTEN)
}
