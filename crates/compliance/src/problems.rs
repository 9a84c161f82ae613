//! What can go wrong in this domain.
use purser_kernel::{ProblemKind, ProblemType};

/// The problems of what was deleted, of rules by which personal data is found, and of looking for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::VariantArray, strum::EnumMessage)]
pub enum ComplianceProblem {
    /// Somebody has brought it back already.
    AlreadyRestored,
    /// It is purged, or about to be: nothing brings it back.
    AlreadyPurged,
    /// The time in which it could be brought back is over; `restorable_until` says since when.
    RestoreExpired,
    /// Another rule has the name.
    PiiRuleTaken,
    /// Every organization has the rule: it can be turned off and on, and nothing else.
    PredefinedPiiRule,
    /// The organization has as many rules of its own as one may have.
    TooManyPiiRules,
    /// The organization's texts are being looked at already.
    PiiScanRunning,
}

impl ProblemKind for ComplianceProblem {
    fn definition(self) -> ProblemType {
        let (id, status, title) = match self {
            Self::AlreadyRestored => ("already_restored", 409, "It was brought back already"),
            Self::AlreadyPurged => ("already_purged", 409, "It was purged"),
            Self::RestoreExpired => ("restore_expired", 409, "It can be brought back no longer"),
            Self::PiiRuleTaken => ("pii_rule_taken", 409, "Another rule has this name"),
            Self::PredefinedPiiRule => ("predefined_pii_rule", 409, "A predefined rule can only be turned off and on"),
            Self::TooManyPiiRules => ("too_many_pii_rules", 409, "There are as many rules as there may be"),
            Self::PiiScanRunning => ("pii_scan_running", 409, "Texts are being looked at already"),
        };
        ProblemType::new(id, status, title)
    }
}
