//! Integrations that were disconnected: they come back as they were, credentials and all, or go for good.
use super::{ACCOUNT_INDEX, KIND_INDEX, account_taken, kind_taken, may_change};
use async_trait::async_trait;
use purser_entity_integrations::{
    external_mapping, inbound_event, inbound_event_key, inbound_position,
    integration::{ActiveModel, Column, Entity},
};
use purser_kernel::ids::IntegrationId;
use purser_store::{
    Deletion,
    ports::{Deletable, Progress, Reference, Restorable},
    prelude::*,
};
use serde_json::json;

/// Integrations, as what is deleted.
pub(crate) struct DeletedIntegrations;

/// Rows of a table that one transaction removes: those of events have the bodies that providers sent.
const BATCH: u64 = 500;

#[async_trait]
impl Restorable for DeletedIntegrations {
    fn about(&self) -> Deletable {
        Deletable {
            table: "integrations",
            resource: "integration",
            parts: &[],
            read: Permission::IntegrationsRead,
            manage: Permission::IntegrationsManage,
            is_personal: true,
            referred_to_by: const {
                &[
                    Reference::new("conversations", "integration_id"),
                    Reference::new("messages", "integration_id"),
                    Reference::new("user_identities", "integration_id"),
                    Reference::new("identity_group_roles", "integration_id"),
                    Reference::new("oidc_sign_ins", "integration_id"),
                ]
            },
            removed_first: &["external_mappings", "inbound_event_keys", "inbound_events", "inbound_positions"],
        }
    }

    async fn restore(&self, tx: &WriteTx, deletion: &Deletion) -> Result<(), Problem> {
        let restored = tx.restore::<Entity>(deletion).await;
        let row = restored.on_unique(ACCOUNT_INDEX, account_taken).on_unique(KIND_INDEX, kind_taken)?;
        may_change(tx, &row)
    }

    async fn remove(&self, tx: &WriteTx, deletion: &Deletion) -> Result<Progress, Problem> {
        let id = IntegrationId::from_uuid(deletion.resource_id);
        let progress = remove_received(tx, id).await?;
        if progress == Progress::Done {
            tx.purge::<Entity>(Column::Id.eq(id)).await?;
        }
        Ok(progress)
    }

    /// Conversations and identities say through which connection they came. What it was connected with goes.
    async fn empty(&self, tx: &WriteTx, deletion: &Deletion) -> Result<Progress, Problem> {
        let id = IntegrationId::from_uuid(deletion.resource_id);
        let forget = |row: &mut ActiveModel| {
            row.config = Set(json!({}));
            row.credentials_ciphertext = Set(None);
            row.credentials_key_id = Set(None);
            row.external_account = Set(None);
            row.is_active = Set(false);
        };
        tx.change_deleted::<Entity>(Column::Id.eq(id), forget).await?;
        remove_received(tx, id).await
    }
}

/// Removes what the provider sent, as it came.
async fn remove_received(tx: &WriteTx, id: IntegrationId) -> Result<Progress, Problem> {
    let removed = [
        tx.remove_some::<inbound_event::Entity>(inbound_event::Column::IntegrationId.eq(id), BATCH).await?,
        tx.remove_some::<inbound_event_key::Entity>(inbound_event_key::Column::IntegrationId.eq(id), BATCH).await?,
        tx.remove_some::<external_mapping::Entity>(external_mapping::Column::IntegrationId.eq(id), BATCH).await?,
    ];
    tx.remove::<inbound_position::Entity>(inbound_position::Column::IntegrationId.eq(id)).await?;
    Ok(if removed.contains(&BATCH) { Progress::Partly } else { Progress::Done })
}
