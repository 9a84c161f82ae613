//! What a person decides before it is done.
use crate::WriteTx;
use async_trait::async_trait;
use purser_kernel::{Money, Permission, Problem, Timestamp, UserId, ids::ApprovalRequestId};
use serde_json::Value;
use uuid::Uuid;

/// With whom something is done, such as the customer of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counterparty {
    /// Such as `customer`.
    pub kind: &'static str,
    /// Its id.
    pub id: Uuid,
}

/// What is to be approved, as it is at this moment. An approval is bound to all that is shown of it: summary, content, amount
/// and counterparty.
#[derive(Clone, Debug)]
pub struct Matter {
    /// What would be done, in one line.
    pub summary: String,
    /// The same as data, with everything that a person has to know. Numbers are whole; amounts and shares are decimal strings.
    pub content: Value,
    /// What it costs or is worth.
    pub amount: Option<Money>,
    /// With whom.
    pub counterparty: Option<Counterparty>,
    /// Whether nothing was ever done with them.
    pub counterparty_is_new: bool,
    /// From 0 to 1, where a reader or a model made it.
    pub confidence: Option<f64>,
    /// The person who changed it last.
    pub last_edited_by: Option<UserId>,
    /// The person whom it is about, such as who is to be promoted. They never decide about it.
    pub about: Option<UserId>,
}

/// Whether something may be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nobody has to be asked.
    NotNeeded,
    /// It was approved exactly as it is. The approval is used up by this answer.
    Approved(ApprovalRequestId),
    /// People were asked, and it waits for them.
    Needed(ApprovalRequestId),
}

/// How a question ended that was not approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Somebody said no.
    Rejected,
    /// Nobody decided in time.
    Expired,
    /// Whoever asked no longer wants it.
    Withdrawn,
    /// There is nothing to approve any more.
    Superseded,
}

/// Asked inside the state change itself and its transaction, so that no route, bulk call or job goes around it. The subject's
/// own row is locked before: whoever decides locks in the same order. Implemented by approvals.
#[async_trait]
pub trait Approvals: Send + Sync {
    /// Whether this may be done by the caller, asking people where the policies say so. One statement where there is no policy
    /// and a person asks.
    async fn ask(&self, tx: &WriteTx, subject: &'static str, id: Uuid) -> Result<Verdict, Problem>;

    /// Asks people whatever the policies say: for a caller who may not do it alone.
    async fn request(&self, tx: &WriteTx, subject: &'static str, id: Uuid) -> Result<ApprovalRequestId, Problem>;

    /// The approval of this exactly as it is, which is used up; `None` where there is none.
    async fn redeem(&self, tx: &WriteTx, subject: &'static str, id: Uuid)
    -> Result<Option<ApprovalRequestId>, Problem>;

    /// Keeps what the organization's settings say of orders: one over this amount needs somebody else. It is a policy like others,
    /// so that who confirms an order reads policies alone.
    async fn set_order_limit(&self, tx: &WriteTx, over: Option<Money>) -> Result<(), Problem>;

    /// Keeps whether promotions need a second person, as a policy likewise.
    async fn set_role_changes(&self, tx: &WriteTx, need_approval: bool) -> Result<(), Problem>;

    /// Closes an open question about what was changed or is gone. Whoever calls it knows, so the subject is not told.
    async fn supersede(&self, tx: &WriteTx, subject: &'static str, id: Uuid) -> Result<(), Problem>;

    /// As [`supersede`](Self::supersede), and asks anew about what it is now, in the name of whoever asked before. `None` where
    /// nothing was open.
    async fn renew(&self, tx: &WriteTx, subject: &'static str, id: Uuid) -> Result<Option<ApprovalRequestId>, Problem>;

    /// Closes an open question that is no longer wanted. The subject is told.
    async fn take_back(&self, tx: &WriteTx, subject: &'static str, id: Uuid) -> Result<(), Problem>;

    /// Ends what somebody who is no member any more has delegated, and what was delegated to them: it is not to come back with them.
    async fn end_delegations(&self, tx: &WriteTx, person: UserId) -> Result<(), Problem>;
}

/// A kind of thing that needs approval: one implementation adds it. Handed to approvals where the program is put together.
#[async_trait]
pub trait ApprovalSubject: Send + Sync {
    /// Its name, such as `order`; stable, since policies and requests are kept by it.
    fn kind(&self) -> &'static str;

    /// What decides where no policy says otherwise.
    fn permission(&self) -> Permission;

    /// What is shown, as it is now, with its row locked. `None` when it is gone or past the point where it could be approved.
    async fn matter(&self, tx: &WriteTx, id: Uuid) -> Result<Option<Matter>, Problem>;

    /// What others of this kind to the same counterparty came to that were done since, the sum for each currency: a large one
    /// that was split into small ones is noticed by it.
    async fn done_since(
        &self,
        tx: &WriteTx,
        counterparty: Counterparty,
        since: Timestamp,
        but: Uuid,
    ) -> Result<Vec<Money>, Problem>;

    /// What was asked about was changed without anybody telling, and is asked anew as `request`: for a subject that keeps which
    /// request it waits for.
    async fn asked_anew(&self, tx: &WriteTx, id: Uuid, request: ApprovalRequestId) -> Result<(), Problem>;

    /// The question that it waited for has ended without an approval. Its row is locked already, by [`matter`](Self::matter).
    async fn ended(&self, tx: &WriteTx, id: Uuid, request: ApprovalRequestId, how: Ending) -> Result<(), Problem>;

    /// Does what was approved, in the transaction of the last decision, by the person who made it. It asks
    /// [`Approvals::redeem`] itself.
    async fn approved(&self, tx: &WriteTx, id: Uuid, approvals: &dyn Approvals) -> Result<(), Problem>;
}
