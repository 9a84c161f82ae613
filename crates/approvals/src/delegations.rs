//! Delegations: somebody decides for somebody else for a time, by their right and while they hold it.
//!
//! What was delegated is not delegated further: a delegate decides by what the delegator may do by their own roles.
use crate::ApprovalService;
use chrono::TimeDelta;
use purser_entity_approvals::approval_delegation::{self, Column, Entity, Model};
use purser_kernel::{Expected, UserId, ids::ApprovalDelegationId, text::Findings};
use purser_store::prelude::*;
use serde_json::{Value, json};

/// The longest time that somebody stands in for somebody else.
const MAX_DAYS: i64 = 366;
/// More people than delegate to one at a time.
const MAX_DELEGATORS: u64 = 50;
/// Delegations that end with one statement.
const BATCH: u64 = 500;

/// A delegation that is to be made by the caller.
#[derive(Clone, Debug)]
pub struct NewDelegation {
    /// Who decides: an active member.
    pub to_user: UserId,
    /// Only about this kind of thing; about all of them when left out.
    pub subject: Option<String>,
    /// From when; now when left out.
    pub since: Option<Moment>,
    /// Until when, at most 366 days later.
    pub until: Moment,
}

/// Delegations, the newest first.
pub async fn list(tx: &ReadTx, page: &PageRequest) -> Result<Page<Model>, Problem> {
    tx.scope().require(Permission::ApprovalsRead)?;
    tx.find::<Entity>().order_by(Column::CreatedAt, Desc).page(page).await
}

/// One delegation.
pub async fn get(tx: &ReadTx, id: ApprovalDelegationId) -> Result<Model, Problem> {
    tx.scope().require(Permission::ApprovalsRead)?;
    tx.get::<Entity>(id).await
}

/// Ends a delegation that has the version `expected`: who gave it may, who got it, and who manages approvals.
pub async fn delete(tx: &WriteTx, id: ApprovalDelegationId, expected: impl Into<Expected>) -> Result<(), Problem> {
    tx.scope().require(Permission::ApprovalsRead)?;
    let delegation = tx.get_for_update::<Entity>(id).await?;
    let caller = tx.scope().actor.in_person();
    if caller != Some(delegation.from_user) && caller != Some(delegation.to_user) {
        tx.scope().require(Permission::ApprovalsManage)?;
    }
    tx.expect_version(&delegation, expected)?;
    tx.remove::<Entity>(Column::Id.eq(id)).await?;
    tx.audit(ended(&delegation)).await
}

impl ApprovalService {
    /// Lets another member decide for the caller. Only a person has anything to delegate.
    pub async fn delegate(&self, tx: &WriteTx, new: NewDelegation) -> Result<Model, Problem> {
        tx.scope().require(Permission::ApprovalsRead)?;
        let person = tx.scope().actor.in_person();
        let person = person.ok_or_else(|| Problem::of(crate::ApprovalProblem::PersonMustDecide))?;
        let since = self.checked(tx, person, &new).await?;
        let row = approval_delegation::ActiveModel {
            from_user: Set(person),
            to_user: Set(new.to_user),
            subject: Set(new.subject),
            since: Set(since),
            until: Set(new.until.into()),
            created_by: Set(Some(person)),
            ..Default::default()
        };
        let delegation = tx.insert(row).await?;
        let entry = AuditEntry::new("approval_delegation.create", "approval_delegation", delegation.id);
        tx.audit(entry.category(purser_store::AuditCategory::Approval).after(&view(&delegation))).await?;
        Ok(delegation)
    }

    async fn checked(&self, tx: &WriteTx, person: UserId, new: &NewDelegation) -> Result<Timestamp, Problem> {
        let mut found = Findings::new();
        let member = self.tenants.permissions_of(tx, &[new.to_user]).await?.contains_key(&new.to_user);
        if !member {
            let unknown = Problem::invalid("/to_user", "unknown_reference", "there is no such active member");
            found.check::<()>(Err(unknown))?;
        } else if new.to_user == person {
            let own = Problem::invalid("/to_user", "own_id", "must be somebody else");
            found.check::<()>(Err(own))?;
        }
        if let Some(subject) = &new.subject {
            found.check(self.known(subject))?;
        }
        let now = tx.now();
        let since = new.since.map_or(now, Timestamp::from).max(now);
        let until = Timestamp::from(new.until);
        let last = since.checked_add_signed(TimeDelta::days(MAX_DAYS));
        if until <= since || last.is_none_or(|last| until > last) {
            let message = format!("must be after now and after since, and at most {MAX_DAYS} days later");
            found.check::<()>(Err(Problem::invalid("/until", "out_of_range", message)))?;
        }
        found.finish()?;
        Ok(since)
    }

    /// `validation_failed` at `/subject` for a kind of thing that there is not.
    pub(crate) fn known(&self, subject: &str) -> Result<(), Problem> {
        if self.kinds().any(|kind| kind == subject) {
            return Ok(());
        }
        let kinds = self.kinds().collect::<Vec<_>>().join(", ");
        Err(Problem::invalid("/subject", "unknown_value", format!("must be one of {kinds}")))
    }
}

/// The delegations to this person that hold now.
pub(crate) async fn current(tx: &ReadTx, to: UserId) -> Result<Vec<Model>, Problem> {
    let now = tx.now();
    let holding = Column::ToUser.eq(to).and(Column::Since.lte(now)).and(Column::Until.gt(now));
    tx.find::<Entity>().filter(holding).order_by(Column::Id, Asc).all(MAX_DELEGATORS).await
}

/// Ends what this person has delegated, and what was delegated to them, as far as it is not over.
pub(crate) async fn end_of(tx: &WriteTx, person: UserId) -> Result<(), Problem> {
    loop {
        let theirs = Column::FromUser.eq(person).or(Column::ToUser.eq(person)).and(Column::Until.gt(tx.now()));
        let some = tx.find::<Entity>().filter(theirs).all(BATCH).await?;
        if some.is_empty() {
            return Ok(());
        }
        tx.remove::<Entity>(Column::Id.is_in(some.iter().map(|delegation| delegation.id))).await?;
        tx.audit_many(some.iter().map(ended)).await?;
    }
}

fn ended(delegation: &Model) -> AuditEntry {
    let entry = AuditEntry::new("approval_delegation.delete", "approval_delegation", delegation.id);
    entry.category(purser_store::AuditCategory::Approval).before(&view(delegation))
}

/// Who lets this person decide about this kind of thing now.
pub(crate) async fn to(tx: &ReadTx, person: UserId, subject: &str) -> Result<Vec<UserId>, Problem> {
    let about = |delegation: &Model| delegation.subject.as_ref().is_none_or(|kind| kind == subject);
    let delegations = current(tx, person).await?;
    Ok(delegations.into_iter().filter(about).map(|delegation| delegation.from_user).collect())
}

/// A delegation as the audit trail shows it.
fn view(delegation: &Model) -> Value {
    json!({
        "from_user": delegation.from_user,
        "to_user": delegation.to_user,
        "subject": delegation.subject,
        "since": delegation.since,
        "until": delegation.until,
    })
}
