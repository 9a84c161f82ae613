//! That an entry is in a seal, as somebody sees it who has the entry, the proof and the key.
use crate::trail::Trail;
use purser_compliance::{merkle::Hash, proof::Inclusion};
use purser_kernel::hex;
use purser_tests::database::Engine;
use rstest::rstest;
use serde_json::{Value, json};

async fn proof(trail: &Trail, id: &str) -> Value {
    trail.tenant.get(&format!("/v1/audit-logs/{id}/proof")).await.expect(200).json()
}

/// As a client reads it.
fn inclusion(proof: &Value) -> Inclusion {
    let inclusion = &proof["inclusion"];
    let path = inclusion["audit_path"].as_array().unwrap().iter();
    Inclusion {
        seal: serde_json::from_value(inclusion["seal"].clone()).unwrap(),
        index: inclusion["leaf_index"].as_u64().unwrap(),
        path: path.map(|hash| hex::decode(hash.as_str().unwrap()).unwrap()).collect::<Vec<Hash>>(),
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_sealed_entry_is_shown_to_be_in_its_seal(#[case] engine: Engine) {
    let Some(trail) = Trail::new(engine).await else { return };
    trail.seal().await;
    trail.more(1).await;
    trail.seal().await;
    let keys = trail.keys().await;
    let all = [trail.sealed(1).await, trail.sealed(2).await].concat();
    for id in &all {
        let shown = proof(&trail, id).await;
        assert_eq!(shown["entry"]["id"], *id);
        let inclusion = inclusion(&shown);
        assert!(inclusion.verify(&shown["entry"], &keys), "{shown}");
        assert!(!inclusion.verify(&shown["entry"], &[]), "no key is known");
        let mut changed = shown["entry"].clone();
        changed["action"] = json!("product.delete");
        assert!(!inclusion.verify(&changed, &keys));
    }
    // The path of one entry shows no other.
    let (one, other) = (proof(&trail, &all[0]).await, proof(&trail, &all[1]).await);
    assert!(!inclusion(&one).verify(&other["entry"], &keys));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_not_sealed_yet_has_no_proof_yet(#[case] engine: Engine) {
    let Some(trail) = Trail::new(engine).await else { return };
    let newest = trail.tenant.get("/v1/audit-logs?limit=1").await.expect(200).json();
    let id = newest["data"][0]["id"].as_str().unwrap();
    assert_eq!(proof(&trail, id).await["inclusion"], Value::Null);
    trail.seal().await;
    let shown = proof(&trail, id).await;
    assert!(inclusion(&shown).verify(&shown["entry"], &trail.keys().await));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_entry_that_was_changed_is_in_no_seal(#[case] engine: Engine) {
    let Some(trail) = Trail::new(engine).await else { return };
    trail.seal().await;
    let id = trail.sealed(1).await.remove(2);
    trail.tamper(&[format!("update audit_logs set outcome = 'failure' where id = {}", trail.id(&id))]).await;
    let shown = proof(&trail, &id).await;
    assert!(!inclusion(&shown).verify(&shown["entry"], &trail.keys().await));
}

/// The published key is the one, and needs nobody's token.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn keys_are_published_to_everybody(#[case] engine: Engine) {
    let Some(trail) = Trail::new(engine).await else { return };
    trail.seal().await;
    let published = trail.app.anonymous("GET", "/.well-known/audit-seal-keys.json", None).await.expect(200).json();
    let keys: Vec<_> = published["keys"].as_array().unwrap().iter().map(|key| key["x"].as_str().unwrap()).collect();
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0].parse(), Ok(trail.keys().await.remove(0)));
    let seal = trail.tenant.get("/v1/audit-seals").await.expect(200).json()["data"][0].clone();
    assert_eq!(seal["statement"]["key_id"], published["keys"][0]["kid"]);
}
