//! Each field of each body with a value that it cannot have.
use super::trial::Trial;
use crate::{call::Call, routes::Route, shape::Field};
use purser_tests::database::Engine;
use rstest::rstest;
use serde_json::{Value, json};

/// Stands in a body where bytes are put that no JSON library would write.
const HERE: &str = "@here@";

/// Far longer than any text that is kept.
const LONG: usize = 100_000;

fn takes_json(route: &Route) -> bool {
    route.json_schema().is_some() && !route.path.contains("/webhooks/")
}

/// Fields of the route's body; the body itself is none.
fn fields(trial: &Trial, route: &Route, call: &Call) -> Vec<Field> {
    let mut fields = trial.api.fields(route);
    let body = call.body.as_ref().unwrap();
    for field in &fields {
        let (parent, _) = field.pointer.rsplit_once('/').unwrap_or_default();
        let filled = body.pointer(parent).is_some_and(|parent| *parent != json!([]));
        assert!(filled, "fixtures::body leaves out what {} of {} stands in", field.pointer, route.name());
    }
    fields.retain(|field| !field.pointer.is_empty());
    fields
}

/// A value of each JSON type that the field does not have, and texts that are not of its form.
fn wrong(field: &Field) -> Vec<Value> {
    let mut values = Vec::new();
    let mut add = |kinds: &[&str], some: &[Value]| {
        if !kinds.iter().any(|kind| field.is(kind)) {
            values.extend_from_slice(some);
        }
    };
    add(&["boolean"], &[json!(true)]);
    add(&["number"], &[json!(1.5), json!(-0.5)]);
    add(&["integer", "number"], &[json!(7)]);
    add(&["string"], &[json!("text"), json!(""), json!("1")]);
    add(&["array"], &[json!([]), json!([7])]);
    add(&["object"], &[json!({}), json!({ "a": 1 })]);
    let has_a_form = ["enum", "format", "pattern"].iter().any(|key| !field.schema[key].is_null());
    if field.is("string") && has_a_form && field.schema["format"] != "password" {
        values.push(json!("\u{7}"));
    }
    if !field.nullable {
        values.push(Value::Null);
    }
    values
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_value_of_another_type_is_refused_where_it_stands(#[case] engine: Engine) {
    let Some(mut trial) = Trial::begin(engine).await else { return };
    for route in trial.routes(takes_json) {
        let call = trial.call(&route).await;
        for field in fields(&trial, &route, &call) {
            for value in wrong(&field) {
                let body = call.with_body(&field.pointer, value.clone()).body.unwrap().to_string();
                let request = trial.json(&call, body.into_bytes());
                let what = format!("{value} at {} of {}", field.pointer, route.name());
                let answer = trial.refuse(&what, request).await;
                // Whoever signs in is not told what was wrong.
                let named = answer.errors().iter().any(|(pointer, _)| pointer.starts_with(&field.pointer));
                if !named && answer.status != 401 {
                    trial.fault(format!("{what} is not named: {answer:?}"));
                }
            }
        }
        trial.unchanged(&route.name()).await;
    }
    trial.end(500);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_field_that_nobody_knows_is_refused(#[case] engine: Engine) {
    let Some(mut trial) = Trial::begin(engine).await else { return };
    for route in trial.routes(takes_json) {
        let call = trial.call(&route).await;
        let open = |field: &Field| !field.is("object") || !field.schema["additionalProperties"].is_null();
        let mut objects = trial.api.fields(&route);
        objects.retain(|field| field.schema["properties"].is_object() || !open(field));
        for field in objects {
            for name in ["no_such_field", "organization", "", "\u{1f980}", "__proto__", "ID"] {
                let pointer = format!("{}/{name}", field.pointer);
                let body = call.with_body(&pointer, json!("a")).body.unwrap().to_string();
                let request = trial.json(&call, body.into_bytes());
                trial.refuse(&format!("{pointer} of {}", route.name()), request).await;
            }
        }
        trial.unchanged(&route.name()).await;
    }
    trial.end(100);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_text_that_cannot_be_kept_is_refused(#[case] engine: Engine) {
    let Some(mut trial) = Trial::begin(engine).await else { return };
    let long = format!("\"{}\"", "a".repeat(LONG)).into_bytes();
    let texts: [(&str, &[u8]); 8] = [
        ("a NUL", br#""a\u0000b""#),
        ("a bare NUL", b"\"a\0b\""),
        ("a bare line break", b"\"a\nb\""),
        ("the first half of a character", br#""a\ud83e""#),
        ("the second half of a character", br#""\udd80b""#),
        ("two halves that do not fit", br#""\ud83e\ud83e""#),
        ("not UTF-8", b"\"a\xc3\x28b\""),
        ("far too much", &long),
    ];
    for route in trial.routes(takes_json) {
        let call = trial.call(&route).await;
        for field in fields(&trial, &route, &call).iter().filter(|field| field.is("string")) {
            let body = call.with_body(&field.pointer, HERE.into()).body.unwrap().to_string();
            let (before, behind) = body.split_once(&format!("\"{HERE}\"")).unwrap();
            for (what, text) in texts {
                let body = [before.as_bytes(), text, behind.as_bytes()].concat();
                let request = trial.json(&call, body);
                trial.refuse(&format!("{what} at {} of {}", field.pointer, route.name()), request).await;
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
async fn a_list_without_end_is_refused(#[case] engine: Engine) {
    let Some(mut trial) = Trial::begin(engine).await else { return };
    for route in trial.routes(takes_json) {
        let call = trial.call(&route).await;
        for field in fields(&trial, &route, &call).iter().filter(|field| field.is("array")) {
            let item = call.body.as_ref().unwrap().pointer(&format!("{}/0", field.pointer)).unwrap();
            let number = |position: usize| match item {
                Value::String(text) => json!(format!("{text}{position}")),
                other => other.clone(),
            };
            let list: Vec<Value> = (0..5_000).map(number).collect();
            let body = call.with_body(&field.pointer, list.into()).body.unwrap().to_string();
            let request = trial.json(&call, body.into_bytes());
            trial.refuse(&format!("5,000 items at {} of {}", field.pointer, route.name()), request).await;
        }
        trial.unchanged(&route.name()).await;
    }
    trial.end(10);
}
