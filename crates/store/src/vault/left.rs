//! What is left on older keys, for whoever rotates them.
use super::{reseal::sealed_by, rewrap::Rewrapped};
use crate::{Store, ports::Tenants, prelude::*};
use purser_entity_platform::{
    encryption_key::{Column, Entity, Status},
    master_key,
};
use purser_kernel::OrganizationId;

/// Keys of one organization that are there at once.
const MOST_KEYS: u64 = 1_000;
const BATCH: u64 = 100;

/// How the keys stand.
#[derive(Clone, Debug)]
pub struct KeysLeft {
    /// Whether this process's own master key is the one that seals.
    pub own_master_key_seals: bool,
    /// What other master keys than this process's own have sealed.
    pub on_other_master_keys: Rewrapped,
    /// Organizations whose secrets are not all on their newest key.
    pub organizations: Vec<OrganizationKeys>,
}

/// How an organization's keys stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrganizationKeys {
    /// Whose.
    pub organization: OrganizationId,
    /// Secrets that an older key has sealed.
    pub left: u64,
}

impl Store {
    /// Counts what is left on older keys, of every organization.
    pub async fn keys_left(&self, tenants: &dyn Tenants) -> Result<KeysLeft, Problem> {
        let tx = self.system_read().await?;
        let active = master_key::Column::Status.eq(master_key::Status::Active);
        let active = tx.system().find::<master_key::Entity>().filter(active).one().await?;
        drop(tx);
        let own = self.vault().ring.own()?.name;
        let mut organizations = Vec::new();
        let mut after = None;
        loop {
            let tx = self.system_read().await?;
            let page = tenants.page(tx.system(), after, BATCH).await?;
            drop(tx);
            for organization in &page {
                organizations.extend(self.organization_keys_left(*organization).await?);
            }
            after = page.last().copied();
            if after.is_none() {
                break;
            }
        }
        Ok(KeysLeft {
            own_master_key_seals: active.is_none_or(|row| row.fingerprint == own),
            on_other_master_keys: self.on_other_master_keys(tenants, false).await?,
            organizations,
        })
    }

    /// What is left on the organization's older keys; `None` when none of them is being replaced.
    async fn organization_keys_left(&self, organization: OrganizationId) -> Result<Option<OrganizationKeys>, Problem> {
        let tx = self.read_in_any_state(&Scope::system(organization, "keys")).await?;
        let retiring = tx.find::<Entity>().filter(Column::Status.eq(Status::Retiring)).all(MOST_KEYS).await?;
        let mut left = 0;
        for key in &retiring {
            left += sealed_by(&tx, key.id).await?;
        }
        Ok((!retiring.is_empty()).then_some(OrganizationKeys { organization, left }))
    }
}
