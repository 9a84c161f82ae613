//! Policies: when something needs approval, and whose.
use crate::{ApprovalProblem, ApprovalService, ask::names, review, rules::MAX_POLICIES};
use purser_entity_approvals::approval_policy::{self, Column, Condition, Entity, Model};
use purser_kernel::{Expected, Patch, ids::ApprovalPolicyId, text::Findings};
use purser_store::{ports::ApprovalSubject, prelude::*};
use serde_json::{Value, json};

const MAX_NAME: usize = 120;
const MAX_STEPS: usize = 10;
/// Ten years.
const MAX_HOURS: i32 = 87_600;
const MAX_WINDOW_DAYS: i32 = 366;

/// A policy that is to be made.
#[derive(Clone, Debug)]
pub struct NewPolicy {
    /// What people call it: the reason that a request names.
    pub name: String,
    /// The kind of thing, such as `order`.
    pub subject: String,
    /// When it holds; always, when nothing is said.
    pub condition: Condition,
    /// The permissions that decide, one after the other, 1 to 10 of them, each a decision.
    pub steps: Vec<Permission>,
    /// Whether who asked and who edited last are kept out.
    pub separation_of_duties: bool,
    /// After so many hours it is too late; never, when left out.
    pub due_after_hours: Option<i32>,
    /// After so many hours deciders are reminded.
    pub reminder_after_hours: Option<i32>,
}

/// What changes in a policy. Fields that are left out keep their value.
#[derive(Clone, Debug, Default)]
pub struct PolicyChange {
    /// As in [`NewPolicy`].
    pub name: Option<String>,
    /// As in [`NewPolicy`]; the whole of it.
    pub condition: Option<Condition>,
    /// As in [`NewPolicy`]; all of them.
    pub steps: Option<Vec<Permission>>,
    /// As in [`NewPolicy`].
    pub separation_of_duties: Option<bool>,
    /// As in [`NewPolicy`].
    pub due_after_hours: Patch<i32>,
    /// As in [`NewPolicy`].
    pub reminder_after_hours: Patch<i32>,
}

/// Policies, the newest first; only those about `subject` where one is named.
pub async fn list(tx: &ReadTx, subject: Option<String>, page: &PageRequest) -> Result<Page<Model>, Problem> {
    tx.scope().require(Permission::ApprovalsRead)?;
    tx.find::<Entity>().filter_if(subject.map(|subject| Column::Subject.eq(subject))).page(page).await
}

/// One policy.
pub async fn get(tx: &ReadTx, id: ApprovalPolicyId) -> Result<Model, Problem> {
    tx.scope().require(Permission::ApprovalsRead)?;
    tx.get::<Entity>(id).await
}

impl ApprovalService {
    /// Makes a policy. It holds from the next question and the next decision on, also for what was asked before.
    pub async fn create_policy(&self, tx: &WriteTx, new: NewPolicy) -> Result<Model, Problem> {
        tx.scope().require(Permission::ApprovalsManage)?;
        let NewPolicy { name, subject, condition, steps, separation_of_duties, due_after_hours, reminder_after_hours } =
            new;
        let patch = |hours: Option<i32>| hours.map_or(Patch::Null, Patch::Value);
        let change = PolicyChange {
            name: Some(name),
            condition: Some(condition),
            steps: Some(steps),
            separation_of_duties: Some(separation_of_duties),
            due_after_hours: patch(due_after_hours),
            reminder_after_hours: patch(reminder_after_hours),
        };
        let mut found = Findings::new();
        found.check(self.known(&subject))?;
        let change = found.check(checked(change))?;
        found.finish()?;
        let count = tx.find::<Entity>().filter(Column::Subject.eq(subject.as_str())).count().await?;
        if count >= i64::try_from(MAX_POLICIES).unwrap_or(i64::MAX) {
            let message = format!("there are {MAX_POLICIES} policies about it already");
            return Err(Problem::invalid("/subject", "too_many", message));
        }
        let mut row = approval_policy::ActiveModel {
            subject: Set(subject),
            is_predefined: Set(false),
            created_by: Set(tx.scope().actor.user()),
            ..Default::default()
        };
        apply(change.unwrap_or_default(), &mut row);
        let policy = tx.insert(row).await?;
        tx.audit(entry("approval_policy.create", &policy).after(&view(&policy))).await?;
        tx.enqueue(review::job(&policy.subject)).await?;
        Ok(policy)
    }
}

/// Changes a policy that has the version `expected`. `predefined_policy` when it follows from the organization's settings.
pub async fn update(
    tx: &WriteTx,
    id: ApprovalPolicyId,
    expected: impl Into<Expected>,
    change: PolicyChange,
) -> Result<Model, Problem> {
    tx.scope().require(Permission::ApprovalsManage)?;
    let before = own(tx, id).await?;
    tx.expect_version(&before, expected)?;
    let change = checked(change)?;
    let was = view(&before);
    let policy = tx.update(before, |row| apply(change, row)).await?;
    tx.audit(entry("approval_policy.update", &policy).before(&was).after(&view(&policy))).await?;
    tx.enqueue(review::job(&policy.subject)).await?;
    Ok(policy)
}

/// Deletes a policy that has the version `expected`. `predefined_policy` as for [`update`].
pub async fn delete(tx: &WriteTx, id: ApprovalPolicyId, expected: impl Into<Expected>) -> Result<(), Problem> {
    tx.scope().require(Permission::ApprovalsManage)?;
    let policy = own(tx, id).await?;
    tx.expect_version(&policy, expected)?;
    tx.remove::<Entity>(Column::Id.eq(id)).await?;
    tx.audit(entry("approval_policy.delete", &policy).before(&view(&policy))).await?;
    tx.enqueue(review::job(&policy.subject)).await
}

/// Makes, changes or takes away the one policy of a subject that follows from the organization's settings. Who may change those is
/// asked where they are changed.
pub(crate) async fn predefine(
    tx: &WriteTx,
    subject: &dyn ApprovalSubject,
    name: &str,
    condition: Option<Condition>,
) -> Result<(), Problem> {
    let predefined = Column::Subject.eq(subject.kind()).and(Column::IsPredefined.eq(true));
    let before = tx.find_for_update::<Entity>().filter(predefined).one().await?;
    match (before, condition) {
        (None, None) => return Ok(()),
        (Some(before), Some(condition)) if before.condition == condition => return Ok(()),
        (Some(before), Some(condition)) => {
            let was = view(&before);
            let policy = tx.update(before, |row| row.condition = Set(condition)).await?;
            tx.audit(entry("approval_policy.update", &policy).before(&was).after(&view(&policy))).await?;
        }
        (Some(before), None) => {
            tx.remove::<Entity>(Column::Id.eq(before.id)).await?;
            tx.audit(entry("approval_policy.delete", &before).before(&view(&before))).await?;
        }
        (None, Some(condition)) => {
            let row = approval_policy::ActiveModel {
                name: Set(name.to_owned()),
                subject: Set(subject.kind().to_owned()),
                condition: Set(condition),
                steps: Set(names(&[subject.permission()])),
                separation_of_duties: Set(true),
                due_after_hours: Set(None),
                reminder_after_hours: Set(None),
                is_predefined: Set(true),
                created_by: Set(tx.scope().actor.user()),
                ..Default::default()
            };
            let policy = tx.insert(row).await?;
            tx.audit(entry("approval_policy.create", &policy).after(&view(&policy))).await?;
        }
    }
    tx.enqueue(review::job(subject.kind())).await
}

async fn own(tx: &WriteTx, id: ApprovalPolicyId) -> Result<Model, Problem> {
    let policy = tx.get_for_update::<Entity>(id).await?;
    if policy.is_predefined {
        return Err(Problem::of(ApprovalProblem::PredefinedPolicy));
    }
    Ok(policy)
}

fn checked(change: PolicyChange) -> Result<PolicyChange, Problem> {
    let mut found = Findings::new();
    let name = found.check(text::optional_line("/name", change.name.as_deref(), MAX_NAME))?.flatten();
    if let Some(condition) = &change.condition {
        found.check(check_condition(condition))?;
    }
    if let Some(steps) = &change.steps {
        found.check(check_steps(steps))?;
    }
    found.check(check_range("/due_after_hours", change.due_after_hours, MAX_HOURS))?;
    found.check(check_range("/reminder_after_hours", change.reminder_after_hours, MAX_HOURS))?;
    found.finish()?;
    Ok(PolicyChange { name, ..change })
}

fn check_condition(condition: &Condition) -> Result<(), Problem> {
    let mut found = Findings::new();
    if condition.amount_over.is_some_and(|limit| limit.minor < 0) {
        let negative = Problem::invalid("/condition/amount_over", "out_of_range", "must not be negative");
        found.check::<()>(Err(negative))?;
    }
    if condition.confidence_below.is_some_and(|limit| !(0.0..=1.0).contains(&limit)) {
        let message = "must be from 0 to 1";
        found.check::<()>(Err(Problem::invalid("/condition/confidence_below", "out_of_range", message)))?;
    }
    let window = condition.window_days.map_or(Patch::Absent, Patch::Value);
    found.check(check_range("/condition/window_days", window, MAX_WINDOW_DAYS))?;
    if condition.window_days.is_some() && condition.amount_over.is_none() {
        let message = "needs amount_over: it adds up amounts";
        found.check::<()>(Err(Problem::invalid("/condition/window_days", "needs_amount", message)))?;
    }
    found.finish()
}

fn check_steps(steps: &[Permission]) -> Result<(), Problem> {
    if !(1..=MAX_STEPS).contains(&steps.len()) {
        let message = format!("must have 1 to {MAX_STEPS} entries");
        return Err(Problem::invalid("/steps", "out_of_range", message));
    }
    let mut found = Findings::new();
    for (position, step) in steps.iter().enumerate() {
        if !Permission::decisions().contains(*step) {
            let pointer = format!("/steps/{position}/permission");
            let message = "must be a permission to decide, which no agent holds";
            found.check::<()>(Err(Problem::invalid(&pointer, "not_a_decision", message)))?;
        }
    }
    found.finish()
}

fn check_range(pointer: &str, number: Patch<i32>, max: i32) -> Result<(), Problem> {
    match number {
        Patch::Value(number) if !(1..=max).contains(&number) => {
            Err(Problem::invalid(pointer, "out_of_range", format!("must be from 1 to {max}")))
        }
        _ => Ok(()),
    }
}

fn apply(change: PolicyChange, row: &mut approval_policy::ActiveModel) {
    let PolicyChange { name, condition, steps, separation_of_duties, due_after_hours, reminder_after_hours } = change;
    if let Some(name) = name {
        row.name = Set(name);
    }
    if let Some(condition) = condition {
        row.condition = Set(condition);
    }
    if let Some(steps) = steps {
        row.steps = Set(names(&steps));
    }
    if let Some(separate) = separation_of_duties {
        row.separation_of_duties = Set(separate);
    }
    if let Some(hours) = due_after_hours.into_change() {
        row.due_after_hours = Set(hours);
    }
    if let Some(hours) = reminder_after_hours.into_change() {
        row.reminder_after_hours = Set(hours);
    }
}

fn entry(action: &'static str, policy: &Model) -> AuditEntry {
    AuditEntry::new(action, "approval_policy", policy.id).category(purser_store::AuditCategory::Security)
}

/// A policy as the audit trail shows it.
fn view(policy: &Model) -> Value {
    json!({
        "name": policy.name,
        "subject": policy.subject,
        "condition": policy.condition,
        "steps": policy.steps.0,
        "separation_of_duties": policy.separation_of_duties,
        "due_after_hours": policy.due_after_hours,
        "reminder_after_hours": policy.reminder_after_hours,
    })
}
