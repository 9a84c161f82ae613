//! Which thing here is which thing there.
use purser_entity_integrations::external_mapping::{ActiveModel, Column, Entity};
use purser_kernel::ids::IntegrationId;
use purser_store::prelude::*;
use uuid::Uuid;

/// A thing here and the same thing there. Unique both ways in its integration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// Whose ids are mapped.
    pub integration_id: IntegrationId,
    /// What kind of thing, such as `order`.
    pub resource: &'static str,
    /// Its id here.
    pub local_id: Uuid,
    /// Its id there.
    pub external_id: String,
}

/// Keeps a mapping; the same one again changes nothing. `already_exists` when either side is mapped to another.
///
/// Asks for no more than to read integrations: mappings are the work of Purser itself, which may not manage them.
pub async fn put(tx: &WriteTx, mapping: Mapping) -> Result<(), Problem> {
    tx.scope().require(Permission::IntegrationsRead)?;
    let Mapping { integration_id, resource, local_id, external_id } = mapping;
    let external_id = text::line("/external_id", &external_id, 255)?;
    let row = ActiveModel {
        integration_id: Set(integration_id),
        resource: Set(resource.to_owned()),
        local_id: Set(local_id),
        external_id: Set(external_id.clone()),
        external_hash: Set(None),
        ..Default::default()
    };
    if tx.insert_if_absent(row).await? || find(tx, integration_id, resource, &external_id).await? == Some(local_id) {
        return Ok(());
    }
    Err(Problem::of(CommonProblem::AlreadyExists))
}

/// What the provider's thing is here, if it is mapped.
pub async fn find(
    tx: &ReadTx,
    integration: IntegrationId,
    resource: &str,
    external_id: &str,
) -> Result<Option<Uuid>, Problem> {
    tx.scope().require(Permission::IntegrationsRead)?;
    let mapping = tx
        .find::<Entity>()
        .filter(Column::IntegrationId.eq(integration))
        .filter(Column::Resource.eq(resource))
        .filter(Column::ExternalId.eq(external_id));
    Ok(mapping.one().await?.map(|row| row.local_id))
}
