//! Contract terms.
use crate::{problem, refused, rows};
use purser_tests::{app::TestApp, database::Engine};
use rstest::rstest;
use serde_json::{Value, json};

const LIST: &str = "/v1/durations";

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn terms_are_listed_the_shortest_first(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    for (months, discount) in [(24, "10"), (1, "0"), (600, "100"), (12, "7.5")] {
        owner.create(LIST, &json!({ "months": months, "discount_percent": discount })).await;
    }
    let terms: Vec<Value> =
        rows(&owner, LIST).await.iter().map(|row| json!([row["months"], row["discount_percent"]])).collect();
    assert_eq!(terms, [json!([1, "0"]), json!([12, "7.5"]), json!([24, "10"]), json!([600, "100"])]);

    let first = owner.get("/v1/durations?limit=3").await.expect(200).json();
    let next = format!("/v1/durations?limit=3&cursor={}", first["next_cursor"].as_str().unwrap());
    let last = owner.get(&next).await.expect(200).json();
    assert_eq!((&last["data"][0]["months"], &last["next_cursor"]), (&json!(600), &Value::Null));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn there_is_one_term_of_each_length(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let body = json!({ "months": 12, "discount_percent": "5" });
    let (one, other) = tokio::join!(owner.post(LIST, &body), owner.post(LIST, &body));
    let (made, taken) = if one.status == 201 { (one, other) } else { (other, one) };
    made.expect(201);
    problem(&taken, 409, "duration_taken");
    for (months, discount, pointer, code) in [
        (json!(0), json!("1"), "/months", "out_of_range"),
        (json!(601), json!("1"), "/months", "out_of_range"),
        (json!("12"), json!("1"), "/months", "invalid_value"),
        (json!(3), json!("100.01"), "/discount_percent", "out_of_range"),
        (json!(3), json!("-1"), "/discount_percent", "out_of_range"),
        (json!(3), json!("1.001"), "/discount_percent", "too_many_places"),
        (json!(3), json!(1), "/discount_percent", "invalid_value"),
    ] {
        let body = json!({ "months": months, "discount_percent": discount });
        refused(&owner.post(LIST, &body).await, &[(pointer, code)]);
    }
    let unknown = json!({ "months": 3, "discount_percent": "1", "name": "quarter" });
    refused(&owner.post(LIST, &unknown).await, &[("/name", "invalid_value")]);
    assert_eq!(rows(&owner, LIST).await.len(), 1);
}
