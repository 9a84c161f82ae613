//! Asking people, inside the state change that needs their answer.
use crate::{
    ApprovalService, delegations,
    events::{Requested, close, entry},
    payload, policies,
    rules::Rules,
    service::Requester,
};
use async_trait::async_trait;
use purser_entity_approvals::{
    approval_policy::{self, Condition, Limit, Steps},
    approval_request::{self, Column, Reasons, Status},
};
use purser_kernel::{Money, UserId, ids::ApprovalRequestId};
use purser_store::{
    ports::{ApprovalSubject, Approvals, Ending, Matter, Verdict},
    prelude::*,
};
use uuid::Uuid;

/// The longest summary that is kept.
const MAX_SUMMARY: usize = 500;
/// The subjects that the settings know of.
const ORDER: &str = "order";
const ROLE_CHANGE: &str = "role_change";

#[async_trait]
impl Approvals for ApprovalService {
    async fn ask(&self, tx: &WriteTx, subject: &'static str, id: Uuid) -> Result<Verdict, Problem> {
        let subject = self.subject(subject)?;
        let requester = self.requester(tx).await?;
        let policies = self.policies(tx, subject.kind()).await?;
        if policies.is_empty() && requester.is_person() {
            return Ok(Verdict::NotNeeded);
        }
        let matter = current(tx, subject, id).await?;
        let hash = payload::hash(tx.organization(), subject.kind(), id, &matter)?;
        let own = self.rules_by(tx, subject, id, &matter, &requester, &policies).await?;
        let rules = match own {
            Some(rules) => Some(rules),
            None => self.rules_for_others(tx, subject, id, &matter, &hash, &policies).await?,
        };
        let Some(rules) = rules else {
            return Ok(Verdict::NotNeeded);
        };
        if let Some(approved) = take(tx, subject.kind(), id, &hash).await? {
            return Ok(Verdict::Approved(approved));
        }
        open(tx, subject, id, matter, hash, rules, requester).await.map(Verdict::Needed)
    }

    async fn request(&self, tx: &WriteTx, subject: &'static str, id: Uuid) -> Result<ApprovalRequestId, Problem> {
        let subject = self.subject(subject)?;
        let requester = self.requester(tx).await?;
        let matter = current(tx, subject, id).await?;
        let rules = self.rules(tx, subject, id, &matter, &requester).await?;
        let rules = rules.unwrap_or_else(|| Rules::base(subject.permission(), "Who asks does not do it alone."));
        let hash = payload::hash(tx.organization(), subject.kind(), id, &matter)?;
        open(tx, subject, id, matter, hash, rules, requester).await
    }

    async fn redeem(
        &self,
        tx: &WriteTx,
        subject: &'static str,
        id: Uuid,
    ) -> Result<Option<ApprovalRequestId>, Problem> {
        let subject = self.subject(subject)?;
        let matter = current(tx, subject, id).await?;
        let hash = payload::hash(tx.organization(), subject.kind(), id, &matter)?;
        take(tx, subject.kind(), id, &hash).await
    }

    async fn set_order_limit(&self, tx: &WriteTx, over: Option<Money>) -> Result<(), Problem> {
        let limit = over.map(|over| Limit { minor: over.minor(), currency: over.currency() });
        let condition = limit.map(|limit| Condition { amount_over: Some(limit), ..Condition::default() });
        policies::predefine(tx, self.subject(ORDER)?, "The limit of the organization's settings", condition).await
    }

    async fn set_role_changes(&self, tx: &WriteTx, need_approval: bool) -> Result<(), Problem> {
        let condition = need_approval.then(Condition::default);
        policies::predefine(tx, self.subject(ROLE_CHANGE)?, "Promotions need a second person", condition).await
    }

    async fn supersede(&self, tx: &WriteTx, subject: &'static str, id: Uuid) -> Result<(), Problem> {
        if let Some(pending) = pending(tx, subject, id).await? {
            close(tx, pending, Status::Superseded).await?;
        }
        Ok(())
    }

    async fn renew(&self, tx: &WriteTx, subject: &'static str, id: Uuid) -> Result<Option<ApprovalRequestId>, Problem> {
        let Some(pending) = pending(tx, subject, id).await? else {
            return Ok(None);
        };
        if !is_in_time(&pending, tx.now()) {
            close(tx, pending, Status::Expired).await?;
            return Ok(None);
        }
        let closed = close(tx, pending, Status::Superseded).await?;
        let anew = self.ask_anew(tx, self.subject(subject)?, &closed).await?;
        Ok(anew.map(|request| request.id))
    }

    async fn take_back(&self, tx: &WriteTx, subject: &'static str, id: Uuid) -> Result<(), Problem> {
        if let Some(pending) = pending(tx, subject, id).await? {
            let closed = close(tx, pending, Status::Withdrawn).await?;
            self.subject(subject)?.ended(tx, id, closed.id, Ending::Withdrawn).await?;
        }
        Ok(())
    }

    async fn end_delegations(&self, tx: &WriteTx, person: UserId) -> Result<(), Problem> {
        delegations::end_of(tx, person).await
    }
}

impl ApprovalService {
    /// Asks the question that was just closed about what it is now, in the name of whoever asked before. `None` when there is
    /// nothing to approve any more.
    pub(crate) async fn ask_anew(
        &self,
        tx: &WriteTx,
        subject: &dyn ApprovalSubject,
        closed: &approval_request::Model,
    ) -> Result<Option<approval_request::Model>, Problem> {
        let id = closed.subject_id;
        let Some(matter) = subject.matter(tx, id).await? else {
            return Ok(None);
        };
        let requester = Requester::of(closed);
        let rules = self.rules_of_question(tx, subject, id, &matter, &requester).await?;
        let hash = payload::hash(tx.organization(), subject.kind(), id, &matter)?;
        insert(tx, subject, id, matter, hash, rules, requester).await.map(Some)
    }

    /// What the policies ask of whoever asked for exactly this before and was not answered, or was answered no: nobody steps around
    /// their steps by doing it directly.
    async fn rules_for_others(
        &self,
        tx: &WriteTx,
        subject: &dyn ApprovalSubject,
        id: Uuid,
        matter: &Matter,
        hash: &[u8],
        policies: &[approval_policy::Model],
    ) -> Result<Option<Rules>, Problem> {
        let asked = of_subject(subject.kind(), id)
            .and(Column::Status.is_in([Status::Pending, Status::Rejected]))
            .and(Column::PayloadHash.eq(hash.to_vec()));
        let asked = tx.find::<approval_request::Entity>().filter(asked).order_by(Column::Id, Desc).one().await?;
        match asked {
            Some(asked) => self.policies_for(tx, subject, id, matter, &Requester::of(&asked), policies).await,
            None => Ok(None),
        }
    }
}

async fn current(tx: &WriteTx, subject: &dyn ApprovalSubject, id: Uuid) -> Result<Matter, Problem> {
    let matter = subject.matter(tx, id).await?;
    matter.ok_or_else(|| Problem::internal("what needs approval is there when it is asked for"))
}

fn of_subject(subject: &str, id: Uuid) -> Filter<approval_request::Entity> {
    Column::Subject.eq(subject).and(Column::SubjectId.eq(id))
}

/// The open question about this, locked.
async fn pending(tx: &WriteTx, subject: &str, id: Uuid) -> Result<Option<approval_request::Model>, Problem> {
    let pending = of_subject(subject, id).and(Column::Status.eq(Status::Pending));
    tx.find_for_update::<approval_request::Entity>().filter(pending).one().await
}

/// Uses up the approval of exactly this, if there is one.
async fn take(tx: &WriteTx, subject: &str, id: Uuid, hash: &[u8]) -> Result<Option<ApprovalRequestId>, Problem> {
    let unused = of_subject(subject, id)
        .and(Column::Status.eq(Status::Approved))
        .and(Column::UsedAt.is_null())
        .and(Column::PayloadHash.eq(hash.to_vec()));
    let Some(approved) = tx.find_for_update::<approval_request::Entity>().filter(unused).one().await? else {
        return Ok(None);
    };
    let now = tx.now();
    let used = tx.update(approved, |row| row.used_at = Set(Some(now))).await?;
    Ok(Some(used.id))
}

/// The open question about exactly this. One about something else that it was before is closed.
async fn open(
    tx: &WriteTx,
    subject: &dyn ApprovalSubject,
    id: Uuid,
    matter: Matter,
    hash: Vec<u8>,
    rules: Rules,
    requester: Requester,
) -> Result<ApprovalRequestId, Problem> {
    if let Some(pending) = pending(tx, subject.kind(), id).await? {
        let in_time = is_in_time(&pending, tx.now());
        if pending.payload_hash == hash && in_time {
            return Ok(pending.id);
        }
        close(tx, pending, if in_time { Status::Superseded } else { Status::Expired }).await?;
    }
    let request = insert(tx, subject, id, matter, hash, rules, requester).await?;
    Ok(request.id)
}

pub(crate) fn is_in_time(request: &approval_request::Model, now: Timestamp) -> bool {
    request.due_at.is_none_or(|due| now < due)
}

/// Writes the question down.
async fn insert(
    tx: &WriteTx,
    subject: &dyn ApprovalSubject,
    id: Uuid,
    matter: Matter,
    hash: Vec<u8>,
    rules: Rules,
    requester: Requester,
) -> Result<approval_request::Model, Problem> {
    let Matter { summary, content, amount, counterparty, last_edited_by, about, .. } = matter;
    let (now, permission) = (tx.now(), rules.steps.first().copied().unwrap_or(subject.permission()));
    let row = approval_request::ActiveModel {
        subject: Set(subject.kind().to_owned()),
        subject_id: Set(id),
        requested_by_kind: Set(requester.kind),
        requested_by: Set(requester.id),
        accountable_user: Set(requester.accountable),
        last_edited_by: Set(last_edited_by),
        about_user: Set(about),
        summary: Set(text::fit(&summary, MAX_SUMMARY)),
        content: Set(content),
        amount_minor: Set(amount.map(Money::minor)),
        currency: Set(amount.map(Money::currency)),
        counterparty_kind: Set(counterparty.map(|counterparty| counterparty.kind.to_owned())),
        counterparty_id: Set(counterparty.map(|counterparty| counterparty.id)),
        payload_hash: Set(hash),
        reasons: Set(Reasons(rules.reasons)),
        steps: Set(names(&rules.steps)),
        separation_of_duties: Set(rules.separation_of_duties),
        step: Set(1),
        permission: Set(permission.as_str().to_owned()),
        status: Set(Status::Pending),
        due_at: Set(rules.due_after.map(|after| now + after)),
        reminder_at: Set(rules.reminder_after.map(|after| now + after)),
        reminded_at: Set(None),
        decided_at: Set(None),
        used_at: Set(None),
        ..Default::default()
    };
    let request = tx.insert(row).await?;
    tx.audit(entry("approval.request", &request)).await?;
    tx.emit(&Requested::of(&request)).await?;
    Ok(request)
}

/// The steps as they are kept.
pub(crate) fn names(steps: &[Permission]) -> Steps {
    Steps(steps.iter().map(|step| step.as_str().to_owned()).collect())
}
