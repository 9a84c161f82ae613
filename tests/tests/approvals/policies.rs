//! Policies.
use crate::{
    desk::{Desk, id},
    problem,
};
use purser_tests::database::Engine;
use rstest::rstest;
use serde_json::{Value, json};

const LIST: &str = "/v1/approval-policies";

fn policy() -> Value {
    json!({ "name": "Large", "subject": "order", "steps": [{ "permission": "orders.confirm" }] })
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_policy_comes_changes_and_goes(#[case] engine: Engine) {
    let Some(desk) = Desk::open(engine).await else { return };
    let made = desk.owner.create(LIST, &policy()).await;
    // What is safe, where nothing is said.
    assert_eq!((&made["separation_of_duties"], &made["due_after_hours"]), (&json!(true), &json!(null)));
    let path = format!("{LIST}/{}", id(&made));
    let condition =
        json!({ "amount_over": "1000.5", "currency": "EUR", "window_days": 30, "counterparty_is_new": true });
    let change = json!({ "name": "Larger", "condition": condition, "due_after_hours": 48 });
    let changed = desk.owner.patch(&path, 1, &change).await.expect(200).json();
    assert_eq!((&changed["name"], &changed["condition"]["amount_over"]), (&json!("Larger"), &json!("1000.50")));
    assert_eq!(desk.owner.get(&path).await.expect(200).json(), changed);
    problem(&desk.owner.patch(&path, 1, &json!({})).await, 412, "stale");
    let cleared = desk.owner.patch(&path, 2, &json!({ "due_after_hours": null })).await.expect(200).json();
    assert_eq!(cleared["due_after_hours"], Value::Null);
    desk.owner.delete(&path, 3).await.expect(204);
    assert!(desk.rows(LIST).await.is_empty());
    assert_eq!(desk.rows("/v1/audit-logs?resource=approval_policy").await.len(), 4);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_fault_is_named_at_its_field(#[case] engine: Engine) {
    let Some(desk) = Desk::open(engine).await else { return };
    for (field, value, faults) in [
        ("name", json!(""), vec![("/name", "required")]),
        ("subject", json!("weather"), vec![("/subject", "unknown_value")]),
        ("steps", json!([]), vec![("/steps", "out_of_range")]),
        // What agents may hold does not decide.
        ("steps", json!([{ "permission": "approvals.read" }]), vec![("/steps/0/permission", "not_a_decision")]),
        ("condition", json!({ "amount_over": "1" }), vec![("/condition/currency", "required")]),
        ("condition", json!({ "currency": "EUR" }), vec![("/condition/amount_over", "required")]),
        (
            "condition",
            json!({ "amount_over": "1.001", "currency": "EUR" }),
            vec![("/condition/amount_over", "too_many_places")],
        ),
        (
            "condition",
            json!({ "amount_over": "0.1", "currency": "JPY" }),
            vec![("/condition/amount_over", "too_many_places")],
        ),
        (
            "condition",
            json!({ "amount_over": "-1", "currency": "KWD" }),
            vec![("/condition/amount_over", "out_of_range")],
        ),
        ("condition", json!({ "confidence_below": 1.1 }), vec![("/condition/confidence_below", "out_of_range")]),
        ("condition", json!({ "window_days": 30 }), vec![("/condition/window_days", "needs_amount")]),
        ("due_after_hours", json!(0), vec![("/due_after_hours", "out_of_range")]),
    ] {
        let mut body = policy();
        body[field] = value;
        let answer = desk.owner.post(LIST, &body).await;
        problem(&answer, 422, "validation_failed");
        let found = answer.errors();
        let found: Vec<_> = found.iter().map(|(pointer, code)| (pointer.as_str(), code.as_str())).collect();
        assert_eq!(found, faults, "{body}");
    }
    assert!(desk.rows(LIST).await.is_empty());
}
