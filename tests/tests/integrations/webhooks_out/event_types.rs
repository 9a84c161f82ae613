//! The events that there are.
use super::Hooks;
use purser_tests::database::Engine;
use rstest::rstest;
use serde_json::Value;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The names in every file that has an event in it.
fn in_the_source() -> BTreeSet<String> {
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    let mut files = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates"), &mut files);
    let mut names = BTreeSet::new();
    for file in files {
        let source = fs::read_to_string(file).unwrap();
        if !source.contains("impl DomainEvent for") {
            continue;
        }
        // `const TYPE: &'static str = "…";` or, in the list of a macro, `Name = "…";`
        for line in source.lines() {
            let name = line.split_once(" = \"").and_then(|(_, rest)| rest.strip_suffix("\";"));
            names.extend(name.filter(|name| name.contains('.')).map(str::to_owned));
        }
    }
    names
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[tokio::test]
async fn every_event_in_the_code_is_listed_with_its_schema(#[case] engine: Engine) {
    let Some(hooks) = Hooks::start(engine).await else { return };
    let list = hooks.owner.get("/v1/event-types").await.expect(200).json();
    let events = list["data"].as_array().unwrap();
    let listed: BTreeSet<String> = events.iter().map(|event| event["name"].as_str().unwrap().to_owned()).collect();
    let found = in_the_source();
    assert!(found.len() >= 30, "{found:?}");
    assert_eq!(listed, found);
    let document = hooks.app.anonymous("GET", "/openapi.json", None).await.expect(200).json();
    let webhooks = document["webhooks"].as_object().unwrap();
    assert_eq!(webhooks.keys().cloned().collect::<BTreeSet<_>>(), found);
    for event in events {
        assert!(!event["description"].as_str().unwrap().is_empty(), "{event}");
        assert!(!event.to_string().contains("$ref"), "{event}");
        fits(&event["schema"], &event["example"], event);
        let body = &webhooks[event["name"].as_str().unwrap()]["post"]["requestBody"]["content"]["application/json"];
        assert_eq!(body["schema"]["properties"]["data"], event["schema"]);
    }
}

/// What an example has is what its schema says, and the other way round.
fn fits(schema: &Value, example: &Value, event: &Value) {
    let mut properties = serde_json::Map::new();
    let parts = schema["allOf"].as_array().cloned().unwrap_or_else(|| vec![schema.clone()]);
    let mut required = BTreeSet::new();
    for part in &parts {
        properties.extend(part["properties"].as_object().cloned().unwrap_or_default());
        required
            .extend(part["required"].as_array().into_iter().flatten().map(|name| name.as_str().unwrap().to_owned()));
    }
    let example = example.as_object().unwrap_or_else(|| panic!("no object: {event}"));
    assert!(!properties.is_empty(), "{event}");
    for (name, value) in example {
        let property = properties.get(name).unwrap_or_else(|| panic!("{name} is in no schema: {event}"));
        let kinds: Vec<&str> = match &property["type"] {
            Value::String(kind) => vec![kind],
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
            _ => vec![],
        };
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(number) if number.is_f64() => "number",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        assert!(kinds.is_empty() || kinds.contains(&kind), "{name} is no {kind}: {event}");
    }
    for name in required {
        assert!(example.contains_key(&name), "{name} is missing in the example: {event}");
    }
}
