//! What can go wrong at a provider's door.
use purser_kernel::{ProblemKind, ProblemType};

/// Kinds of problems of integrations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::VariantArray, strum::EnumMessage)]
pub enum IntegrationProblem {
    /// The body was not signed with the integration's secret. Nothing was kept.
    InvalidSignature,
    /// The token is not the one that the integration was given.
    VerificationFailed,
    /// The directory or the provider that vouches for members cannot be reached or does not answer as it should; `Retry-After`
    /// says when to try again.
    ProviderUnavailable,
}

impl ProblemKind for IntegrationProblem {
    fn definition(self) -> ProblemType {
        let (id, status, title) = match self {
            Self::InvalidSignature => ("invalid_signature", 401, "The body is not signed by the provider"),
            Self::VerificationFailed => ("verification_failed", 403, "The verification token is not the right one"),
            Self::ProviderUnavailable => ("provider_unavailable", 503, "The sign-in provider cannot be asked now"),
        };
        ProblemType::new(id, status, title)
    }
}
