//! Paths and queries that cannot be.
use super::trial::Trial;
use crate::{call::Call, routes::At, shape};
use purser_tests::database::Engine;
use reqwest::RequestBuilder;
use rstest::rstest;
use serde_json::Value;

const NO_IDS: [&str; 12] = [
    "x",
    "0",
    "-1",
    "%00",
    "%FF",
    "%ED%A0%80",
    "%F0%9F%A6%80",
    "01a1fa5a-0000-7000-8000-00000000000g",
    "01a1fa5a00007000800000000000000000",
    "..%2F..%2Fetc",
    "%27%20or%201=1",
    "*",
];

/// What no parameter of a query can be, as it stands in an address.
fn wrong(schema: &Value) -> Vec<&'static str> {
    let kind = |name: &str| schema["type"] == name || schema["type"][0] == name;
    let mut values = vec!["%00", "a%00b", "%FF", "%ED%A0%80"];
    if kind("integer") {
        values.extend(["", "x", "-1", "0", "1.5", "201", "1e2", "2147483648", "18446744073709551616", "%D9%A1"]);
    } else if kind("boolean") {
        values.extend(["", "perhaps", "1", "TRUE", "null"]);
    } else if schema["format"] == "uuid" {
        values.extend(["", "x", "null", "01a1fa5a-0000-7000-8000-00000000000g"]);
    } else if schema["format"] == "date-time" {
        values.extend(["", "x", "null", "0", "2026-11-20", "2026-11-20T25:00:00Z", "2026-11-20T10:00:00"]);
        values.extend(["-9999-01-01T00:00:00Z", "%2B12000-01-01T00:00:00Z"]);
        values.extend(["9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00%2B01:00"]);
    } else if kind("number") {
        values.extend(["", "x", "null", "-0.5", "1.5", "1,5", "NaN", "inf", "-inf", "1e400", "%D9%A1"]);
    } else if schema["enum"].is_array() {
        values.extend(["", "no_such", "null", "%F0%9F%A6%80"]);
    }
    values
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_no_id_names_nothing(#[case] engine: Engine) {
    let Some(mut trial) = Trial::begin(engine).await else { return };
    let long = "a".repeat(5_000);
    for route in trial.routes(|route| route.path.contains('{')) {
        let call = trial.call(&route).await;
        let ids: Vec<At> = trial.api.ids(&route).into_iter().map(|place| place.at).collect();
        for name in call.path.keys() {
            let is_id = ids.contains(&At::Path(name.clone()));
            for id in NO_IDS.into_iter().chain([&*long]) {
                let mut wrong = call.with(&At::Path(name.clone()), id);
                let body = wrong.body.take().map(|body| body.to_string()).unwrap_or_default();
                let request =
                    if body.is_empty() { trial.request(&wrong) } else { trial.json(&wrong, body.into_bytes()) };
                let what = format!("{id} as {name} of {}", route.name());
                let answer = trial.refuse(&what, request).await;
                // What is no name is said where something would get it.
                if is_id && answer.status != 404 {
                    trial.fault(format!("{what}: {answer:?}"));
                }
            }
        }
        trial.unchanged(&route.name()).await;
    }
    trial.end(400);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_no_query_can_say_is_refused(#[case] engine: Engine) {
    let Some(mut trial) = Trial::begin(engine).await else { return };
    for route in trial.routes(|route| route.parameters("query").next().is_some()) {
        let call = trial.call(&route).await;
        let mut queries = Vec::from(["no_such=1", "limit[]=1", "=1", "Limit=1", "limit%00=1"].map(str::to_owned));
        for parameter in route.parameters("query") {
            let name = parameter["name"].as_str().unwrap();
            let schema = shape::field(&trial.api.document, name, &parameter["schema"]).schema;
            let others = beside(&call, name);
            let mut values = wrong(&schema);
            if name == "cursor" {
                values.extend(["x", "AAAA", "eyJxIjoxLCJrIjpbXX0", "eyJxIjotMSwiayI6W3siaSI6MX1dfQ"]);
            }
            queries.extend(values.into_iter().map(|value| format!("{name}={value}{others}")));
            // Said twice, nobody knows what is meant.
            queries.push(format!("{name}=1&{name}=1{others}"));
        }
        for query in queries {
            trial.refuse(&format!("{query} to {}", route.name()), asked(&trial, &call, &query)).await;
        }
        trial.unchanged(&route.name()).await;
    }
    trial.end(300);
}

/// It may be taken: then nothing is found.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_text_that_fills_the_address_breaks_nothing(#[case] engine: Engine) {
    let Some(mut trial) = Trial::begin(engine).await else { return };
    // An address has less than 64 KiB; each sign of LIKE's counts twice in it.
    let texts = ["a".repeat(60_000), "_".repeat(30_000)];
    for route in trial.routes(|route| route.method == "GET" && route.parameters("query").next().is_some()) {
        let call = trial.call(&route).await;
        for parameter in route.parameters("query") {
            let name = parameter["name"].as_str().unwrap();
            for text in &texts {
                let what = format!("{} times {} as {name} of {}", text.len(), &text[..1], route.name());
                let query = format!("{name}={text}{}", beside(&call, name));
                let request = asked(&trial, &call, &query);
                trial.endure(&what, request).await;
            }
        }
        trial.unchanged(&route.name()).await;
    }
    trial.end(300);
}

/// The other parameters of the request, as they stand behind one of them.
fn beside(call: &Call, name: &str) -> String {
    let others = call.query.iter().filter(|(other, _)| other != name);
    others.flat_map(|(other, value)| ["&", other, "=", value]).collect()
}

/// The request with everything right but its query.
fn asked(trial: &Trial, call: &Call, query: &str) -> RequestBuilder {
    let request = match (&call.body, call.file) {
        (Some(body), _) => trial.json(call, body.to_string().into_bytes()),
        (None, Some((media_type, file))) => trial.request(call).header("Content-Type", media_type).body(file),
        (None, None) => trial.request(call),
    };
    let (client, request) = request.build_split();
    let mut request = request.unwrap();
    request.url_mut().set_query(Some(query));
    RequestBuilder::from_parts(client, request)
}
