//! Open questions follow the policies.
use crate::desk::{Desk, OTHER_PHONE, approve, approver, assigned, id};
use purser_kernel::Permission;
use purser_tests::{app::eventually, database::Engine};
use rstest::rstest;
use serde_json::{Value, json};

/// Waits until the question asks for these steps.
async fn asks_for(desk: &Desk, shown: &Value, steps: &[&str]) -> Value {
    eventually("the question to be brought up to date", || async {
        Some(desk.approval(id(shown)).await).filter(|now| now["steps"] == json!(steps))
    })
    .await
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_changed_policy_is_seen_in_the_inbox(#[case] engine: Engine) {
    let Some(desk) = Desk::open(engine).await else { return };
    let policy = desk.limit("20.00", json!({})).await;
    let path = format!("/v1/approval-policies/{}", id(&policy));
    let manager = desk.member(approver()).await;
    let director = desk.member(Permission::ApprovalsRead | Permission::OrganizationManage).await;
    let (order, other) = (desk.ordered().await, desk.ordered_by(OTHER_PHONE, "MILK-1L", 2).await);
    let (shown, also) = (desk.asks(&order).await, desk.asks(&other).await);
    // Another permission decides: it is in other people's inbox, who are told.
    let step = |permission: &str| json!({ "permission": permission });
    desk.owner.patch(&path, 1, &json!({ "steps": [step("organization.manage")] })).await.expect(200);
    for question in [&shown, &also] {
        let now = asks_for(&desk, question, &["organization.manage"]).await;
        assert_eq!((&now["permission"], &now["status"]), (&json!("organization.manage"), &json!("pending")));
        assert_eq!(now["payload_hash"], question["payload_hash"]);
    }
    assert_eq!((assigned(&manager).await.len(), assigned(&director).await.len()), (0, 2));
    desk.app.mail(&director.email, "An approval waits").await;
    // One more policy is one more step.
    let second = desk.limit("10.00", json!({ "name": "Small orders, too" })).await;
    let now = asks_for(&desk, &shown, &["organization.manage", "orders.confirm"]).await;
    assert_eq!(now["reasons"], json!(["Large orders", "Small orders, too"]));
    let half = approve(&director, &now).await.expect(200).json();
    assert_eq!((&half["status"], &half["permission"]), (&json!("pending"), &json!("orders.confirm")));
    // What was decided stays decided: of what is left of the policies, nothing is left to decide but one more yes.
    desk.owner.delete(&format!("/v1/approval-policies/{}", id(&second)), 1).await.expect(204);
    let now = asks_for(&desk, &shown, &["organization.manage"]).await;
    assert_eq!((&now["permission"], &now["decisions"].as_array().unwrap().len()), (&json!("organization.manage"), &1));
    // Without a policy one step is left: what was asked is answered by a person.
    desk.owner.delete(&path, 2).await.expect(204);
    // Questions are reviewed one after the other, in no order that is promised.
    asks_for(&desk, &shown, &["orders.confirm"]).await;
    let now = asks_for(&desk, &also, &["orders.confirm"]).await;
    assert_eq!((&now["reasons"], &now["separation_of_duties"]), (&json!(["It was asked."]), &json!(true)));
    assert_eq!(assigned(&manager).await.len(), 2);
    approve(&manager, &also).await.expect(200);
    assert_eq!(desk.order(&other).await["status"], "confirmed");
}

/// A policy that changes nothing for a question leaves it as it is.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_does_not_concern_it_leaves_it_alone(#[case] engine: Engine) {
    let Some(desk) = Desk::with_a_limit(engine).await else { return };
    let order = desk.ordered().await;
    let shown = desk.asks(&order).await;
    desk.limit("1000.00", json!({})).await;
    desk.app.settle().await;
    assert_eq!(desk.approval(id(&shown)).await, shown);
}

/// A change that nobody told of is found by the look, too.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_no_longer_what_was_shown_is_asked_anew(#[case] engine: Engine) {
    let Some(desk) = Desk::with_a_limit(engine).await else { return };
    let order = desk.ordered().await;
    let shown = desk.asks(&order).await;
    desk.sql("update orders set notes = 'To another door'").await;
    desk.limit("1000.00", json!({})).await;
    let anew = eventually("it to be asked anew", || async {
        let order = desk.order(&order).await;
        Some(order["approval_id"].clone()).filter(|approval| *approval != shown["id"])
    })
    .await;
    let anew = desk.approval(anew.as_str().unwrap()).await;
    assert_eq!((&anew["status"], &anew["content"]["notes"]), (&json!("pending"), &json!("To another door")));
    assert_eq!(desk.approval(id(&shown)).await["status"], "superseded");
}
