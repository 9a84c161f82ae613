//! Making, changing and deleting endpoints.
use super::{Hooks, path};
use purser_tests::database::Engine;
use rstest::rstest;
use serde_json::{Value, json};
use tokio::task::JoinSet;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_secret_is_shown_once(#[case] engine: Engine) {
    let Some(hooks) = Hooks::start(engine).await else { return };
    let mut created = hooks.endpoint(json!({ "description": "Warehouse" })).await;
    let secret = created.as_object_mut().unwrap().remove("secret").unwrap();
    assert!(secret.as_str().unwrap().starts_with("whsec_"));
    assert_eq!((&created["is_active"], &created["max_attempts"]), (&json!(true), &json!(10)));
    let shown = hooks.owner.get(&path(&created)).await.expect(200);
    assert_eq!(shown.json(), created);
    let list = hooks.owner.get("/v1/webhook-endpoints").await.expect(200);
    assert_eq!(list.json()["data"], json!([created]));
    let trail = hooks.owner.get("/v1/audit-logs").await.expect(200);
    for answer in [&shown, &list, &trail] {
        assert!(!answer.body.contains("whsec_"), "{answer:?}");
    }
    let entry = &trail.json()["data"][0];
    assert_eq!((&entry["action"], &entry["resource_id"]), (&json!("webhook_endpoint.create"), &created["id"]));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_cannot_be_is_said_field_by_field(#[case] engine: Engine) {
    let Some(hooks) = Hooks::start(engine).await else { return };
    let cases = [
        ("url", json!("https://10.0.0.1/"), "address_not_allowed"),
        ("url", json!("https://169.254.169.254/latest/meta-data"), "address_not_allowed"),
        ("url", json!("https://[::ffff:192.168.0.1]/"), "address_not_allowed"),
        ("url", json!("https://ann:secret@example.com/"), "credentials_in_url"),
        ("url", json!("http://example.com/"), "port_not_allowed"),
        ("url", json!("https://example.com:8443/"), "port_not_allowed"),
        ("url", json!("gopher://example.com/"), "not_a_url"),
        ("url", json!(format!("https://example.com/{}", "x".repeat(2048))), "too_long"),
        ("description", json!(" "), "required"),
        ("event_types", json!([]), "required"),
        ("event_types", json!(["order.exploded"]), "unknown_event_type"),
        ("rate_limit", json!(0), "out_of_range"),
        ("max_attempts", json!(51), "out_of_range"),
    ];
    let good = hooks.endpoint(json!({})).await;
    for (field, value, code) in cases {
        let mut body = json!({ "url": "https://example.com/hooks" });
        body[field] = value.clone();
        let refused = hooks.owner.post("/v1/webhook-endpoints", &body).await.expect(422);
        assert_eq!(refused.errors()[0].1, code, "{field} {value}");
        let refused = hooks.owner.patch(&path(&good), 1, &json!({ field: value })).await.expect(422);
        assert_eq!(refused.errors()[0].1, code, "{field} {value}");
    }
    assert_eq!(hooks.shown(&good).await["version"], 1);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_change_names_its_version_and_null_takes_away(#[case] engine: Engine) {
    let Some(hooks) = Hooks::start(engine).await else { return };
    let made = hooks.endpoint(json!({ "description": "Warehouse", "rate_limit": 60 })).await;
    let change =
        json!({ "description": null, "event_types": null, "rate_limit": null, "ordered": true, "max_attempts": 3 });
    let changed = hooks.owner.patch(&path(&made), 1, &change).await.expect(200).json();
    for field in ["description", "event_types", "rate_limit"] {
        assert_eq!(changed[field], Value::Null, "{field}");
    }
    assert_eq!(
        (&changed["ordered"], &changed["max_attempts"], &changed["version"]),
        (&json!(true), &json!(3), &json!(2))
    );
    hooks.owner.patch(&path(&made), 1, &json!({ "ordered": false })).await.expect(412);
    hooks.owner.delete(&path(&made), 1).await.expect(412);
    hooks.owner.delete(&path(&made), 2).await.expect(204);
    hooks.owner.get(&path(&made)).await.expect(404);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_organization_has_fifty_also_when_two_are_made_at_once(#[case] engine: Engine) {
    let Some(hooks) = Hooks::start(engine).await else { return };
    for _ in 0..49 {
        hooks.endpoint(json!({})).await;
    }
    let mut answers = JoinSet::new();
    for _ in 0..4 {
        let owner = hooks.owner.clone();
        answers
            .spawn(async move { owner.post("/v1/webhook-endpoints", &json!({ "url": "https://example.com/" })).await });
    }
    let answers = answers.join_all().await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409]);
    let refused = answers.iter().find(|answer| answer.status == 409).unwrap();
    assert_eq!(refused.problem(), "webhook_endpoints_full");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn another_organization_s_endpoint_is_none(#[case] engine: Engine) {
    let Some(hooks) = Hooks::start(engine).await else { return };
    let made = hooks.endpoint(json!({})).await;
    let delivery = hooks.verb(&made, "test", &json!({})).await;
    let stranger = hooks.app.tenant("Red Valley Tools").await;
    let resend = format!("/v1/webhook-deliveries/{}/resend", delivery["id"].as_str().unwrap());
    for verb in ["test", "enable", "disable", "rotate-secret"] {
        stranger.verb(&format!("{}/{verb}", path(&made))).await.expect(404);
    }
    stranger.verb(&resend).await.expect(404);
    stranger.post(&format!("{}/replay", path(&made)), &json!({ "since": "2026-01-01T00:00:00Z" })).await.expect(404);
    assert_eq!(stranger.get("/v1/webhook-deliveries").await.expect(200).json()["data"], json!([]));
    // Nor is anything of theirs sent to it.
    stranger.create("/v1/projects", &json!({ "name": "Theirs" })).await;
    hooks.project("Ours").await;
    let requests = hooks.receiver.wait(2).await;
    let names: Vec<Value> = requests.iter().map(|request| request.json()["data"]["name"].clone()).collect();
    assert!(names.contains(&json!("Ours")) && !names.contains(&json!("Theirs")), "{names:?}");
}
