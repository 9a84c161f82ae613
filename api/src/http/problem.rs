//! Problems on the wire: RFC 9457.
use super::reply::Reply;
use actix_web::{HttpResponse, ResponseError, http::StatusCode, http::header};
use purser_kernel::{CommonProblem, Problem, ProblemKind, ProblemType};
use purser_store::Answer;
use serde::Serialize;
use std::fmt;

/// Why a handler does not answer with what it made.
pub enum Refusal {
    /// Something is wrong.
    Problem(Problem),
    /// The same request was answered before: here is that answer.
    Replay(Answer),
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Problem(problem) => fmt::Display::fmt(problem, f),
            Self::Replay(_) => f.write_str("replayed"),
        }
    }
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Problem(problem) => status(problem.kind().status),
            Self::Replay(answer) => status(answer.status),
        }
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::Problem(problem) => render(problem),
            Self::Replay(answer) => Reply::replay(answer),
        }
    }
}

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn render(problem: &Problem) -> HttpResponse {
    let mut response = HttpResponse::build(status(problem.kind().status));
    response.content_type("application/problem+json");
    if problem.kind().status == 401 {
        // RFC 6750, section 3.
        response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
    }
    if let Some(delay) = problem.retry_delay() {
        // Whole seconds, rounded up: a client that waits too little is told again.
        let seconds = delay.as_secs().saturating_add(u64::from(delay.subsec_nanos() > 0));
        response.insert_header((header::RETRY_AFTER, seconds.to_string()));
    }
    response.body(problem.document().to_string())
}

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
    all
}

fn kinds<K: ProblemKind + 'static>() -> impl Iterator<Item = PublishedProblem> {
    K::VARIANTS.iter().map(|kind| PublishedProblem { kind: kind.definition(), when: kind.when() })
}
