//! The service and what it is made of.
use purser_entity_approvals::approval_request;
use purser_kernel::{Actor, Problem, UserId};
use purser_store::{
    ReadTx,
    ports::{ApprovalSubject, ExchangeRates, People, Tenants},
};
use std::sync::Arc;
use uuid::Uuid;

/// Asks people, and takes their decisions. Cheap to clone.
#[derive(Clone)]
pub struct ApprovalService {
    pub(crate) subjects: Arc<[Arc<dyn ApprovalSubject>]>,
    pub(crate) tenants: Arc<dyn Tenants>,
    people: Arc<dyn People>,
    pub(crate) rates: Arc<dyn ExchangeRates>,
}

impl ApprovalService {
    /// The service for these kinds of things.
    pub fn new(
        subjects: Vec<Arc<dyn ApprovalSubject>>,
        tenants: Arc<dyn Tenants>,
        people: Arc<dyn People>,
        rates: Arc<dyn ExchangeRates>,
    ) -> Self {
        Self { subjects: subjects.into(), tenants, people, rates }
    }

    /// Who asks in this transaction.
    pub(crate) async fn requester(&self, tx: &ReadTx) -> Result<Requester, Problem> {
        let actor = tx.scope().actor;
        let accountable = match actor {
            Actor::User(user) | Actor::Acting { user, .. } => Some(user),
            // Nobody approves what they had their own program ask for.
            Actor::ApiKey(key) => self.people.key_holder(tx, key).await?,
            Actor::PlatformAdmin(_) | Actor::Agent(_) | Actor::System => None,
        };
        Ok(Requester { kind: actor.kind().to_owned(), id: actor.id(), accountable })
    }

    /// `internal` for a kind that nobody added.
    pub(crate) fn subject(&self, kind: &str) -> Result<&dyn ApprovalSubject, Problem> {
        let found = self.subjects.iter().find(|subject| subject.kind() == kind);
        found.map(AsRef::as_ref).ok_or_else(|| Problem::internal("no such subject of approvals in this version"))
    }

    /// The names of the kinds there are.
    pub fn kinds(&self) -> impl Iterator<Item = &'static str> {
        self.subjects.iter().map(|subject| subject.kind())
    }
}

/// Who asks for an approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Requester {
    /// As [`Actor::kind`] says it.
    pub(crate) kind: String,
    pub(crate) id: Option<Uuid>,
    /// The person, or who created the key.
    pub(crate) accountable: Option<UserId>,
}

impl Requester {
    /// Whoever asked for this.
    pub(crate) fn of(request: &approval_request::Model) -> Self {
        Self {
            kind: request.requested_by_kind.clone(),
            id: request.requested_by,
            accountable: request.accountable_user,
        }
    }

    pub(crate) fn is_person(&self) -> bool {
        self.kind == "user"
    }

    pub(crate) fn is(&self, actor: Actor) -> bool {
        self.kind == actor.kind() && self.id == actor.id()
    }
}
