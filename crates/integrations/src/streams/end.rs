//! Why a stream ends.
use purser_store::prelude::*;

/// Why a stream ends, as it is told with the last event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum End {
    /// The token has run out, or whoever it was given to has no business here any more.
    Unauthenticated,
    /// Nothing happens in the organization.
    OrganizationSuspended,
    /// The reader did not keep up.
    TooSlow,
    /// What would come next is not kept any more.
    EventsGone,
    /// The database cannot be asked.
    Unavailable,
    /// The server stops.
    ShuttingDown,
}

impl End {
    /// Such as `too_slow`.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The end that follows from what the caller, or the database, is told.
    pub(super) fn of(problem: Problem) -> Self {
        if problem.is(CommonProblem::OrganizationSuspended) {
            return Self::OrganizationSuspended;
        }
        if problem.kind().status < 500 {
            return Self::Unauthenticated;
        }
        tracing::warn!(%problem, "a stream of events broke off");
        Self::Unavailable
    }
}
