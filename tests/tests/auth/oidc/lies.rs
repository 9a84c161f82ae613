//! What a provider says, or somebody who pretends to be one, and is not believed.
use super::{House, ann};
use purser_tests::{database::Engine, openid::CLIENT_ID};
use rstest::rstest;
use serde_json::{Value, json};

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_token_that_is_not_the_provider_s_for_this_sign_in_opens_nothing(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let header = |alg: &str| json!({ "header": { "alg": alg, "kid": "first" } });
    let signed = |alg: &str, key: &str| {
        let mut lie = header(alg);
        lie["key"] = key.into();
        lie
    };
    let claim = |name: &str, value: Value| json!({ "claims": { name: value } });
    let lies = [
        ("wrong nonce", claim("nonce", "another".into())),
        ("no nonce", claim("nonce", Value::Null)),
        ("alg: none", header("none")),
        ("signed with the client's secret", signed("HS256", "secret")),
        ("signed with it, and named otherwise", signed("HS512", "secret")),
        ("signed by somebody else", signed("RS256", "stranger")),
        ("an algorithm that is not on the list", signed("RS512", "own")),
        ("for somebody else", claim("aud", "another client".into())),
        ("for somebody else, too", claim("aud", json!([CLIENT_ID, "another client"]))),
        ("from somebody else", claim("iss", "https://id.example.com".into())),
        ("expired", claim("exp", 1_700_000_000.into())),
        ("of nobody", claim("sub", "".into())),
        ("not the person that the provider says it is", claim("sub", "bob".into())),
    ];
    for (what, lie) in lies {
        let answer = house.answered("ann").await;
        house.provider.lie(lie).await;
        let refused = house.finish(&answer).await;
        house.provider.lie(Value::Null).await;
        assert_eq!((refused.status, &*refused.problem()), (401, "sign_in_refused"), "{what}: {refused:?}");
    }
    assert_eq!(house.count("user_identities").await, "0");
    // The way in is open to what is true, signed anew all the same.
    house.provider.lie(json!({ "claims": {} })).await;
    house.signed_in("ann").await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_answer_that_names_another_provider_is_not_taken_there(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    for issuer in [Value::Null, "https://id.example.com".into()] {
        let mut answer = house.answered("ann").await;
        answer["iss"] = issuer;
        assert_eq!(house.finish(&answer).await.expect(401).problem(), "sign_in_refused");
    }
    house.provider.person("ann", ann()).await;
    house.signed_in("ann").await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_code_that_the_provider_never_gave_opens_nothing(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    for code in ["", "made up", &"x".repeat(100_000)] {
        let mut answer = house.answered("ann").await;
        answer["code"] = code.into();
        assert_eq!(house.finish(&answer).await.expect(401).problem(), "sign_in_refused");
    }
    // A code that was given to another sign-in of the same client, whose verifier is another.
    let stolen = house.answered("ann").await["code"].clone();
    let mut answer = house.answered("ann").await;
    answer["code"] = stolen;
    assert_eq!(house.finish(&answer).await.expect(401).problem(), "sign_in_refused");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_secret_that_the_provider_does_not_know_is_the_provider_s_fault_to_everybody_else(#[case] engine: Engine) {
    let Some(house) = House::with(engine, |body| body["credentials"]["client_secret"] = "wrong".into()).await else {
        return;
    };
    let refused = house.log_in("ann").await.expect(503);
    assert_eq!(refused.problem(), "provider_unavailable");
    assert!(!refused.body.contains("client"), "{refused:?}");
}
