//! Changing what requests are signed with.
use super::{Hooks, sending::signature, still};
use chrono::TimeDelta;
use purser_tests::database::Engine;
use rstest::rstest;
use serde_json::{Value, json};

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn both_secrets_sign_until_the_overlap_is_over(#[case] engine: Engine) {
    let Some(mut hooks) = Hooks::start_at(engine, still()).await else { return };
    let endpoint = hooks.endpoint(json!({})).await;
    let rotated = hooks.verb(&endpoint, "rotate-secret", &json!({ "overlap_seconds": 604_800 })).await;
    assert_ne!(rotated["secret"], endpoint["secret"]);
    assert_eq!(rotated["previous_secret_until"], "2026-11-27T10:00:00Z");
    hooks.project("Both").await;
    let both = hooks.receiver.wait(1).await.remove(0);
    let (new, old) = (signature(&rotated["secret"], &both), signature(&endpoint["secret"], &both));
    assert_eq!(both.header("webhook-signature"), format!("{new} {old}"));

    hooks.later(TimeDelta::days(7)).await;
    hooks.project("One").await;
    let one = hooks.receiver.wait(2).await.remove(1);
    assert_eq!(one.header("webhook-signature"), signature(&rotated["secret"], &one));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn without_an_overlap_the_secret_before_is_forgotten(#[case] engine: Engine) {
    let Some(hooks) = Hooks::start(engine).await else { return };
    let endpoint = hooks.endpoint(json!({})).await;
    let rotated = hooks.verb(&endpoint, "rotate-secret", &json!({ "overlap_seconds": 0 })).await;
    assert_eq!(rotated["previous_secret_until"], Value::Null);
    hooks.project("One").await;
    let one = hooks.receiver.wait(1).await.remove(0);
    assert_eq!(one.header("webhook-signature"), signature(&rotated["secret"], &one));
    let path = format!("{}/rotate-secret", super::path(&endpoint));
    let refused = hooks.owner.post(&path, &json!({ "overlap_seconds": 604_801 })).await.expect(422);
    assert_eq!(refused.errors()[0].0, "/overlap_seconds");
}
