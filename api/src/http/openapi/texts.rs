//! How texts that people write look: what `kernel::text` lets through, said once.
use serde_json::{Value, json};

/// One line: something to see, no control characters. White space around it is cut off where somebody sends it.
const LINE: &str = r"^[^\s\x00-\x1f\x7f-\x9f]([^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f])?$";
/// Several lines: of the control characters, line breaks and tabs only.
const LINES: &str = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$";
/// From this length on a text may have several lines.
const LONG: u64 = 4000;
/// A telephone number: 6 to 15 digits, two zeros in front not counted, and what people put between them.
const PHONE: &str = concat!(
    r"^[+ ().\/-]*(0[+ ().\/-]*0[+ ().\/-]*([0-9][+ ().\/-]*){6,15}",
    r"|([1-9][+ ().\/-]*[0-9]|0[+ ().\/-]*[1-9])[+ ().\/-]*([0-9][+ ().\/-]*){4,13})$"
);
/// The longest telephone number as people write it.
const MAX_PHONE: u64 = 40;

/// Adds to every text in a request what its kind implies, and to every small number its bounds.
pub(super) fn complete(document: &mut Value) {
    let schemas = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut);
    for (name, schema) in schemas.into_iter().flatten() {
        let shown = name.ends_with("View");
        let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
        for property in properties.into_iter().flat_map(|properties| properties.values_mut()) {
            bound(property);
            if !shown {
                describe(property);
            }
        }
    }
}

/// What OpenAPI calls an `int32` is one, whoever reads the document.
fn bound(number: &mut Value) {
    if number["format"] == "int32" {
        set(number, "minimum", i32::MIN);
        set(number, "maximum", i32::MAX);
    }
}

fn describe(property: &mut Value) {
    if let Some(items) = property.get_mut("items") {
        // A list of short texts.
        if is_plain_text(items) {
            set(items, "pattern", LINE);
        }
        return;
    }
    match property["maxLength"].as_u64() {
        _ if property["format"] == "phone" => {
            set(property, "pattern", PHONE);
            set(property, "maxLength", MAX_PHONE);
        }
        Some(length) if length >= LONG && is_plain_text(property) => set(property, "pattern", LINES),
        // A password that is chosen has a least length of its own and may hold anything.
        Some(_) if is_plain_text(property) && property["minLength"].is_null() => {
            set(property, "pattern", LINE);
            set(property, "minLength", 1);
        }
        _ => {}
    }
}

/// A text of which nothing else is said.
fn is_plain_text(schema: &Value) -> bool {
    let kinds = &schema["type"];
    let is_text = kinds == "string" || kinds.as_array().is_some_and(|kinds| kinds.contains(&json!("string")));
    let has = |keyword: &str| !schema[keyword].is_null();
    is_text && !has("pattern") && !has("enum") && (!has("format") || schema["format"] == "password")
}

/// Sets a keyword that the annotation has left open.
fn set(schema: &mut Value, keyword: &str, value: impl Into<Value>) {
    if let Some(schema) = schema.as_object_mut() {
        schema.entry(keyword).or_insert_with(|| value.into());
    }
}
