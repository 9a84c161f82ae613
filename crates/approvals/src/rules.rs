//! What the policies ask for, taken together: of several that hold, each is kept.
mod amounts;

use crate::{ApprovalService, service::Requester};
use amounts::Compared;
use chrono::TimeDelta;
use purser_entity_approvals::{
    approval_decision,
    approval_policy::{self, Column, Condition, Steps},
    approval_request,
};
use purser_kernel::{Currency, Money};
use purser_store::{
    ports::{ApprovalSubject, Matter},
    prelude::*,
};
use uuid::Uuid;

/// The most policies that a subject can have; a few more when several are made at once.
pub(crate) const MAX_POLICIES: u64 = 100;

/// What has to happen before something is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rules {
    /// Why, in words.
    pub(crate) reasons: Vec<String>,
    /// The permissions that decide, one after the other; at least one.
    pub(crate) steps: Vec<Permission>,
    pub(crate) separation_of_duties: bool,
    pub(crate) due_after: Option<TimeDelta>,
    pub(crate) reminder_after: Option<TimeDelta>,
}

impl Rules {
    /// One step, by somebody else than whoever asked.
    pub(crate) fn base(permission: Permission, reason: &str) -> Self {
        Self {
            reasons: vec![reason.to_owned()],
            steps: vec![permission],
            separation_of_duties: true,
            due_after: None,
            reminder_after: None,
        }
    }

    /// All that each of these policies asks for.
    fn of(mut held: Vec<(&approval_policy::Model, String)>, permission: Permission) -> Option<Self> {
        // The one with the most steps says their order.
        held.sort_by_key(|(policy, _)| (std::cmp::Reverse(policy.steps.0.len()), policy.id));
        let mut rules = Self { reasons: Vec::new(), separation_of_duties: false, ..Self::base(permission, "") };
        rules.steps.clear();
        let earliest = |a: Option<TimeDelta>, hours: Option<i32>| {
            a.into_iter().chain(hours.map(|hours| TimeDelta::hours(hours.into()))).min()
        };
        for (policy, reason) in &held {
            rules.reasons.push(reason.clone());
            rules.separation_of_duties |= policy.separation_of_duties;
            rules.due_after = earliest(rules.due_after, policy.due_after_hours);
            rules.reminder_after = earliest(rules.reminder_after, policy.reminder_after_hours);
            // For a permission that this version does not know, those decide who can mend the policy.
            let wanted = permissions(&policy.steps).map(|step| step.unwrap_or(Permission::ApprovalsManage));
            let mut left = rules.steps.clone();
            for step in wanted {
                match left.iter().position(|there| *there == step) {
                    Some(position) => drop(left.remove(position)),
                    None => rules.steps.push(step),
                }
            }
        }
        if !held.is_empty() && rules.steps.is_empty() {
            rules.steps.push(permission);
        }
        (!held.is_empty()).then_some(rules)
    }
}

/// The permissions by their names; `None` for one that this version does not know.
pub(crate) fn permissions(steps: &Steps) -> impl Iterator<Item = Option<Permission>> {
    steps.0.iter().map(|name| name.parse().ok())
}

/// The step that is open after these decisions, and the one after it.
pub(crate) fn open_steps(
    rules: &Rules,
    decisions: &[approval_decision::Model],
    permission: Permission,
) -> (Permission, Option<Permission>) {
    let decided = decisions.iter().filter_map(|decision| decision.permission.parse().ok());
    let mut left = remaining(&rules.steps, decided).into_iter();
    // When the policies ask for less than was decided already, one more yes still ends it.
    let open = left.next().or(rules.steps.last().copied()).unwrap_or(permission);
    (open, left.next())
}

/// What is left to decide when these permissions have decided already.
fn remaining(steps: &[Permission], decided: impl IntoIterator<Item = Permission>) -> Vec<Permission> {
    let mut left = steps.to_vec();
    for permission in decided {
        if let Some(position) = left.iter().position(|step| *step == permission) {
            left.remove(position);
        }
    }
    left
}

impl ApprovalService {
    /// The organization's policies about this kind of thing. Those that add up what others came to are locked: of two at once,
    /// the second sees the first.
    pub(crate) async fn policies(&self, tx: &WriteTx, subject: &str) -> Result<Vec<approval_policy::Model>, Problem> {
        let most = MAX_POLICIES.saturating_mul(2);
        let of_subject = || Column::Subject.eq(subject);
        let policies = tx.find::<approval_policy::Entity>().filter(of_subject()).all(most).await?;
        if policies.iter().any(|policy| policy.condition.window_days.is_some()) {
            let locked = tx.find_for_update::<approval_policy::Entity>().filter(of_subject());
            return locked.order_by(Column::Id, Asc).all(most).await;
        }
        Ok(policies)
    }

    /// What the policies and the rules that always hold ask for; `None` where nobody has to be asked.
    pub(crate) async fn rules(
        &self,
        tx: &WriteTx,
        subject: &dyn ApprovalSubject,
        id: Uuid,
        matter: &Matter,
        requester: &Requester,
    ) -> Result<Option<Rules>, Problem> {
        let policies = self.policies(tx, subject.kind()).await?;
        self.rules_by(tx, subject, id, matter, requester, &policies).await
    }

    /// What they ask for about a question that was asked: it is answered by a person, also when it would not be asked any more.
    pub(crate) async fn rules_of_question(
        &self,
        tx: &WriteTx,
        subject: &dyn ApprovalSubject,
        id: Uuid,
        matter: &Matter,
        requester: &Requester,
    ) -> Result<Rules, Problem> {
        let rules = self.rules(tx, subject, id, matter, requester).await?;
        Ok(rules.unwrap_or_else(|| Rules::base(subject.permission(), "It was asked.")))
    }

    /// As [`Self::rules`], with the policies at hand.
    pub(crate) async fn rules_by(
        &self,
        tx: &WriteTx,
        subject: &dyn ApprovalSubject,
        id: Uuid,
        matter: &Matter,
        requester: &Requester,
        policies: &[approval_policy::Model],
    ) -> Result<Option<Rules>, Problem> {
        let rules = self.policies_for(tx, subject, id, matter, requester, policies).await?;
        if rules.is_none() && !requester.is_person() {
            return Ok(Some(Rules::base(subject.permission(), "No person asks.")));
        }
        Ok(rules)
    }

    /// What the policies alone ask for.
    pub(crate) async fn policies_for(
        &self,
        tx: &WriteTx,
        subject: &dyn ApprovalSubject,
        id: Uuid,
        matter: &Matter,
        requester: &Requester,
        policies: &[approval_policy::Model],
    ) -> Result<Option<Rules>, Problem> {
        let mut held = Vec::new();
        for policy in policies {
            if let Some(reason) = self.holds(tx, subject, id, matter, requester, policy).await? {
                held.push((policy, reason));
            }
        }
        Ok(Rules::of(held, subject.permission()))
    }

    /// Whether the policy's condition is met, and why in words.
    async fn holds(
        &self,
        tx: &WriteTx,
        subject: &dyn ApprovalSubject,
        id: Uuid,
        matter: &Matter,
        requester: &Requester,
        policy: &approval_policy::Model,
    ) -> Result<Option<String>, Problem> {
        let Condition { amount_over, window_days, confidence_below, requester_is_agent, counterparty_is_new } =
            &policy.condition;
        let met = (!requester_is_agent || !requester.is_person())
            && (!counterparty_is_new || matter.counterparty_is_new)
            && confidence_below.is_none_or(|limit| matter.confidence.is_some_and(|confidence| confidence < limit));
        if !met {
            return Ok(None);
        }
        let Some(limit) = amount_over else {
            return Ok(Some(policy.name.clone()));
        };
        if matter.amount.is_none() {
            return Ok(Some(format!("{} (there is no amount)", policy.name)));
        }
        let limit = Money::from_minor(limit.minor, limit.currency);
        let amounts = self.amounts(tx, subject, id, matter, *window_days).await?;
        let foreign: Vec<Currency> =
            amounts.iter().map(|amount| amount.currency()).filter(|currency| *currency != limit.currency()).collect();
        let rates = match foreign[..] {
            [] => Vec::new(),
            _ => self.rates.between(tx, &foreign, limit.currency()).await?,
        };
        Ok(match amounts::compare(&amounts, limit, &rates) {
            Compared::Within => None,
            Compared::Over => Some(policy.name.clone()),
            Compared::Unknown(why) => Some(format!("{} ({why})", policy.name)),
        })
    }

    /// What is compared with a limit: the amount, and within a window what else goes to the same counterparty.
    async fn amounts(
        &self,
        tx: &WriteTx,
        subject: &dyn ApprovalSubject,
        id: Uuid,
        matter: &Matter,
        window_days: Option<i32>,
    ) -> Result<Vec<Money>, Problem> {
        let mut amounts: Vec<Money> = matter.amount.into_iter().collect();
        let (Some(days), Some(counterparty)) = (window_days, matter.counterparty) else {
            return Ok(amounts);
        };
        let since = tx.now() - TimeDelta::days(days.into());
        amounts.extend(subject.done_since(tx, counterparty, since, id).await?);
        let waiting = approval_request::Column::Subject
            .eq(subject.kind())
            .and(approval_request::Column::CounterpartyId.eq(counterparty.id))
            .and(approval_request::Column::Status.eq(approval_request::Status::Pending))
            .and(approval_request::Column::CreatedAt.gte(since))
            .and(approval_request::Column::SubjectId.ne(id))
            .and(approval_request::Column::Currency.is_not_null());
        let sums = tx
            .find::<approval_request::Entity>()
            .filter(waiting)
            .aggregate()
            .by(approval_request::Column::Currency)
            .sum(approval_request::Column::AmountMinor)
            .rows::<(Currency, i64)>()
            .await?;
        amounts.extend(sums.into_iter().map(|(currency, minor)| Money::from_minor(minor, currency)));
        Ok(amounts)
    }
}

#[cfg(test)]
mod tests;
