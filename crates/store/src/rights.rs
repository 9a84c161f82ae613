//! Who notices at once that rights were changed by this process.
use purser_kernel::OrganizationId;
use std::sync::atomic::{AtomicU64, Ordering};

/// Organizations share a count when they fall on the same one: then one of them looks rights up once more than it had to.
const COUNTS: usize = 256;

/// Counts the changes of rights that this process has committed. Whoever keeps rights keeps the count of the moment before they
/// were looked up: once it has moved on, they are looked up again.
pub(crate) struct RightsChanges([AtomicU64; COUNTS]);

impl RightsChanges {
    pub(crate) fn new() -> Self {
        Self([const { AtomicU64::new(0) }; COUNTS])
    }

    /// How many there were in this organization.
    pub(crate) fn of(&self, organization: OrganizationId) -> u64 {
        self.count(organization).map_or(0, |count| count.load(Ordering::Acquire))
    }

    /// There was another.
    pub(crate) fn another(&self, organization: OrganizationId) {
        if let Some(count) = self.count(organization) {
            count.fetch_add(1, Ordering::AcqRel);
        }
    }

    fn count(&self, organization: OrganizationId) -> Option<&AtomicU64> {
        // The last byte of an id is random.
        let [.., last] = organization.as_uuid().into_bytes();
        self.0.get(usize::from(last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_organization_has_a_count() {
        let changes = RightsChanges::new();
        for last in 0..=u8::MAX {
            let organization = OrganizationId::from_uuid(uuid::Uuid::from_u128(u128::from(last)));
            assert_eq!(changes.of(organization), 0);
            changes.another(organization);
            assert_eq!(changes.of(organization), 1);
        }
    }
}
