//! What waits for whom.
use crate::desk::{Desk, approve, approver, assigned, id, rows};
use purser_kernel::Permission;
use purser_tests::database::Engine;
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn everybody_sees_what_they_may_decide(#[case] engine: Engine) {
    let Some(desk) = Desk::open(engine).await else { return };
    let step = |permission: &str| json!({ "permission": permission });
    desk.limit("20.00", json!({ "steps": [step("orders.confirm"), step("organization.manage")] })).await;
    let manager = desk.member(approver()).await;
    let director = desk.member(Permission::ApprovalsRead | Permission::OrganizationManage).await;
    let reader = desk.member(Permission::ApprovalsRead.into()).await;
    let order = desk.ordered().await;
    let shown = desk.asks(&order).await;
    let this = vec![id(&shown).to_owned()];
    assert_eq!(assigned(&manager).await, this);
    for who in [&desk.owner, &director, &reader] {
        assert!(assigned(who).await.is_empty());
        assert_eq!(rows(who, "/v1/approvals?status=pending&subject=order").await, std::slice::from_ref(&shown));
    }
    approve(&manager, &shown).await.expect(200);
    assert_eq!(assigned(&director).await, this);
    assert!(assigned(&manager).await.is_empty());
    approve(&director, &shown).await.expect(200);
    assert!(assigned(&director).await.is_empty());
    assert!(rows(&reader, "/v1/approvals?status=pending").await.is_empty());
    let done = rows(&reader, "/v1/approvals?status=approved").await;
    let decided: Vec<_> = done[0]["decisions"].as_array().unwrap().iter().map(|it| it["decided_by"].clone()).collect();
    assert_eq!(decided, [json!(manager.user_id), json!(director.user_id)]);
    assert_eq!(desk.order(&order).await["status"], "confirmed");
}
