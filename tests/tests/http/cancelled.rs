//! Clients of every route that go away in the midst of their request, before a server with one connection.
use crate::{call::Call, routes::Api, suspended::NOTHING_HAPPENS, tenants::shops};
use fastrand::Rng;
use purser_tests::{database::Engine, whole};
use rstest::rstest;
use serde_json::json;
use std::time::Duration;

/// How often a client of each route loses patience, before one that waits for the answer.
const IMPATIENT: usize = 3;

/// After which other routes a route comes: deleting after what is done with things, and last what may sign the caller out or close the
/// organization.
fn turn(route: &str) -> u8 {
    let ends = ["/v1/auth/", "/v1/platform/", "POST /v1/organization/suspend", "POST /v1/organization/close"];
    if ends.iter().any(|part| route.contains(part)) { 2 } else { u8::from(route.starts_with("DELETE")) }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn whoever_goes_away_leaves_nothing_open(#[case] engine: Engine) {
    let Some((mut app, [ours, theirs])) = shops(engine, ["Harbour Wholesale", "Somebody Else"]).await else { return };
    app.restart_with(|config| (config.database_max_connections, config.workers) = (1, 0)).await;
    let (ours, theirs) = (ours.at(&app.url), theirs.at(&app.url));
    let api = Api::of(&app).await;
    let mut calls = Vec::new();
    for route in &api.routes {
        calls.push(Call::of(&api, route, &ours).await);
    }
    calls.sort_by_key(|call| turn(&call.route));
    let seed = fastrand::u64(..);
    let mut random = Rng::with_seed(seed);
    let (mut gone, mut served, mut faults) = (0, 0, Vec::new());
    for call in &calls {
        for _ in 0..IMPATIENT {
            let patience = Duration::from_micros(random.u64(..15_000));
            gone += usize::from(tokio::time::timeout(patience, call.send(&app, &ours.owner)).await.is_err());
        }
        if !NOTHING_HAPPENS.contains(&&*call.route) {
            let answer = call.send(&app, &ours.owner).await;
            served += usize::from((200..300).contains(&answer.status));
            // There is no directory that could be asked.
            let broken = answer.status >= 500 && answer.problem() != "provider_unavailable";
            faults.extend(broken.then(|| format!("{}: {answer:?}", call.route)));
        }
        let next = theirs.owner.post("/v1/customers", &json!({ "business_name": call.route })).await;
        faults.extend((next.status != 201).then(|| format!("after {}: {next:?}", call.route)));
        whole::assert_none_stays_open(&app.database).await;
    }
    assert!(faults.is_empty(), "the seed is {seed}: {faults:#?}");
    // However fast the machine is: some are gone too early, and many have their effect.
    assert!(gone > calls.len() / 8 && served > calls.len() / 3, "the seed is {seed}: {gone} gone, {served} served");
}
