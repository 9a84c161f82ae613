//! The demonstration's data.
use purser_api::seed::{self, seed};
use purser_kernel::Quantity;
use purser_tests::{app::TestApp, database::Engine};
use rstest::rstest;
use serde_json::{Value, json};

async fn world(engine: Engine) -> Option<TestApp> {
    TestApp::start_without_workers(engine).await
}

/// Whatever a client sees of the sample data.
async fn seen(app: &TestApp) -> Vec<Value> {
    let log_in = json!({ "email": seed::EMAIL, "password": seed::PASSWORD });
    let token = app.anonymous("POST", "/v1/auth/login", Some(&log_in)).await.expect(200).json();
    let mut seen = Vec::new();
    for path in ["/v1/products", "/v1/durations", "/v1/customers"] {
        let request = app.request("GET", path).bearer_auth(token["access_token"].as_str().unwrap());
        let page: Value = request.send().await.unwrap().json().await.unwrap();
        seen.extend(page["data"].as_array().unwrap().iter().cloned());
    }
    let product = seen[0]["id"].as_str().unwrap().to_owned();
    let request = app.request("GET", &format!("/v1/products/{product}/price-tiers"));
    let tiers = request.bearer_auth(token["access_token"].as_str().unwrap()).send().await.unwrap();
    seen.push(tiers.json().await.unwrap());
    seen
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn seeding_twice_is_as_good_as_once(#[case] engine: Engine) {
    let Some(app) = world(engine).await else { return };
    let services = app.app().services();
    let first = seed(services).await.unwrap();
    assert!(first.made.iter().any(|thing| thing.starts_with("administrator")), "{first:?}");
    let before = seen(&app).await;
    let second = seed(services).await.unwrap();
    assert_eq!(second.made, Vec::<String>::new());
    assert_eq!(seen(&app).await, before);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_samples_are_those_that_were_promised(#[case] engine: Engine) {
    let Some(app) = world(engine).await else { return };
    seed(app.app().services()).await.unwrap();
    let seen = seen(&app).await;
    let of = |field: &str| seen.iter().filter_map(|row| row.get(field).cloned()).collect::<Vec<_>>();
    assert_eq!(of("months"), [12, 24, 36]);
    assert_eq!(of("customer_code"), ["HARBOUR"]);
    let tiers = seen.last().unwrap()["tiers"].as_array().unwrap();
    let bounds =
        |tier: &Value, name: &str| tier[name].as_str().map(|text| text.parse::<Quantity>().unwrap().e4() / 10_000);
    let bounds: Vec<_> =
        tiers.iter().map(|tier| (bounds(tier, "min_quantity").unwrap(), bounds(tier, "max_quantity"))).collect();
    assert_eq!(bounds, [(0, Some(10)), (11, Some(50)), (51, None)]);
}
