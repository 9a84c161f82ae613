//! What can go wrong in this domain.
use purser_kernel::{ProblemKind, ProblemType};

/// The problems of what was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::VariantArray, strum::EnumMessage)]
pub enum ComplianceProblem {
    /// Somebody has brought it back already.
    AlreadyRestored,
    /// It is purged, or about to be: nothing brings it back.
    AlreadyPurged,
    /// The time in which it could be brought back is over; `restorable_until` says since when.
    RestoreExpired,
}

impl ProblemKind for ComplianceProblem {
    fn definition(self) -> ProblemType {
        let (id, status, title) = match self {
            Self::AlreadyRestored => ("already_restored", 409, "It was brought back already"),
            Self::AlreadyPurged => ("already_purged", 409, "It was purged"),
            Self::RestoreExpired => ("restore_expired", 409, "It can be brought back no longer"),
        };
        ProblemType::new(id, status, title)
    }
}
