//! Numbers, times and texts at and beyond their limits: taken, and then they can be shown, or refused, and then nothing has changed.
use super::trial::Trial;
use crate::shape::Field;
use purser_tests::database::Engine;
use rstest::rstest;
use serde_json::Value;

const NUMBERS: [&str; 24] = [
    "0",
    "-0",
    "-1",
    "1.0",
    "1e0",
    "1e308",
    "-1e308",
    "1e-400",
    "0.00000000000000000001",
    "2147483647",
    "2147483648",
    "-2147483648",
    "-2147483649",
    "4294967295",
    "4294967296",
    "9007199254740993",
    "922337203685477",
    "922337203685478",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
];

const DECIMALS: [&str; 14] =
    ["", " 1", "1 ", "+1", "1,5", ".5", "5.", "1.00000", "0x10", "1_000", "NaN", "Infinity", "\u{ff11}", "--1"];

const DATES: [&str; 12] = [
    "0000-01-01",
    "0001-01-01",
    "9999-12-31",
    "10000-01-01",
    "+10000-01-01",
    "-0001-01-01",
    "262142-12-31",
    "2027-02-29",
    "2027-13-01",
    "2027-1-4",
    "20270104",
    "2027-01-04T00:00:00Z",
];

const TIMES: [&str; 5] = [
    "-9999-01-01T00:00:00Z",
    "+12000-01-01T00:00:00Z",
    // Of another year in UTC than where they are.
    "9999-12-31T23:59:59-01:00",
    "0000-01-01T00:00:00+01:00",
    "2026-12-31T23:59:60Z",
];

/// One letter that is two in lower case.
const GROWS: &str = "\u{130}";

fn quoted(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| format!("\"{text}\"")).collect()
}

/// What to try in the field, as JSON; `given` is its value in a request that is right.
fn values(field: &Field, given: &Value) -> Vec<String> {
    let is_decimal = given.as_str().is_some_and(|text| text.parse::<f64>().is_ok());
    if field.is("integer") || field.is("number") {
        NUMBERS.map(str::to_owned).to_vec()
    } else if field.schema["format"] == "date" {
        quoted(&DATES)
    } else if field.schema["format"] == "date-time" {
        [quoted(&DATES), quoted(&TIMES)].concat()
    } else if is_decimal {
        // As texts, and where a number is understood as well, as numbers.
        let numbers = NUMBERS.map(str::to_owned).to_vec();
        [quoted(&NUMBERS), quoted(&DECIMALS), numbers].concat()
    } else if field.schema["format"] == "uuid" {
        quoted(&["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "{}", "urn:uuid:"])
    } else {
        let most = field.schema["maxLength"].as_u64().filter(|_| is_plain(field));
        most.map(|most| quoted(&[&*GROWS.repeat(usize::try_from(most).unwrap())])).unwrap_or_default()
    }
}

/// Whether any text may stand there. What is done for a reason would be done, and be in the way of all other routes.
fn is_plain(field: &Field) -> bool {
    field.schema["format"].is_null() && !field.pointer.ends_with("/reason")
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn numbers_times_and_texts_at_their_limits_break_nothing(#[case] engine: Engine) {
    let Some(mut trial) = Trial::begin(engine).await else { return };
    let mut taken = 0;
    for route in trial.routes(|route| route.json_schema().is_some() && route.is_guarded()) {
        let (mut call, mut tried) = (trial.call(&route).await, 0);
        for field in trial.api.fields(&route) {
            let body = call.body.as_ref().unwrap();
            let given = body.pointer(&field.pointer).cloned().unwrap_or_default();
            for value in values(&field, &given) {
                let marked = call.with_body(&field.pointer, "@here@".into()).body.unwrap().to_string();
                let request = trial.json(&call, marked.replace("\"@here@\"", &value).into_bytes());
                let begin: String = value.chars().take(60).collect();
                let what = format!("{begin} at {} of {}", field.pointer, route.name());
                if trial.endure(&what, request).await {
                    // Names that are taken now, and the version that the thing has now.
                    call = trial.call(&route).await;
                    trial.look_again().await;
                    taken += 1;
                } else {
                    trial.unchanged(&route.name()).await;
                }
                tried += 1;
            }
        }
        if tried > 0 {
            trial.shown(&route.name()).await;
        }
    }
    assert!(taken >= 40, "only {taken} were taken: something else is wrong with the requests");
    trial.end(1_000);
}
