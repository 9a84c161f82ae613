//! What can go wrong in this domain.
use purser_kernel::{ProblemKind, ProblemType};

/// The problems of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::VariantArray, strum::EnumMessage)]
pub enum MediaProblem {
    /// `Range` asks for bytes behind the end of the file; `byte_size` says where that is.
    RangeNotSatisfiable,
}

impl ProblemKind for MediaProblem {
    fn definition(self) -> ProblemType {
        match self {
            Self::RangeNotSatisfiable => ProblemType::new("range_not_satisfiable", 416, "The file has no such bytes"),
        }
    }
}
