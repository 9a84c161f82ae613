//! What an organization has decided for itself.
use crate::{problem, refused};
use purser_kernel::Permission;
use purser_tests::{
    app::{Answer, Tenant, TestApp},
    database::Engine,
};
use rstest::rstest;
use serde_json::{Value, json};

const SETTINGS: &str = "/v1/organization/settings";

async fn change(tenant: &Tenant, body: &Value) -> Answer {
    let version = tenant.get(SETTINGS).await.expect(200).json()["version"].as_i64().unwrap();
    tenant.patch(SETTINGS, version, body).await
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_given_is_kept_and_the_rest_stays(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let before = owner.get(SETTINGS).await.expect(200);
    assert_eq!(before.header("etag"), "\"1\"");
    let before = before.json();
    assert_eq!((&before["default_currency"], &before["timezone"]), (&json!("USD"), &json!("UTC")));
    assert_eq!(before["require_mfa"], json!(false));
    let body = json!({
        "default_currency": "KWD", "timezone": "Asia/Kuwait", "locale": "AR-kw", "default_model": " small ",
        "quotas": { "messages": 0, "documents": 500 }, "ai_confidence_threshold": 1, "monthly_ai_budget": "20.50",
        "agent_preferences": { "tone": ["short", { "formal": true }] }, "po_approval_threshold": "1000.125",
        "order_approval_threshold": "0",
        "data_retention_days": 365, "deletion_retention_days": 90, "features": { "sourcing": false },
    });
    let changed = owner.patch(SETTINGS, 1, &body).await.expect(200);
    assert_eq!(changed.header("etag"), "\"2\"");
    let changed = changed.json();
    let mut kept = body.clone();
    kept["locale"] = "ar-KW".into();
    kept["default_model"] = "small".into();
    kept["ai_confidence_threshold"] = json!(1.0);
    kept["order_approval_threshold"] = "0.000".into();
    for (name, value) in kept.as_object().unwrap() {
        assert_eq!(changed[name], *value, "{name}");
    }
    let cleared = json!({
        "default_model": null, "monthly_ai_budget": null, "po_approval_threshold": null, "data_retention_days": null,
        "quotas": {},
    });
    let changed = owner.patch(SETTINGS, 2, &cleared).await.expect(200).json();
    for (name, value) in cleared.as_object().unwrap() {
        assert_eq!(changed[name], *value, "{name}");
    }
    assert_eq!((&changed["timezone"], &changed["order_approval_threshold"]), (&json!("Asia/Kuwait"), &json!("0.000")));

    let trail = owner.get("/v1/audit-logs?action=organization_settings.update").await.expect(200).json();
    let changes = &trail["data"][0]["changes"];
    assert_eq!(
        (&changes["before"]["default_model"], &changes["after"]["default_model"]),
        (&json!("small"), &json!(null))
    );
    assert!(changes["before"].get("timezone").is_none(), "what stays is not a change: {changes}");

    let changed = owner.patch(SETTINGS, 3, &json!({ "require_mfa": true })).await.expect(200).json();
    assert_eq!(changed["require_mfa"], true);
    // Who has decided it has to follow it, too, at once.
    assert_eq!(owner.get(SETTINGS).await.expect(403).problem(), "mfa_enrolment_required");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_fault_is_named_at_its_field(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let many: Value = (0..101).map(|n| (format!("q{n}"), json!(1))).collect::<serde_json::Map<_, _>>().into();
    for (name, value, fault) in [
        ("default_currency", json!("EURO"), ("/default_currency", "unknown_currency")),
        ("default_currency", json!("XXX"), ("/default_currency", "unknown_currency")),
        ("timezone", json!("Paris"), ("/timezone", "unknown_timezone")),
        ("locale", json!("fr_FR"), ("/locale", "unknown_locale")),
        ("default_model", json!(""), ("/default_model", "required")),
        ("default_model", json!("m".repeat(129)), ("/default_model", "too_long")),
        ("quotas", json!({ "messages": -1 }), ("/quotas/messages", "out_of_range")),
        ("quotas", json!({ "Messages!": 1 }), ("/quotas", "invalid_name")),
        ("quotas", many, ("/quotas", "too_many")),
        ("features", json!({ "": true }), ("/features", "invalid_name")),
        ("ai_confidence_threshold", json!(1.01), ("/ai_confidence_threshold", "out_of_range")),
        ("monthly_ai_budget", json!("-1"), ("/monthly_ai_budget", "out_of_range")),
        ("monthly_ai_budget", json!("1.005"), ("/monthly_ai_budget", "too_many_places")),
        ("po_approval_threshold", json!("lots"), ("/po_approval_threshold", "not_a_decimal")),
        ("order_approval_threshold", json!("99999999999999999999"), ("/order_approval_threshold", "out_of_range")),
        ("data_retention_days", json!(0), ("/data_retention_days", "out_of_range")),
        ("data_retention_days", json!(3654), ("/data_retention_days", "out_of_range")),
        ("deletion_retention_days", json!(0), ("/deletion_retention_days", "out_of_range")),
        ("deletion_retention_days", json!(3654), ("/deletion_retention_days", "out_of_range")),
        ("agent_preferences", json!({ "a": "x".repeat(17_000) }), ("/agent_preferences", "too_long")),
    ] {
        refused(&change(&owner, &json!({ name: value })).await, &[fault]);
    }
    let all = json!({ "timezone": "", "locale": "", "data_retention_days": -1 });
    let faults =
        [("/timezone", "unknown_timezone"), ("/locale", "unknown_locale"), ("/data_retention_days", "out_of_range")];
    refused(&change(&owner, &all).await, &faults);
    assert_eq!(owner.get(SETTINGS).await.expect(200).json()["version"], 1, "nothing was changed");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn thresholds_never_change_their_meaning_with_the_currency(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    // None is set: nothing would change its meaning.
    change(&owner, &json!({ "default_currency": "EUR" })).await.expect(200);
    change(&owner, &json!({ "po_approval_threshold": "1000", "order_approval_threshold": "50.5" })).await.expect(200);
    let both =
        [("/po_approval_threshold", "required_with_currency"), ("/order_approval_threshold", "required_with_currency")];
    refused(&change(&owner, &json!({ "default_currency": "JPY" })).await, &both);
    let one = json!({ "default_currency": "JPY", "po_approval_threshold": "150000" });
    refused(&change(&owner, &one).await, &both[1..]);
    // By the places of the currency that will be: yen have none.
    let places = json!({ "default_currency": "JPY", "po_approval_threshold": "1.5", "order_approval_threshold": null });
    refused(&change(&owner, &places).await, &[("/po_approval_threshold", "too_many_places")]);
    let settings = owner.get(SETTINGS).await.expect(200).json();
    assert_eq!(
        (&settings["default_currency"], &settings["order_approval_threshold"]),
        (&json!("EUR"), &json!("50.50"))
    );

    let whole =
        json!({ "default_currency": "JPY", "po_approval_threshold": "150000", "order_approval_threshold": null });
    let settings = change(&owner, &whole).await.expect(200).json();
    assert_eq!(
        (&settings["po_approval_threshold"], &settings["order_approval_threshold"]),
        (&json!("150000"), &Value::Null)
    );
    // The same currency again says nothing new.
    change(&owner, &json!({ "default_currency": "JPY" })).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn of_two_changes_at_once_one_is_told(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let (one, other) = (json!({ "timezone": "Europe/Paris" }), json!({ "timezone": "Europe/Berlin" }));
    let (one, other) = tokio::join!(owner.patch(SETTINGS, 1, &one), owner.patch(SETTINGS, 1, &other));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
    assert_eq!(owner.get(SETTINGS).await.expect(200).json()["version"], 2);
    problem(&Answer::of(owner.request("PATCH", SETTINGS).json(&json!({}))).await, 428, "precondition_required");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_may_read_may_not_change(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let reader = app.member(&owner, Permission::OrganizationRead.into()).await;
    reader.get(SETTINGS).await.expect(200);
    problem(&reader.patch(SETTINGS, 1, &json!({ "timezone": "Europe/Paris" })).await, 403, "forbidden");
}
