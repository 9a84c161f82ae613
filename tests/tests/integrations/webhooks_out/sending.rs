//! What is sent, and how it is signed.
use super::Hooks;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use purser_tests::{database::Engine, receiver::Received, standard_webhooks::StandardWebhooks};
use rstest::rstest;
use serde_json::{Value, json};
use sha2::Sha256;

/// What the receiver should find in the header.
pub(super) fn signature(secret: &Value, request: &Received) -> String {
    let key = STANDARD.decode(secret.as_str().unwrap().strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    let signed = format!("{}.{}.{}", request.header("webhook-id"), request.header("webhook-timestamp"), request.body);
    mac.update(signed.as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_happens_is_sent_signed_once_and_as_it_is_shown(#[case] engine: Engine) {
    let Some(hooks) = Hooks::start(engine).await else { return };
    let endpoint = hooks.endpoint(json!({})).await;
    let project = hooks.project("Cold store").await;
    hooks.owner.customer("Not wanted here", "4915112345678").await;
    let delivery = hooks.wait("success", 1, 1).await.remove(0);
    let requests = hooks.receiver.requests();
    assert_eq!(requests.len(), 1, "{requests:?}");
    let (request, body) = (&requests[0], requests[0].json());
    assert_eq!(request.path, "/hooks");
    assert_eq!(request.header("content-type"), "application/json");
    assert_eq!(request.header("webhook-id"), body["id"].as_str().unwrap());
    assert_eq!(request.header("webhook-signature"), signature(&endpoint["secret"], request));
    assert_eq!(body["type"], "project.created");
    assert_eq!(body["data"], json!({ "id": project["id"], "name": "Cold store", "is_active": true }));
    assert_eq!(body["organization_id"], hooks.owner.organization_id.as_str());
    assert!(body["sequence"].as_i64().unwrap() > 0);

    let path = format!("/v1/webhook-deliveries/{}", delivery["id"].as_str().unwrap());
    let shown = hooks.owner.get(&path).await.expect(200).json();
    assert_eq!((&shown["payload"], &shown["event_id"]), (&body, &body["id"]));
    let attempts = shown["history"].as_array().unwrap();
    assert_eq!(attempts.len(), 1);
    assert_eq!((&attempts[0]["number"], &attempts[0]["response_status"]), (&json!(1), &json!(204)));
    assert!(attempts[0]["duration_ms"].is_i64() && attempts[0]["error"].is_null());
    // Once, however it was queued; and what nobody asked for is no delivery.
    assert_eq!(hooks.deliveries("").await.len(), 1);
    let usage = hooks.owner.get("/v1/usage").await.expect(200);
    assert!(usage.body.contains("\"webhook\""), "{usage:?}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn somebody_else_s_verifier_agrees(#[case] engine: Engine) {
    let verifiers = StandardWebhooks::all();
    if verifiers.is_empty() {
        return;
    }
    let Some(hooks) = Hooks::start(engine).await else { return };
    let endpoint = hooks.endpoint(json!({})).await;
    hooks.project("Größe „M“ & <b>").await;
    let request = hooks.receiver.wait(1).await.remove(0);
    let mut other = request.clone();
    other.body.push(' ');
    let rotated = hooks.verb(&endpoint, "rotate-secret", &json!({})).await;
    hooks.project("Both").await;
    let both = hooks.receiver.wait(2).await.remove(1);
    let (secret, next) = (endpoint["secret"].as_str().unwrap(), rotated["secret"].as_str().unwrap());
    for verifier in &verifiers {
        assert!(verifier.verifies(secret, &request).await, "{verifier:?}");
        assert!(!verifier.verifies(secret, &other).await, "{verifier:?}");
        assert!(verifier.verifies(secret, &both).await, "{verifier:?}");
        assert!(verifier.verifies(next, &both).await, "{verifier:?}");
        assert!(!verifier.verifies(next, &request).await, "{verifier:?}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_test_is_sent_to_whoever_is_tried_alone(#[case] engine: Engine) {
    let Some(hooks) = Hooks::start(engine).await else { return };
    let tried = hooks.endpoint(json!({})).await;
    hooks.endpoint(json!({ "event_types": null })).await;
    let delivery = hooks.verb(&tried, "test", &json!({})).await;
    assert_eq!((&delivery["status"], &delivery["event_type"]), (&json!("pending"), &json!("webhook.test")));
    hooks.wait("success", 1, 1).await;
    let requests = hooks.receiver.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].header("webhook-signature"), signature(&tried["secret"], &requests[0]));
    assert_eq!(requests[0].json()["data"], json!({ "endpoint_id": tried["id"] }));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_did_not_happen_is_not_sent(#[case] engine: Engine) {
    let Some(hooks) = Hooks::start(engine).await else { return };
    hooks.endpoint(json!({})).await;
    let project = hooks.project("Before").await;
    let path = format!("/v1/projects/{}", project["id"].as_str().unwrap());
    hooks.owner.patch(&path, 7, &json!({ "name": "Stale" })).await.expect(412);
    hooks.owner.post("/v1/projects", &json!({ "name": " " })).await.expect(422);
    let nobody = "01a1fa5a-0000-7000-8000-000000000000";
    hooks.owner.post("/v1/projects", &json!({ "name": "Gone", "manager_id": nobody })).await.expect(422);
    hooks.rename(&project, 1, "After").await;
    let requests = hooks.receiver.wait(2).await;
    let events: Vec<String> = requests.iter().map(Received::event).collect();
    let mut sorted = events.clone();
    sorted.sort();
    assert_eq!(sorted, ["project.created", "project.updated"], "{events:?}");
    assert_eq!(hooks.deliveries("").await.len(), 2);
}
