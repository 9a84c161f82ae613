//! Promotions that a second person decides, where the organization asks for it.
//!
//! | from | by | to |
//! | --- | --- | --- |
//! | pending | approval | applied |
//! | pending | rejection, expiry, withdrawal | rejected, expired, withdrawn |
//! | pending | another change of the same thing | superseded |
//!
//! Whatever makes somebody what an admin or an owner is goes through [`RoleChanges::ask`], in the transaction that would do it.
mod plan;
mod promotion;
pub(crate) mod second;
mod shown;
mod subject;

use crate::{TenancyProblem, authority, settings};
use purser_entity_tenancy::{
    membership,
    role_change_request::{ActiveModel, Column, Entity, Status},
};
use purser_kernel::{UserId, ids::RoleChangeRequestId};
use purser_store::{AuditCategory, name_of, ports::Approvals, prelude::*};
use serde_json::{Value, json};
use std::sync::Arc;

pub(crate) use promotion::{is_promotion, promotes};
pub use purser_entity_tenancy::role_change_request::{Change, Model as RoleChangeRequest, RoleState};
pub use subject::RoleChangeSubject;

/// The name of promotions among the subjects of approvals.
const SUBJECT: &str = "role_change";
const MAX_REASON: usize = 2000;
/// More promotions than wait at a time.
const MAX_PENDING: u64 = 200;

/// What came of a wish to change something.
#[derive(Clone, Debug)]
pub enum Changed<T> {
    /// It is done.
    Done(T),
    /// A second person is asked first.
    Waits(Box<RoleChangeRequest>),
}

/// What somebody wants to be different.
pub(crate) struct Wish<'a> {
    /// Whose roles or permissions it is about.
    pub(crate) member: Option<&'a membership::Model>,
    pub(crate) change: Change,
    pub(crate) reason: Option<String>,
    /// Who answers for it; nobody for a directory.
    pub(crate) requested_by: Option<UserId>,
}

/// Puts promotions to a second person. Cheap to clone.
#[derive(Clone)]
pub struct RoleChanges {
    /// Who is asked.
    pub approvals: Arc<dyn Approvals>,
}

/// The requests, the newest first.
pub async fn list(tx: &ReadTx, status: Option<Status>, page: &PageRequest) -> Result<Page<RoleChangeRequest>, Problem> {
    tx.scope().require(Permission::MembersRead)?;
    tx.find::<Entity>().filter_if(status.map(|status| Column::Status.eq(status))).page(page).await
}

/// One request.
pub async fn get(tx: &ReadTx, id: RoleChangeRequestId) -> Result<RoleChangeRequest, Problem> {
    tx.scope().require(Permission::MembersRead)?;
    tx.get::<Entity>(id).await
}

impl RoleChanges {
    /// Takes back a request that waits: whoever asked may, and who manages approvals.
    ///
    /// `illegal_transition` when it does not wait any more.
    pub async fn withdraw(&self, tx: &WriteTx, id: RoleChangeRequestId) -> Result<RoleChangeRequest, Problem> {
        tx.scope().require(Permission::MembersRead)?;
        authority::lock(tx).await?;
        let row = tx.get_for_update::<Entity>(id).await?;
        if row.requested_by.is_none() || row.requested_by != tx.scope().actor.in_person() {
            tx.scope().require(Permission::ApprovalsManage)?;
        }
        if row.status != Status::Pending {
            return Err(Problem::illegal_transition("role change request", &name_of(&row.status), &[]));
        }
        self.approvals.take_back(tx, SUBJECT, id.as_uuid()).await?;
        tx.get::<Entity>(id).await
    }

    /// Asks that promotions need no second person any more, which is for a second person to decide.
    ///
    /// `illegal_transition` when they do not need one.
    pub async fn switch_off(&self, tx: &WriteTx, reason: Option<&str>) -> Result<RoleChangeRequest, Problem> {
        tx.scope().require(Permission::OrganizationManage)?;
        authority::Authority::take(tx).await?.holds(Permission::OrganizationManage.into())?;
        let reason = checked(reason)?;
        let wish = Wish { member: None, change: Change::FourEyesOff, reason, requested_by: tx.scope().actor.user() };
        if !settings::row(tx).await?.role_changes_need_approval {
            return Err(Problem::illegal_transition("four-eyes principle", "off", &[]));
        }
        self.put(tx, wish).await
    }

    /// Asks a second person, where the organization wants that and there is one. `None`: it may be done at once. While the
    /// [lock](authority::lock) is held.
    pub(crate) async fn ask(&self, tx: &WriteTx, wish: Wish<'_>) -> Result<Option<RoleChangeRequest>, Problem> {
        if !settings::row(tx).await?.role_changes_need_approval {
            return Ok(None);
        }
        let involved = [wish.requested_by, tx.scope().actor.user(), wish.member.map(|member| member.user_id)];
        if !second::is_there(tx, &involved).await? {
            let entry = AuditEntry::new("role_change.alone", "organization", tx.organization());
            tx.audit(entry.category(AuditCategory::Security).after(&wish.change)).await?;
            return Ok(None);
        }
        self.put(tx, wish).await.map(Some)
    }

    /// Writes the wish down and asks. Wished again, it is the same request; another wish about the same thing takes its place.
    async fn put(&self, tx: &WriteTx, wish: Wish<'_>) -> Result<RoleChangeRequest, Problem> {
        let Wish { member, change, reason, requested_by } = wish;
        if let Some(member) = member
            && member.status != membership::Status::Active
        {
            let problem = Problem::illegal_transition("member", &name_of(&member.status), &[]);
            return Err(problem.detail("Only an active member is promoted."));
        }
        for before in pending(tx, member).await? {
            if before.change == change {
                return Ok(before);
            }
            if plan::is_same_thing(&before.change, &change) {
                self.drop(tx, before).await?;
            }
        }
        let row = ActiveModel {
            membership_id: Set(member.map(|member| member.id)),
            change: Set(change),
            reason: Set(reason),
            requested_by: Set(requested_by),
            status: Set(Status::Pending),
            approval_id: Set(None),
            ..Default::default()
        };
        let row = tx.insert(row).await?;
        let approval = self.approvals.request(tx, SUBJECT, row.id.as_uuid()).await?;
        let row = tx.update(row, |row| row.approval_id = Set(Some(approval))).await?;
        tx.audit(entry("role_change.request", &row).after(&view(&row))).await?;
        Ok(row)
    }

    /// What a directory wanted of a member and does not want any more waits no longer.
    pub(crate) async fn forget(&self, tx: &WriteTx, member: &membership::Model) -> Result<(), Problem> {
        for row in pending(tx, Some(member)).await? {
            if row.requested_by.is_none() {
                self.drop(tx, row).await?;
            }
        }
        Ok(())
    }

    async fn drop(&self, tx: &WriteTx, row: RoleChangeRequest) -> Result<(), Problem> {
        self.approvals.supersede(tx, SUBJECT, row.id.as_uuid()).await?;
        end(tx, row, Status::Superseded).await
    }
}

/// A reason as it is kept. Wrong ones are refused also where nobody is asked.
pub(crate) fn checked(reason: Option<&str>) -> Result<Option<String>, Problem> {
    let reason = reason.map(|reason| text::lines("/reason", reason, MAX_REASON)).transpose()?;
    Ok(reason.filter(|reason| !reason.is_empty()))
}

/// What waits about this member, or about no member.
async fn pending(tx: &ReadTx, member: Option<&membership::Model>) -> Result<Vec<RoleChangeRequest>, Problem> {
    let about = match member {
        Some(member) => Column::MembershipId.eq(member.id),
        None => Column::MembershipId.is_null(),
    };
    tx.find::<Entity>().filter(Column::Status.eq(Status::Pending).and(about)).all(MAX_PENDING).await
}

/// Whether something that a directory wanted of this member waits, or was answered no: it is not asked twice.
pub(crate) async fn of_directory(tx: &ReadTx, member: &membership::Model) -> Result<Vec<RoleChangeRequest>, Problem> {
    let answered = Column::Status.is_in([Status::Pending, Status::Rejected, Status::Withdrawn]);
    let theirs = Column::MembershipId.eq(member.id).and(Column::RequestedBy.is_null()).and(answered);
    tx.find::<Entity>().filter(theirs).order_by(Column::Id, Desc).all(MAX_PENDING).await
}

async fn end(tx: &WriteTx, row: RoleChangeRequest, status: Status) -> Result<(), Problem> {
    let was = view(&row);
    let row = tx.update(row, |row| row.status = Set(status)).await?;
    tx.audit(entry("role_change.end", &row).before(&was).after(&view(&row))).await
}

fn entry(action: &'static str, row: &RoleChangeRequest) -> AuditEntry {
    AuditEntry::new(action, "role_change_request", row.id).category(AuditCategory::Security)
}

/// A request as the audit trail shows it.
fn view(row: &RoleChangeRequest) -> Value {
    json!({
        "membership_id": row.membership_id,
        "change": row.change,
        "requested_by": row.requested_by,
        "status": name_of(&row.status),
        "approval_id": row.approval_id,
    })
}

/// `second_person_needed` where promotions need one and there is one, who has to agree that it ends.
pub(crate) async fn may_switch_off(tx: &WriteTx) -> Result<(), Problem> {
    authority::lock(tx).await?;
    if second::is_there(tx, &[tx.scope().actor.user()]).await? {
        let detail = "A second person has to agree: ask at POST /v1/role-change-requests.";
        return Err(Problem::of(TenancyProblem::SecondPersonNeeded).detail(detail));
    }
    Ok(())
}
