//! What can go wrong at a provider's door, and at webhook endpoints.
use purser_kernel::{Problem, ProblemKind, ProblemType};
use std::{error::Error, future::Future, time::Duration};

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
    /// The webhook endpoint is switched off or was deleted: nothing is sent to it.
    WebhookEndpointDisabled,
    /// The organization has as many webhook endpoints as one may have.
    WebhookEndpointsFull,
    /// Not all that has happened since `Last-Event-ID` is kept. Begin without one, and read what is there now.
    EventsGone,
}

impl ProblemKind for IntegrationProblem {
    fn definition(self) -> ProblemType {
        let (id, status, title) = match self {
            Self::InvalidSignature => ("invalid_signature", 401, "The body is not signed by the provider"),
            Self::VerificationFailed => ("verification_failed", 403, "The verification token is not the right one"),
            Self::ProviderUnavailable => ("provider_unavailable", 503, "The sign-in provider cannot be asked now"),
            Self::WebhookEndpointDisabled => ("webhook_endpoint_disabled", 409, "The webhook endpoint is switched off"),
            Self::WebhookEndpointsFull => ("webhook_endpoints_full", 409, "There are too many webhook endpoints"),
            Self::EventsGone => ("events_gone", 410, "Some events since then are not kept any more"),
        };
        ProblemType::new(id, status, title)
    }
}

/// Everything that a provider is asked for at one sign-in: it answers in milliseconds, or somebody waits in vain.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// A provider that cannot be asked. What it said is for the log.
pub(crate) fn unavailable(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Problem {
    Problem::of(IntegrationProblem::ProviderUnavailable).retry_after(Duration::from_secs(5)).caused_by(cause)
}

/// Runs an exchange with a provider in a task of its own: what it sends that cannot be read makes some readers panic, and must
/// not take the request along.
pub(crate) async fn patiently<T: Send + 'static>(
    exchange: impl Future<Output = Result<T, Problem>> + Send + 'static,
) -> Result<T, Problem> {
    let task = tokio::spawn(tokio::time::timeout(PATIENCE, exchange));
    task.await.map_err(|_| unavailable("it sent what cannot be read"))?.map_err(unavailable)?
}
