//! What can go wrong, as a caller sees it: RFC 9457 "Problem Details for HTTP APIs".
//!
//! Each domain has a closed set of kinds, an enum that implements [`ProblemKind`]; what all domains share is
//! [`CommonProblem`]. A [`Problem`] is one occurrence. What went wrong inside (a database error, say) travels with it for the
//! log and is never shown to a caller.
use serde::Serialize;
use serde_json::{Map, Value};
use std::{borrow::Cow, error::Error, fmt, time::Duration};

/// The published part of a kind of problem. It never changes once released.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ProblemType {
    /// Stable name, such as `order_not_editable`. Clients branch on it.
    pub id: &'static str,
    /// HTTP status code.
    pub status: u16,
    /// What it means, for people.
    pub title: &'static str,
}

impl ProblemType {
    /// A kind of problem.
    pub const fn new(id: &'static str, status: u16, title: &'static str) -> Self {
        Self { id, status, title }
    }
}

/// A closed set of kinds of problems: an enum, whose variants and their comments `strum` lists for the published registry.
pub trait ProblemKind: Copy + strum::VariantArray + strum::EnumMessage {
    /// What is published of this kind.
    fn definition(self) -> ProblemType;

    /// When it happens: the variant's comment.
    fn when(self) -> String {
        crate::text::comment(&self)
    }
}

/// The kinds of problems that every domain shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::VariantArray, strum::EnumMessage)]
pub enum CommonProblem {
    /// The body is not JSON, or not CSV where a file is read (`code` says why); it contains U+0000, or did not arrive whole.
    MalformedRequest,
    /// `cursor` was not given out for this list with this filter.
    InvalidCursor,
    /// There is no access token, or it is expired, revoked or was never given out.
    Unauthenticated,
    /// The caller lacks the permission that `permission` names.
    Forbidden,
    /// The organization is suspended: it can be read and re-activated, and nothing else.
    OrganizationSuspended,
    /// There is no such path, or no such thing in the caller's organization.
    NotFound,
    /// The path has other methods, which `Allow` names.
    MethodNotAllowed,
    /// The thing cannot go from its state to the one asked for; `possible` names the moves that are open.
    IllegalTransition,
    /// Something else has the same name, code or number.
    AlreadyExists,
    /// Others still refer to the thing.
    InUse,
    /// A request with the same idempotency key is not answered yet.
    IdempotencyKeyInUse,
    /// `If-Match` names another version than there is now.
    Stale,
    /// The body is larger than the server is configured to take.
    PayloadTooLarge,
    /// The body was sent as something else than what the route reads.
    UnsupportedMediaType,
    /// Fields are unknown, missing, or have values that are not allowed; `errors` points to each.
    ValidationFailed,
    /// The same idempotency key came with another body.
    IdempotencyKeyReused,
    /// The change needs to say in `If-Match` which version it was made from.
    PreconditionRequired,
    /// The caller has to slow down; `Retry-After` says for how long.
    TooManyRequests,
    /// Something broke inside; the log has it under the request's id.
    Internal,
    /// The server lacks something for the moment, such as the database, a connection to it, or room on the disk; `Retry-After` says
    /// when to try again.
    Unavailable,
}

impl ProblemKind for CommonProblem {
    fn definition(self) -> ProblemType {
        let (id, status, title) = match self {
            Self::MalformedRequest => ("malformed_request", 400, "The request cannot be read"),
            Self::InvalidCursor => ("invalid_cursor", 400, "The cursor does not belong to this list"),
            Self::Unauthenticated => ("unauthenticated", 401, "A valid access token is required"),
            Self::Forbidden => ("forbidden", 403, "The caller lacks a permission"),
            Self::OrganizationSuspended => ("organization_suspended", 403, "The organization is suspended"),
            Self::NotFound => ("not_found", 404, "There is no such resource"),
            Self::MethodNotAllowed => ("method_not_allowed", 405, "The resource has no such method"),
            Self::IllegalTransition => ("illegal_transition", 409, "The resource's state does not allow this"),
            Self::AlreadyExists => ("already_exists", 409, "A resource with this name already exists"),
            Self::InUse => ("in_use", 409, "Other resources refer to this one"),
            Self::IdempotencyKeyInUse => {
                ("idempotency_key_in_use", 409, "A request with this idempotency key is running")
            }
            Self::Stale => ("stale", 412, "The resource was changed since it was read"),
            Self::PayloadTooLarge => ("payload_too_large", 413, "The body is too large"),
            Self::UnsupportedMediaType => ("unsupported_media_type", 415, "The body's media type is not supported"),
            Self::ValidationFailed => ("validation_failed", 422, "Some fields are not valid"),
            Self::IdempotencyKeyReused => {
                ("idempotency_key_reused", 422, "The idempotency key was used with another request")
            }
            Self::PreconditionRequired => ("precondition_required", 428, "If-Match is required"),
            Self::TooManyRequests => ("too_many_requests", 429, "Too many requests"),
            Self::Internal => ("internal", 500, "Something went wrong on our side"),
            Self::Unavailable => ("unavailable", 503, "The service cannot take the request now"),
        };
        ProblemType::new(id, status, title)
    }
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// JSON pointer (RFC 6901) to the field in the body; for a query parameter, its name with a slash in front.
    pub pointer: String,
    /// Stable name of the fault, such as `too_long`.
    pub code: Cow<'static, str>,
    /// The fault, for people.
    pub message: String,
}

impl FieldError {
    /// A fault of the field at `pointer`.
    pub fn new(pointer: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code: Cow::Borrowed(code), message: message.into() }
    }
}

/// One occurrence of a problem. Small on purpose: it is the error of nearly every function.
pub struct Problem(Box<Details>);

struct Details {
    kind: ProblemType,
    detail: Option<String>,
    errors: Vec<FieldError>,
    extensions: Map<String, Value>,
    retry_after: Option<Duration>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl Problem {
    /// An occurrence of `kind`.
    pub fn of(kind: impl ProblemKind) -> Self {
        Self(Box::new(Details {
            kind: kind.definition(),
            detail: None,
            errors: Vec::new(),
            extensions: Map::new(),
            retry_after: None,
            source: None,
        }))
    }

    /// Something broke inside. `cause` goes to the log only.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::of(CommonProblem::Internal).caused_by(cause)
    }

    /// There is no such `resource` (a singular noun) in the caller's organization.
    pub fn not_found(resource: &str) -> Self {
        Self::of(CommonProblem::NotFound).detail(format!("There is no such {resource}."))
    }

    /// A field has a value that is not allowed.
    pub fn invalid(pointer: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self::validation(vec![FieldError::new(pointer, code, message)])
    }

    /// A body names a thing that does not exist in the caller's organization.
    pub fn unknown_reference(pointer: impl Into<String>, resource: &str) -> Self {
        Self::invalid(pointer, "unknown_reference", format!("there is no such {resource}"))
    }

    /// Several fields have values that are not allowed.
    pub fn validation(errors: Vec<FieldError>) -> Self {
        let mut problem = Self::of(CommonProblem::ValidationFailed);
        problem.0.errors = errors;
        problem
    }

    /// The thing has the state `current`, in which only the moves `open` are possible.
    pub fn illegal_transition(resource: &str, current: &str, open: &[&str]) -> Self {
        let moves = if open.is_empty() { "nothing".to_owned() } else { open.join(", ") };
        Self::of(CommonProblem::IllegalTransition)
            .detail(format!("The {resource} is {current}; possible now: {moves}."))
            .with("current", current)
            .with("possible", open.to_vec())
    }

    /// Adds what is particular to this occurrence, for people.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// Adds a member to the document (RFC 9457, section 3.2).
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.0.extensions.insert(member.to_owned(), value.into());
        self
    }

    /// Says when to try again.
    pub fn retry_after(mut self, delay: Duration) -> Self {
        self.0.retry_after = Some(delay);
        self
    }

    /// Keeps the cause for the log.
    pub fn caused_by(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.0.source = Some(cause.into());
        self
    }

    /// The kind of problem.
    pub fn kind(&self) -> ProblemType {
        self.0.kind
    }

    /// Whether it is of this kind.
    pub fn is(&self, kind: impl ProblemKind) -> bool {
        self.0.kind.id == kind.definition().id
    }

    /// What is wrong with which field.
    pub fn errors(&self) -> &[FieldError] {
        &self.0.errors
    }

    /// What is wrong with which field, taken out.
    pub fn into_errors(self) -> Vec<FieldError> {
        self.0.errors
    }

    /// When to try again, if it is known.
    pub fn retry_delay(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The cause, as the type it has.
    pub fn cause<E: Error + 'static>(&self) -> Option<&E> {
        self.0.source.as_ref()?.downcast_ref()
    }

    /// The document that goes out: `type`, `title`, `status`, `detail`, `errors` and the members that were added.
    ///
    /// `type` is a relative reference to the published registry (RFC 9457, section 3.1.1).
    pub fn document(&self) -> Value {
        let ProblemType { id, status, title } = self.0.kind;
        let mut document = self.0.extensions.clone();
        document.insert("type".to_owned(), format!("/problems/{id}").into());
        document.insert("id".to_owned(), id.into());
        document.insert("title".to_owned(), title.into());
        document.insert("status".to_owned(), status.into());
        if let Some(detail) = &self.0.detail {
            document.insert("detail".to_owned(), detail.clone().into());
        }
        if !self.0.errors.is_empty() {
            let errors = self.0.errors.iter().map(
                |error| serde_json::json!({ "pointer": error.pointer, "code": error.code, "message": error.message }),
            );
            document.insert("errors".to_owned(), errors.collect());
        }
        Value::Object(document)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.kind.id)?;
        if let Some(detail) = &self.0.detail {
            write!(f, ": {detail}")?;
        }
        for error in &self.0.errors {
            write!(f, "; {} {}", error.pointer, error.message)?;
        }
        match &self.0.source {
            None => {}
            // A parser quotes what it could not read, which may be what a customer wrote.
            Some(source) if let Some(json) = source.downcast_ref::<serde_json::Error>() => {
                write!(f, " ({:?} error in JSON, line {}, column {})", json.classify(), json.line(), json.column())?;
            }
            Some(source) => write!(f, " ({source})")?,
        }
        Ok(())
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for Problem {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let source: &(dyn Error + 'static) = &**self.0.source.as_ref()?;
        Some(source)
    }
}
