//! A sign-in is completed once, where it was begun.
use super::House;
use purser_tests::{app::TestApp, database::Engine};
use rstest::rstest;
use serde_json::{Value, json};

const UNKNOWN: &str = "invalid_oidc_sign_in";

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_is_signed_in_with_what_they_did_not_begin(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let answer = house.answered("ann").await;
    let other = house.answered("ann").await;
    let with = |name: &str, value: Value| {
        let mut changed = answer.clone();
        changed[name] = value;
        changed
    };
    for wrong in [
        // What a page gets that an attacker has sent somebody to: their code and state, and not what their own client has kept.
        with("sign_in", other["sign_in"].clone()),
        with("state", other["state"].clone()),
        with("state", "".into()),
        with("sign_in", "".into()),
        with("sign_in", "A".repeat(43).into()),
        with("sign_in", "A".repeat(100_000).into()),
    ] {
        assert_eq!(house.finish(&wrong).await.expect(401).problem(), UNKNOWN, "{wrong}");
    }
    house.finish(&answer).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_code_is_taken_once_however_many_bring_it(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let answer = house.answered("ann").await;
    let answers = futures_util::future::join_all((0..5).map(|_| house.finish(&answer))).await;
    let taken = answers.iter().filter(|answer| answer.status == 200).count();
    let refused = answers.iter().filter(|answer| answer.status == 401 && answer.problem() == UNKNOWN).count();
    assert_eq!((taken, refused), (1, 4), "{answers:?}");
    house.finish(&answer).await.expect(401);
    assert_eq!(house.count("oidc_sign_ins").await, "0");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_was_begun_too_long_ago_is_over(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let answer = house.answered("ann").await;
    house.execute("update oidc_sign_ins set expires_at = '2026-01-01 00:00:00+00:00'").await;
    assert_eq!(house.finish(&answer).await.expect(401).problem(), UNKNOWN);
    // What nobody came back for is cleared away.
    house.start().await;
    assert_eq!(house.count("oidc_sign_ins").await, "1");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_sign_in_is_of_one_organization_and_one_connection(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let other = house.app.tenant("Somebody Else").await;
    let theirs = other.create("/v1/integrations/oidc", &house.provider.integration()).await;
    let theirs = theirs["id"].as_str().unwrap();
    let answer = house.answered("ann").await;
    let door = |organization: &str, id: &str| format!("/v1/auth/oidc/{organization}/{id}/callback");
    let at = async |app: &TestApp, path: String| app.anonymous("POST", &path, Some(&answer)).await;
    let taken_there = at(&house.app, door(&other.organization_id, theirs)).await;
    assert_eq!(taken_there.expect(401).problem(), UNKNOWN);
    let nobody = purser_kernel::Id::<()>::generate().to_string();
    let mut bodies = Vec::new();
    for (organization, id) in [
        (&other.organization_id, house.id()),
        (&house.owner.organization_id, theirs),
        (&nobody, house.id()),
        (&house.owner.organization_id, &nobody),
    ] {
        bodies.push(at(&house.app, door(organization, id)).await.expect(404).body);
    }
    // Switched off on the way.
    let version = house.integration["version"].as_i64().unwrap();
    let path = format!("/v1/integrations/{}/oidc", house.id());
    house.owner.patch(&path, version, &json!({ "is_active": false })).await.expect(200);
    bodies.push(house.finish(&answer).await.expect(404).body);
    bodies.push(house.app.anonymous("POST", &house.door("start"), None).await.expect(404).body);
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "{bodies:?}");
    // Nothing of it was used up.
    house.owner.patch(&path, version + 1, &json!({ "is_active": true })).await.expect(200);
    house.finish(&answer).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn ten_first_sign_ins_at_once_are_one_person(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let mut answers = Vec::new();
    for _ in 0..10 {
        answers.push(house.answered("ann").await);
    }
    let signed_in = futures_util::future::join_all(answers.iter().map(|answer| house.finish(answer))).await;
    let ids: std::collections::BTreeSet<String> =
        signed_in.into_iter().map(|answer| answer.expect(200).json()["user"]["id"].to_string()).collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
}
