//! Every kind of problem there is.
use purser_kernel::{CommonProblem, ProblemKind, ProblemType};
use serde::Serialize;

/// A kind of problem, as it is published.
#[derive(Clone, Debug, Serialize)]
pub struct PublishedProblem {
    /// Its id, status and title.
    #[serde(flatten)]
    pub kind: ProblemType,
    /// When it happens.
    pub when: String,
}

/// Every kind of problem there is, by domain.
pub fn registry() -> Vec<PublishedProblem> {
    let mut all = Vec::new();
    all.extend(kinds::<CommonProblem>());
    all.extend(kinds::<purser_integrations::IntegrationProblem>());
    all.extend(kinds::<purser_auth::AuthProblem>());
    all.extend(kinds::<purser_tenancy::TenancyProblem>());
    all.extend(kinds::<purser_approvals::ApprovalProblem>());
    all.extend(kinds::<purser_ordering::OrderingProblem>());
    all.extend(kinds::<purser_media::MediaProblem>());
    all.extend(kinds::<purser_compliance::ComplianceProblem>());
    all
}

fn kinds<K: ProblemKind + 'static>() -> impl Iterator<Item = PublishedProblem> {
    K::VARIANTS.iter().map(|kind| PublishedProblem { kind: kind.definition(), when: kind.when() })
}
