//! What a body may have in it, field by field, as the document's schemas say.
use serde_json::Value;

/// A value in a body.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// JSON pointer. An item of a list stands for all of them: `/lines/0/id`.
    pub(crate) pointer: String,
    /// The name of its schema, where it has one.
    pub(crate) name: Option<String>,
    /// Without references.
    pub(crate) schema: Value,
    pub(crate) nullable: bool,
}

impl Field {
    /// What the id is of; nothing for what is no id.
    pub(crate) fn id_kind(&self) -> Option<String> {
        let last = self.pointer.rsplit('/').find(|part| part.parse::<usize>().is_err());
        (self.schema["format"] == "uuid").then(|| self.name.clone().or(last.map(str::to_owned)).unwrap())
    }

    /// Whether the document lets the value be of this JSON type.
    pub(crate) fn is(&self, kind: &str) -> bool {
        types(&self.schema).contains(&kind)
    }
}

fn types(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(some) => some.iter().filter_map(Value::as_str).collect(),
        // What may be written in one way or another.
        _ => schema["oneOf"].as_array().into_iter().flatten().flat_map(types).collect(),
    }
}

/// The value itself and all that is in it. What stands under any name has one of the names that `body` has there, which is right.
pub(crate) fn fields(document: &Value, schema: &Value, body: &Value) -> Vec<Field> {
    let mut found = Vec::new();
    walk(document, "", schema, body, &mut found);
    found
}

/// The value at `pointer`, without what is in it.
pub(crate) fn field(document: &Value, pointer: &str, schema: &Value) -> Field {
    let (mut schema, mut name, mut nullable) = (schema, None, false);
    loop {
        if let Some(reference) = schema["$ref"].as_str() {
            name = reference.rsplit('/').next().map(str::to_owned);
            schema = document.pointer(reference.trim_start_matches('#')).unwrap();
            continue;
        }
        let several = ["oneOf", "anyOf", "allOf"].iter().find_map(|key| schema[key].as_array());
        let Some(several) = several else { break };
        nullable |= several.iter().any(|one| one["type"] == "null");
        let mut others = several.iter().filter(|one| one["type"] != "null");
        match (others.next(), others.next()) {
            (Some(only), None) => schema = only,
            _ => break,
        }
    }
    nullable |= types(schema).contains(&"null");
    Field { pointer: pointer.to_owned(), name, schema: schema.clone(), nullable }
}

fn walk(document: &Value, pointer: &str, schema: &Value, body: &Value, found: &mut Vec<Field>) {
    let field = field(document, pointer, schema);
    let schema = field.schema.clone();
    found.push(field);
    for one in ["oneOf", "anyOf", "allOf"].iter().filter_map(|key| schema[key].as_array()).flatten() {
        let has_nothing_in_it =
            ["string", "integer", "number", "boolean", "null"].iter().any(|kind| one["type"] == *kind);
        assert!(has_nothing_in_it, "nobody walks through {pointer}, which is of one shape or another: {one}");
    }
    for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
        walk(document, &format!("{pointer}/{name}"), schema, &body[name], found);
    }
    if schema["items"].is_object() {
        walk(document, &format!("{pointer}/0"), &schema["items"], &body[0], found);
    }
    // What says nothing of its members lets everything be one.
    let members = &schema["additionalProperties"];
    if members.as_object().is_some_and(|said| !said.is_empty()) {
        let name = body.as_object().and_then(|body| body.keys().next());
        let name = name.unwrap_or_else(|| panic!("fixtures::body has nothing in {pointer}, which takes any name"));
        walk(document, &format!("{pointer}/{name}"), members, &body[name], found);
    }
}
