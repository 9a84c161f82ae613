//! Access tokens that are not what they should be, as the server takes them.
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use purser_entity_auth::signing_key;
use purser_kernel::{Clock, Timestamp};
use purser_store::{Place, prelude::*};
use purser_tests::{
    app::{Answer, Tenant, TestApp},
    database::Engine,
};
use rstest::rstest;
use serde_json::{Value, json};

/// The key that signs, as the server itself opens it.
pub(crate) async fn private_key(app: &TestApp) -> Vec<u8> {
    let store = &app.app().services().store;
    let tx = store.system_read().await.unwrap();
    let active = signing_key::Column::State.eq(signing_key::State::Active);
    let row = tx.system().find::<signing_key::Entity>().filter(active).one().await.unwrap().unwrap();
    let place = Place { table: "signing_keys", column: "private_key_ciphertext", row: row.id.as_uuid() };
    store.vault().open_global(place, &row.private_key_ciphertext).unwrap().to_vec()
}

/// PKCS #8 of an Ed25519 key (RFC 8410, section 7).
fn encoding_key(private: &[u8]) -> EncodingKey {
    let prefix = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    EncodingKey::from_ed_der(&[&prefix, private].concat())
}

fn parts(token: &str) -> (Value, Value) {
    let part = |index| {
        let text = token.split('.').nth(index).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
    };
    (part(0), part(1))
}

async fn refused(ann: &Tenant, token: &str, what: &str) {
    let mut thief = ann.clone();
    token.clone_into(&mut thief.access_token);
    let answer: Answer = thief.get("/v1/me").await;
    assert_eq!((answer.status, answer.problem().as_str()), (401, "unauthenticated"), "{what}");
    assert_eq!(answer.header("www-authenticate"), "Bearer", "{what}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_not_ours_is_refused(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let (ann, bob) = (app.tenant("Harbor Foods").await, app.tenant("Mill Foods").await);
    let key = encoding_key(&private_key(&app).await);
    let (header, claims) = parts(&ann.access_token);
    let kid = header["kid"].as_str().unwrap().to_owned();
    assert_eq!((&header["alg"], &header["typ"]), (&json!("EdDSA"), &json!("at+jwt")));
    let ours = || Header { typ: Some("at+jwt".into()), kid: Some(kid.clone()), ..Header::new(Algorithm::EdDSA) };
    let signed = |header: &Header, claims: &Value| encode(header, claims, &key).unwrap();

    // Our own key over the same claims: what follows is refused for what it changes.
    let mut same = ann.clone();
    same.access_token = signed(&ours(), &claims);
    same.get("/v1/me").await.expect(200);

    for (claim, value) in [
        ("aud", json!("another-api")),
        ("iss", json!("somebody")),
        ("exp", json!(claims["exp"].as_i64().unwrap() - 3600)),
        ("iat", json!(claims["iat"].as_i64().unwrap() + 3600)),
        // Another's organization, person or session under one's own.
        ("org", json!(bob.organization_id)),
        ("sub", json!(bob.user_id)),
        ("sid", parts(&bob.access_token).1["sid"].clone()),
    ] {
        let mut changed = claims.clone();
        changed[claim] = value;
        refused(&ann, &signed(&ours(), &changed), claim).await;
    }
    for typ in [None, Some("JWT")] {
        refused(&ann, &signed(&Header { typ: typ.map(Into::into), ..ours() }, &claims), "typ").await;
    }
    for name in [None, Some("unknown"), Some("../../etc/passwd")] {
        refused(&ann, &signed(&Header { kid: name.map(Into::into), ..ours() }, &claims), "kid").await;
    }
    let stranger = encoding_key(&[9; 32]);
    refused(&ann, &encode(&ours(), &claims, &stranger).unwrap(), "another key under our name").await;

    let body = ann.access_token.split('.').nth(1).unwrap();
    for alg in ["none", "None", "HS256", "ES256"] {
        let header = URL_SAFE_NO_PAD.encode(json!({ "alg": alg, "typ": "at+jwt", "kid": kid }).to_string());
        let signature = ann.access_token.rsplit('.').next().unwrap();
        for signature in ["", signature] {
            refused(&ann, &format!("{header}.{body}.{signature}"), alg).await;
        }
    }
    let tampered = ann.access_token.replacen(&body[..8], &bob.access_token.split('.').nth(1).unwrap()[..7], 1);
    refused(&ann, &tampered, "tampered").await;
    ann.get("/v1/me").await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn clocks_may_differ_by_five_seconds(#[case] engine: Engine) {
    let clock = Clock::fixed(Timestamp::from_timestamp(1_795_000_000, 0).unwrap());
    let Some(app) = TestApp::start_at(engine, clock.clone(), |config| config.workers = 0).await else { return };
    let ann = app.tenant("Harbor Foods").await;
    // The server's clock goes behind that of the one that signed, and before it.
    clock.advance(TimeDelta::seconds(-5));
    ann.get("/v1/me").await.expect(200);
    clock.advance(TimeDelta::seconds(-1));
    assert_eq!(ann.get("/v1/me").await.expect(401).problem(), "unauthenticated");
    clock.advance(TimeDelta::seconds(6 + 600 + 4));
    ann.get("/v1/me").await.expect(200);
    clock.advance(TimeDelta::seconds(1));
    assert_eq!(ann.get("/v1/me").await.expect(401).problem(), "unauthenticated");
}
