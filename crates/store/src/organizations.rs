//! Work that goes through all organizations.
use crate::{Store, ports::Tenants};
use purser_kernel::{OrganizationId, Problem};

/// Organizations in one look at the list.
const BATCH: u64 = 500;

impl Store {
    /// The organizations behind `after`, in the order of their ids; none when that was the last.
    pub async fn organizations(
        &self,
        tenants: &dyn Tenants,
        after: Option<OrganizationId>,
    ) -> Result<Vec<OrganizationId>, Problem> {
        let tx = self.system_read().await?;
        tenants.page(tx.system(), after, BATCH).await
    }
}
