//! What can go wrong in this domain.
use purser_kernel::{ProblemKind, ProblemType};

/// The problems of organizations and what they own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::VariantArray, strum::EnumMessage)]
pub enum TenancyProblem {
    /// The organization has as many of something as it may have: `limit` names what, `allowed` and `used` say how many.
    LimitReached,
}

impl ProblemKind for TenancyProblem {
    fn definition(self) -> ProblemType {
        let (id, status, title) = match self {
            Self::LimitReached => ("limit_reached", 409, "The organization has as many as it may have"),
        };
        ProblemType::new(id, status, title)
    }
}
