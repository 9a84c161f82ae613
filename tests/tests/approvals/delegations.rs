//! Deciding for somebody else.
use crate::{
    desk::{Desk, approve, approver, assigned, confirm, id},
    problem,
};
use chrono::TimeDelta;
use purser_kernel::{Clock, Permission};
use purser_tests::{
    app::{Answer, Tenant},
    database::{Engine, uuid_literal},
};
use rstest::rstest;
use serde_json::{Value, json};

fn in_days(days: i64) -> String {
    (Clock::system().now() + TimeDelta::days(days)).to_rfc3339()
}

async fn delegate(from: &Tenant, to: &Tenant, also: Option<(&str, Value)>) -> Answer {
    let mut body = json!({ "to_user": to.user_id, "until": in_days(7) });
    if let Some((name, value)) = also {
        body[name] = value;
    }
    from.post("/v1/approval-delegations", &body).await
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_delegate_decides_by_the_right_of_somebody_who_holds_it(#[case] engine: Engine) {
    let Some(desk) = Desk::with_a_limit(engine).await else { return };
    let manager = desk.member(approver()).await;
    let (deputy, third) =
        (desk.member(Permission::ApprovalsRead.into()).await, desk.member(Permission::ApprovalsRead.into()).await);
    let order = desk.ordered().await;
    let shown = desk.asks(&order).await;
    problem(&approve(&deputy, &shown).await, 403, "forbidden");
    // Not yet, and not about this.
    delegate(&manager, &deputy, Some(("since", json!(in_days(1))))).await.expect(201);
    problem(&approve(&deputy, &shown).await, 403, "forbidden");
    let delegation = delegate(&manager, &deputy, Some(("subject", json!("order")))).await.expect(201).json();
    assert_eq!(assigned(&deputy).await, [id(&shown)]);
    // What was delegated is not delegated further.
    delegate(&deputy, &third, None).await.expect(201);
    assert!(assigned(&third).await.is_empty());
    problem(&approve(&third, &shown).await, 403, "forbidden");
    // It is good while the one who gave it holds it.
    let (user, organization) =
        (uuid_literal(engine, &manager.user_id), uuid_literal(engine, &desk.owner.organization_id));
    let these = format!("where user_id = {user} and organization_id = {organization}");
    desk.sql(&format!("update memberships set status = 'disabled' {these}")).await;
    assert!(assigned(&deputy).await.is_empty());
    problem(&approve(&deputy, &shown).await, 403, "forbidden");
    desk.sql(&format!("update memberships set status = 'active' {these}")).await;

    let approved = approve(&deputy, &shown).await.expect(200).json();
    let decision = &approved["decisions"][0];
    assert_eq!((&decision["decided_by"], &decision["on_behalf_of"]), (&json!(deputy.user_id), &json!(manager.user_id)));
    assert_eq!(desk.order(&order).await["status"], "confirmed");
    // Ended by who got it.
    let path = format!("/v1/approval-delegations/{}", id(&delegation));
    problem(&third.delete(&path, 1).await, 403, "forbidden");
    deputy.delete(&path, 1).await.expect(204);
    problem(&manager.get(&path).await, 404, "not_found");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn duties_are_separated_for_both(#[case] engine: Engine) {
    let Some(desk) = Desk::with_a_limit(engine).await else { return };
    let manager = desk.member(approver()).await;
    let deputy = desk.member(Permission::ApprovalsRead.into()).await;
    // The owner asks, and their deputy cannot say yes in their name.
    delegate(&desk.owner, &deputy, None).await.expect(201);
    let order = desk.ordered().await;
    let shown = desk.asks(&order).await;
    assert!(assigned(&deputy).await.is_empty());
    problem(&approve(&deputy, &shown).await, 403, "separation_of_duties");
    // Nor can the owner, in a manager's name.
    delegate(&manager, &desk.owner, None).await.expect(201);
    assert!(assigned(&desk.owner).await.is_empty());
    problem(&approve(&desk.owner, &shown).await, 403, "separation_of_duties");
    // In the manager's name, the deputy can.
    delegate(&manager, &deputy, None).await.expect(201);
    approve(&deputy, &shown).await.expect(200);
    problem(&confirm(&manager, &order).await, 409, "illegal_transition");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_delegates_to_strangers_to_themselves_or_for_ever(#[case] engine: Engine) {
    let Some(desk) = Desk::open(engine).await else { return };
    let deputy = desk.member(Permission::ApprovalsRead.into()).await;
    let stranger = desk.app.tenant("Elsewhere").await;
    let faults = |answer: Answer| {
        problem(&answer, 422, "validation_failed");
        answer.errors()
    };
    let fault = |pointer: &str, code: &str| vec![(pointer.to_owned(), code.to_owned())];
    let refused = async |to: &Tenant, also: Option<(&str, Value)>| faults(delegate(&desk.owner, to, also).await);
    assert_eq!(refused(&stranger, None).await, fault("/to_user", "unknown_reference"));
    assert_eq!(refused(&desk.owner, None).await, fault("/to_user", "own_id"));
    assert_eq!(refused(&deputy, Some(("subject", json!("weather")))).await, fault("/subject", "unknown_value"));
    for until in [in_days(-1), in_days(400)] {
        assert_eq!(refused(&deputy, Some(("until", json!(until)))).await, fault("/until", "out_of_range"));
    }
    let user = uuid_literal(engine, &deputy.user_id);
    desk.sql(&format!("update memberships set status = 'disabled' where user_id = {user}")).await;
    assert_eq!(refused(&deputy, None).await, fault("/to_user", "unknown_reference"));
    assert!(desk.rows("/v1/approval-delegations").await.is_empty());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_delegation_ends_at_its_time(#[case] engine: Engine) {
    let Some(desk) = Desk::with_a_limit(engine).await else { return };
    let manager = desk.member(approver()).await;
    let deputy = desk.member(Permission::ApprovalsRead.into()).await;
    let delegation = delegate(&manager, &deputy, None).await.expect(201).json();
    let order = desk.ordered().await;
    let shown = desk.asks(&order).await;
    assert_eq!(assigned(&deputy).await, [id(&shown)]);
    let this = uuid_literal(engine, id(&delegation));
    let over = "since = '2026-11-01 10:00:00+00:00', until = '2026-11-20 10:00:00+00:00'";
    desk.sql(&format!("update approval_delegations set {over} where id = {this}")).await;
    assert!(assigned(&deputy).await.is_empty());
    problem(&approve(&deputy, &shown).await, 403, "forbidden");
    approve(&manager, &shown).await.expect(200);
}
