use super::*;
use purser_kernel::{OrganizationId, Timestamp, ids::ApprovalPolicyId};

fn policy(steps: &[Permission], separation_of_duties: bool, due_after_hours: Option<i32>) -> approval_policy::Model {
    approval_policy::Model {
        organization_id: OrganizationId::generate(),
        id: ApprovalPolicyId::generate(),
        name: "Policy".to_owned(),
        subject: "order".to_owned(),
        condition: Condition::default(),
        steps: Steps(steps.iter().map(|step| step.as_str().to_owned()).collect()),
        separation_of_duties,
        due_after_hours,
        reminder_after_hours: None,
        is_predefined: false,
        created_by: None,
        created_at: Timestamp::default(),
        updated_at: Timestamp::default(),
        version: 1,
    }
}

fn of(policies: &[approval_policy::Model]) -> Option<Rules> {
    let held = policies.iter().map(|policy| (policy, policy.name.clone())).collect();
    Rules::of(held, Permission::OrdersConfirm)
}

const CONFIRM: Permission = Permission::OrdersConfirm;
const MANAGE: Permission = Permission::OrganizationManage;

#[test]
fn of_several_policies_each_is_kept() {
    assert_eq!(of(&[]), None);
    let rules = of(&[policy(&[MANAGE], false, Some(48)), policy(&[CONFIRM, CONFIRM], true, Some(24))]).unwrap();
    assert_eq!(rules.steps, [CONFIRM, CONFIRM, MANAGE]);
    assert!(rules.separation_of_duties);
    assert_eq!(rules.due_after, Some(TimeDelta::hours(24)));
    assert_eq!(rules.reasons.len(), 2);
    let rules = of(&[policy(&[CONFIRM], false, None), policy(&[MANAGE, CONFIRM], false, None)]).unwrap();
    assert_eq!(rules.steps, [MANAGE, CONFIRM]);
    assert!(!rules.separation_of_duties);
    assert_eq!(rules.due_after, None);
}

#[test]
fn there_is_always_somebody_who_decides() {
    let mut unknown = policy(&[], true, None);
    assert_eq!(of(std::slice::from_ref(&unknown)).unwrap().steps, [CONFIRM]);
    unknown.steps = Steps(vec!["no.longer.known".to_owned()]);
    assert_eq!(of(&[unknown]).unwrap().steps, [Permission::ApprovalsManage]);
}

#[test]
fn a_decision_counts_for_the_step_that_it_was_made_by() {
    assert_eq!(remaining(&[CONFIRM, MANAGE], []), [CONFIRM, MANAGE]);
    assert_eq!(remaining(&[CONFIRM, MANAGE], [MANAGE]), [CONFIRM]);
    // A policy that asks for another permission now is not met by what was decided before.
    assert_eq!(remaining(&[MANAGE], [CONFIRM]), [MANAGE]);
    assert_eq!(remaining(&[CONFIRM, CONFIRM], [CONFIRM]), [CONFIRM]);
    assert!(remaining(&[CONFIRM], [CONFIRM, MANAGE]).is_empty());
}
