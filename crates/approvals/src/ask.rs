//! Asking people, inside the state change that needs their answer.
use crate::{
    ApprovalService,
    events::{Requested, close, entry},
    payload, policies,
    rules::Rules,
    service::Requester,
};
use async_trait::async_trait;
use purser_entity_approvals::{
    approval_policy::{self, Steps},
    approval_request::{self, Column, Reasons, Status},
};
use purser_kernel::{Money, ids::ApprovalRequestId};
use purser_store::{
    ports::{ApprovalSubject, Approvals, Matter, Verdict},
    prelude::*,
};
use uuid::Uuid;

/// The longest summary that is kept.
const MAX_SUMMARY: usize = 500;
/// The subject that the settings know of.
const ORDER: &str = "order";

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
        policies::predefine(tx, self.subject(ORDER)?, "The limit of the organization's settings", over).await
    }

    async fn supersede(&self, tx: &WriteTx, subject: &'static str, id: Uuid) -> Result<(), Problem> {
        if let Some(pending) = pending(tx, subject, id).await? {
            close(tx, pending, Status::Superseded).await?;
        }
        Ok(())
    }
}

impl ApprovalService {
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
        let in_time = pending.due_at.is_none_or(|due| tx.now() < due);
        if pending.payload_hash == hash && in_time {
            return Ok(pending.id);
        }
        close(tx, pending, if in_time { Status::Superseded } else { Status::Expired }).await?;
    }
    let request = insert(tx, subject, id, matter, hash, rules, requester).await?;
    Ok(request.id)
}

/// Writes the question down.
pub(crate) async fn insert(
    tx: &WriteTx,
    subject: &dyn ApprovalSubject,
    id: Uuid,
    matter: Matter,
    hash: Vec<u8>,
    rules: Rules,
    requester: Requester,
) -> Result<approval_request::Model, Problem> {
    let Matter { summary, content, amount, counterparty, last_edited_by, .. } = matter;
    let (now, permission) = (tx.now(), rules.steps.first().copied().unwrap_or(subject.permission()));
    let row = approval_request::ActiveModel {
        subject: Set(subject.kind().to_owned()),
        subject_id: Set(id),
        requested_by_kind: Set(requester.kind),
        requested_by: Set(requester.id),
        accountable_user: Set(requester.accountable),
        last_edited_by: Set(last_edited_by),
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
