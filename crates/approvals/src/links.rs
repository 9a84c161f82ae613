//! Links in mails: whoever got one sees exactly what is to be approved and is asked again. Nothing is decided by opening it: programs
//! that look at mails open every link.
//!
//! A link is one person's, for one step of one request with one content, once and for a time. It stands in for signing in and for
//! nothing else: whatever a decision asks for, it is asked for here as well.
use crate::{
    Answer, ApprovalProblem, ApprovalService, Outcome,
    events::entry,
    requests::{self, RequestWithDecisions},
};
use purser_entity_approvals::{
    approval_link::{ActiveModel, Column, Entity, Model},
    approval_request,
};
use purser_kernel::{Client, Id, PermissionSet, SecretString, UserId, ids::ApprovalLinkId};
use purser_store::{MailToken, MailTokens, MasterKey, ports::People, prelude::*};
use std::sync::Arc;

/// Makes links, and takes decisions by them. Cheap to clone.
#[derive(Clone)]
pub struct DecisionLinks {
    pub(crate) approvals: ApprovalService,
    pub(crate) people: Arc<dyn People>,
    tokens: MailTokens,
}

impl DecisionLinks {
    /// The service. The key that tokens are made with is derived from `master`.
    pub fn new(approvals: ApprovalService, people: Arc<dyn People>, master: &MasterKey) -> Result<Self, Problem> {
        let tokens = MailTokens::new(master, "approvals/derive-decision-links")?;
        Ok(Self { approvals, people, tokens })
    }

    /// The organization that the token names and the person whose link it is, with what they may do now.
    ///
    /// `invalid_approval_link` whatever is wrong with the token; `forbidden` for somebody who is no active member any more;
    /// `sign_in_to_decide` where reading a mailbox is not enough to be let in.
    pub async fn scope(
        &self,
        store: &Store,
        token: &SecretString,
        client: Client,
        request_id: String,
    ) -> Result<Scope, Problem> {
        let organization = MailToken::read(token).organization();
        let tx = store.read(&Scope::system(organization, request_id.as_str())).await?;
        let person = self.good(&tx, token).await?.0.user_id;
        drop(tx);
        let scope = Scope::user(organization, person, PermissionSet::empty());
        let tx = store.read(&scope).await?;
        let held = self.approvals.tenants.permissions_of(&tx, &[person]).await?.remove(&person);
        let (Some(permissions), true) = (held, self.suffices(&tx, person).await?) else {
            return Err(match held {
                Some(_) => Problem::of(ApprovalProblem::SignInToDecide),
                None => Problem::of(CommonProblem::Forbidden).detail("This person is no active member any more."),
            });
        };
        Ok(Scope { permissions, client, request_id, ..scope })
    }

    /// What the link is about. Changes nothing.
    pub async fn show(&self, tx: &ReadTx, token: &SecretString) -> Result<RequestWithDecisions, Problem> {
        tx.scope().require(Permission::ApprovalsRead)?;
        let (_, request) = self.good(tx, token).await?;
        requests::load(tx, request).await
    }

    /// Takes the answer of whoever got the link, which is used up by it.
    ///
    /// As [`ApprovalService::decide`]; `invalid_approval_link` also for a step that is over.
    pub async fn decide(&self, tx: &WriteTx, token: &SecretString, answer: Answer) -> Result<Outcome, Problem> {
        let (link, request) = self.good(tx, token).await?;
        let now = tx.now();
        let unused = Column::Id.eq(link.id).and(Column::UsedAt.is_null()).and(Column::ExpiresAt.gt(now));
        // Of two at once one uses it.
        if tx.update_where(unused, |row: &mut ActiveModel| row.used_at = Set(Some(now))).await? != 1 {
            return Err(invalid());
        }
        tx.audit(entry("approval.use_link", &request)).await?;
        self.approvals.decide_step(tx, request.id, answer, Some(link.step)).await
    }

    /// A new token of a link for this person.
    pub(crate) async fn token(
        &self,
        tx: &WriteTx,
        id: ApprovalLinkId,
        person: UserId,
        request: &approval_request::Model,
    ) -> Result<MailToken, Problem> {
        let bound = bound(request, person, request.step);
        self.tokens.make(tx.system(), tx.organization(), id.as_uuid(), &[&bound]).await
    }

    /// The token of a link, whichever master key has made it. `None` when it was made for other content or another step.
    pub(crate) fn kept(&self, link: &Model, request: &approval_request::Model) -> Result<Option<MailToken>, Problem> {
        let bound = bound(request, link.user_id, link.step);
        self.tokens.kept(link.organization_id, link.id.as_uuid(), &[&bound], &link.token_hash)
    }

    /// Whether a link is enough for this person, in whose scope it is asked: not where the organization wants a second factor, nor
    /// where they have one, nor where nobody has shown that the address is theirs.
    pub(crate) async fn suffices(&self, tx: &ReadTx, person: UserId) -> Result<bool, Problem> {
        let mailbox = self.people.mailbox(tx, person).await?;
        Ok(mailbox.is_some_and(|mailbox| mailbox.suffices) && !self.approvals.tenants.requires_mfa(tx).await?)
    }

    /// The link, while it can be used, and its request.
    async fn good(&self, tx: &ReadTx, token: &SecretString) -> Result<(Model, approval_request::Model), Problem> {
        let token = MailToken::read(token);
        let link = tx.find_by_id::<Entity>(Id::from_uuid(token.row())).await?;
        let link =
            link.filter(|link| link.token_hash == token.hash() && link.used_at.is_none() && tx.now() < link.expires_at);
        let link = link.ok_or_else(invalid)?;
        let request = tx.get::<approval_request::Entity>(link.request_id).await?;
        if self.kept(&link, &request)?.is_none() {
            return Err(invalid());
        }
        Ok((link, request))
    }
}

/// What a link is bound to, each part of a fixed length.
fn bound(request: &approval_request::Model, person: UserId, step: i32) -> Vec<u8> {
    let (request_id, person) = (request.id.as_uuid(), person.as_uuid());
    [request_id.as_bytes().as_slice(), person.as_bytes(), &step.to_be_bytes(), &request.payload_hash].concat()
}

/// The one answer for whatever is wrong with a link.
pub(crate) fn invalid() -> Problem {
    Problem::of(ApprovalProblem::InvalidApprovalLink)
}
