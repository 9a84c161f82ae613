//! An approval is good for exactly what was shown, and for nothing else.
use crate::{
    desk::{Desk, OTHER_PHONE, PHONE, approve, approver, confirm, id, path},
    problem,
};
use purser_tests::database::{Engine, uuid_literal};
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_was_approved_is_done_at_once(#[case] engine: Engine) {
    let Some(desk) = Desk::with_a_limit(engine).await else { return };
    let manager = desk.member(approver()).await;
    let order = desk.ordered().await;
    let shown = desk.asks(&order).await;
    assert_eq!(
        shown["summary"],
        format!("Confirm order {} of Corner Store over 24.80 EUR", order["number"].as_str().unwrap())
    );
    assert_eq!(
        (&shown["amount"], &shown["currency"], &shown["status"]),
        (&json!("24.80"), &json!("EUR"), &json!("pending"))
    );
    assert_eq!(shown["content"]["lines"][0]["product_name"], "Whole Milk");
    assert_eq!((&shown["reasons"], &shown["steps"]), (&json!(["Large orders"]), &json!(["orders.confirm"])));
    assert_eq!(shown["requested_by"], json!({ "kind": "user", "id": desk.owner.user_id }));
    assert_eq!(desk.order(&order).await["status"], "pending");
    // Asking again asks nothing new.
    assert_eq!(id(&desk.asks(&order).await), id(&shown));

    let approved = approve(&manager, &shown).await.expect(200).json();
    assert_eq!(
        (&approved["status"], &approved["decisions"][0]["decided_by"]),
        (&json!("approved"), &json!(manager.user_id))
    );
    let confirmed = desk.order(&order).await;
    assert_eq!((&confirmed["status"], &confirmed["reviewed_by"]), (&json!("confirmed"), &json!(manager.user_id)));
    assert_eq!(confirmed["approval_id"], shown["id"]);
    let history = desk.rows(&format!("{}/status-history", path(&order))).await;
    assert_eq!((&history[1]["to_status"], &history[1]["changed_by"]), (&json!("confirmed"), &json!(manager.user_id)));
    let customer = &desk.rows("/v1/customers").await[0];
    assert_eq!((&customer["total_orders"], &customer["total_spent"]), (&json!(1), &json!("24.80")));
    for action in ["approval.request", "approval.approve", "order.confirm"] {
        assert_eq!(desk.rows(&format!("/v1/audit-logs?action={action}")).await.len(), 1, "{action}");
    }
    // A second yes does nothing.
    problem(&approve(&manager, &shown).await, 409, "illegal_transition");
    problem(&confirm(&desk.owner, &order).await, 409, "illegal_transition");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_edit_after_the_request_voids_it_and_asks_anew(#[case] engine: Engine) {
    let Some(desk) = Desk::with_a_limit(engine).await else { return };
    let manager = desk.member(approver()).await;
    let order = desk.ordered().await;
    let shown = desk.asks(&order).await;
    let edited = desk.owner.patch(&path(&order), 2, &json!({ "notes": "To the back door" })).await.expect(200).json();
    assert_eq!((&edited["status"], &edited["approval_status"]), (&json!("pending"), &json!("pending")));
    assert_eq!(desk.approval(id(&shown)).await["status"], "superseded");
    problem(&approve(&manager, &shown).await, 409, "illegal_transition");
    assert_eq!(desk.order(&order).await["status"], "pending");
    // People are asked at once, in the name of whoever asked before.
    let anew = desk.approval(edited["approval_id"].as_str().unwrap()).await;
    assert_eq!((&anew["status"], &anew["requested_by"]), (&json!("pending"), &shown["requested_by"]));
    assert_eq!(
        (&anew["content"]["notes"], &anew["last_edited_by"]),
        (&json!("To the back door"), &json!(desk.owner.user_id))
    );
    assert_ne!((&anew["id"], &anew["payload_hash"]), (&shown["id"], &shown["payload_hash"]));
    assert_eq!(id(&desk.asks(&order).await), id(&anew));
    // The old hash does not approve the new content.
    let body = json!({ "payload_hash": shown["payload_hash"] });
    let answer = manager.post(&format!("/v1/approvals/{}/approve", id(&anew)), &body).await;
    problem(&answer, 409, "approval_content_changed");
    assert_eq!(desk.order(&order).await["status"], "pending");
    approve(&manager, &anew).await.expect(200);
    assert_eq!(desk.order(&order).await["status"], "confirmed");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_edit_after_one_of_two_approvals_voids_both(#[case] engine: Engine) {
    let Some(desk) = Desk::open(engine).await else { return };
    let step = json!({ "permission": "orders.confirm" });
    desk.limit("20.00", json!({ "steps": [step, step] })).await;
    let (first, second) = (desk.member(approver()).await, desk.member(approver()).await);
    let order = desk.ordered().await;
    let shown = desk.asks(&order).await;
    let half = approve(&first, &shown).await.expect(200).json();
    assert_eq!((&half["status"], &half["step"]), (&json!("pending"), &json!(2)));
    assert_eq!(desk.order(&order).await["status"], "pending");
    desk.owner.patch(&path(&order), 2, &json!({ "notes": "x" })).await.expect(200);
    problem(&approve(&second, &shown).await, 409, "illegal_transition");
    let anew = desk.asks(&order).await;
    assert_eq!((&anew["step"], &anew["decisions"]), (&json!(1), &json!([])));
}

/// What nobody told approvals of is noticed when it is decided.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_change_that_nobody_told_of_is_noticed_at_the_decision(#[case] engine: Engine) {
    let Some(desk) = Desk::with_a_limit(engine).await else { return };
    let manager = desk.member(approver()).await;
    let order = desk.ordered().await;
    let shown = desk.asks(&order).await;
    desk.sql("update order_lines set quantity_e4 = 990000, line_total_minor = 122760").await;
    desk.sql("update orders set subtotal_minor = 122760, total_minor = 122760").await;
    let answer = approve(&manager, &shown).await;
    problem(&answer, 409, "approval_content_changed");
    assert_eq!(desk.order(&order).await["status"], "pending");
    assert_eq!(desk.approval(id(&shown)).await["status"], "superseded");
    // It is asked anew, by the same person, with what it is now.
    let anew = desk.approval(answer.json()["approval_id"].as_str().unwrap()).await;
    assert_eq!((&anew["status"], &anew["amount"]), (&json!("pending"), &json!("1227.60")));
    assert_eq!(
        (&anew["requested_by"], &desk.order(&order).await["approval_id"]),
        (&shown["requested_by"], &anew["id"])
    );
    approve(&manager, &anew).await.expect(200);
    assert_eq!(desk.order(&order).await["status"], "confirmed");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_copy_of_an_approved_thing_is_unapproved(#[case] engine: Engine) {
    let Some(desk) = Desk::with_a_limit(engine).await else { return };
    let manager = desk.member(approver()).await;
    let order = desk.ordered_by(PHONE, "MILK-1L", 2).await;
    let copy = desk.ordered_by(OTHER_PHONE, "MILK-1L", 2).await;
    let shown = desk.asks(&order).await;
    approve(&manager, &shown).await.expect(200);
    // Also where it says that it was approved, and where the approval was not used up.
    let (approval, copied) = (uuid_literal(engine, id(&shown)), uuid_literal(engine, id(&copy)));
    desk.sql(&format!("update approval_requests set used_at = null where id = {approval}")).await;
    let approved = format!("approval_id = {approval}, approval_status = 'approved'");
    desk.sql(&format!("update orders set {approved} where id = {copied}")).await;
    let asked = desk.asks(&copy).await;
    assert_ne!((&asked["id"], &asked["payload_hash"]), (&shown["id"], &shown["payload_hash"]));
    assert_eq!(desk.order(&copy).await["status"], "pending");
}

/// Nor is the same order, once more.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_approval_is_good_for_once(#[case] engine: Engine) {
    let Some(desk) = Desk::with_a_limit(engine).await else { return };
    let manager = desk.member(approver()).await;
    let order = desk.ordered().await;
    let shown = desk.asks(&order).await;
    approve(&manager, &shown).await.expect(200);
    desk.sql("update orders set status = 'pending', reviewed_by = null, confirmed_at = null").await;
    let again = desk.asks(&order).await;
    assert_eq!(again["payload_hash"], shown["payload_hash"]);
    assert_ne!(again["id"], shown["id"]);
    assert_eq!(desk.order(&order).await["status"], "pending");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn approval_through_a_generic_patch(#[case] engine: Engine) {
    let Some(desk) = Desk::with_a_limit(engine).await else { return };
    let manager = desk.member(approver()).await;
    let order = desk.ordered().await;
    let shown = desk.asks(&order).await;
    for who in [&desk.owner, &manager] {
        for body in [
            json!({ "status": "confirmed" }),
            json!({ "approval_id": shown["id"] }),
            json!({ "notes": "x", "confirmed_at": "2026-11-20T10:00:00Z" }),
        ] {
            problem(&who.patch(&path(&order), 2, &body).await, 422, "validation_failed");
        }
        let request = format!("/v1/approvals/{}", id(&shown));
        problem(&who.patch(&request, 1, &json!({ "status": "approved" })).await, 405, "method_not_allowed");
        problem(&who.put(&request, &json!({ "status": "approved" })).await, 405, "method_not_allowed");
    }
    assert_eq!(desk.order(&order).await["status"], "pending");
    assert_eq!(desk.approval(id(&shown)).await["status"], "pending");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_cancelled_or_amended_waits_no_longer(#[case] engine: Engine) {
    let Some(desk) = Desk::with_a_limit(engine).await else { return };
    let manager = desk.member(approver()).await;
    let (order, other) = (desk.ordered().await, desk.ordered_by(OTHER_PHONE, "MILK-1L", 2).await);
    let (shown, also) = (desk.asks(&order).await, desk.asks(&other).await);
    desk.owner.verb(&format!("{}/cancel", path(&order))).await.expect(200);
    assert_eq!(desk.approval(id(&shown)).await["status"], "superseded");
    problem(&approve(&manager, &shown).await, 409, "illegal_transition");
    // The customer writes again.
    desk.says(OTHER_PHONE, "MILK-1L", 3).await;
    purser_tests::app::eventually("the question to be closed", || async {
        (desk.approval(id(&also)).await["status"] == "superseded").then_some(())
    })
    .await;
    let amended = desk.order(&other).await;
    assert_eq!((&amended["status"], &amended["approval_id"]), (&json!("pending"), &json!(null)));
}
