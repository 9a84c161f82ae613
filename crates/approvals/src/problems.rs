//! What can go wrong in this domain.
use purser_kernel::{ProblemKind, ProblemType};

/// The problems of approvals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::VariantArray, strum::EnumMessage)]
pub enum ApprovalProblem {
    /// What would be done is not what was shown; `approval_id` names the request that asks anew, where there is one.
    ApprovalContentChanged,
    /// The time to decide is over.
    ApprovalExpired,
    /// An agent, a key or Purser itself tried to decide.
    PersonMustDecide,
    /// Whoever asked, edited last or decided another step, or somebody on their behalf, tried to decide.
    SeparationOfDuties,
    /// The link was never given out, is over, or was used.
    InvalidApprovalLink,
    /// The mailbox alone does not show who it is: there is a second factor, or nobody has shown that the address is theirs.
    SignInToDecide,
    /// The policy follows from the organization's settings.
    PredefinedPolicy,
}

impl ProblemKind for ApprovalProblem {
    fn definition(self) -> ProblemType {
        let (id, status, title) = match self {
            Self::ApprovalContentChanged => {
                ("approval_content_changed", 409, "What is to be approved is not what was shown")
            }
            Self::ApprovalExpired => ("approval_expired", 409, "The request for approval has expired"),
            Self::PersonMustDecide => ("person_must_decide", 403, "Only a person decides"),
            Self::SeparationOfDuties => ("separation_of_duties", 403, "Somebody else has to decide"),
            Self::InvalidApprovalLink => ("invalid_approval_link", 404, "The link is not valid"),
            Self::SignInToDecide => ("sign_in_to_decide", 403, "Sign in to decide"),
            Self::PredefinedPolicy => ("predefined_policy", 409, "The policy follows from the organization's settings"),
        };
        ProblemType::new(id, status, title)
    }
}
