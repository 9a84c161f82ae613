//! Work that goes through all organizations.
use crate::{Store, ports::Tenants};
use purser_kernel::{OrganizationId, Problem};
use std::vec;

/// Organizations in one look at the list.
const BATCH: u64 = 500;

impl Store {
    /// All organizations, one after the other, in the order of their ids.
    pub fn each_organization<'a>(&'a self, tenants: &'a dyn Tenants) -> EachOrganization<'a> {
        EachOrganization { store: self, tenants, page: Vec::new().into_iter(), last: None, failed: None }
    }
}

/// Goes through all organizations. What is wrong with one keeps no other from its turn.
#[must_use = "what failed is said by end()"]
pub struct EachOrganization<'a> {
    store: &'a Store,
    tenants: &'a dyn Tenants,
    page: vec::IntoIter<OrganizationId>,
    /// Whose turn it is.
    last: Option<OrganizationId>,
    failed: Option<Problem>,
}

impl EachOrganization<'_> {
    /// The next one; nothing when that was the last.
    pub async fn next(&mut self) -> Result<Option<OrganizationId>, Problem> {
        let mut next = self.page.next();
        if next.is_none() {
            let tx = self.store.system_read().await?;
            self.page = self.tenants.page(tx.system(), self.last, BATCH).await?.into_iter();
            next = self.page.next();
        }
        self.last = next.or(self.last);
        Ok(next)
    }

    /// What came of the work for the one whose turn it is.
    pub fn note(&mut self, outcome: Result<(), Problem>) {
        if let (Err(problem), Some(organization)) = (outcome, self.last) {
            tracing::warn!(%organization, %problem, "the work for an organization failed; the others have their turn");
            self.failed = Some(problem);
        }
    }

    /// What went wrong last, after everybody had their turn.
    pub fn end(self) -> Result<(), Problem> {
        self.failed.map_or(Ok(()), Err)
    }
}
