//! What is said of a kind of event to those who receive it.
use super::{DomainEvent, Readers};
use purser_kernel::Id;
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

/// A kind of event, as it is published. Made from its struct, so that the two cannot differ.
#[derive(Clone, Debug)]
pub struct EventType {
    /// Such as `order.confirmed`.
    pub name: &'static str,
    /// What it is about, such as `order`.
    pub resource: &'static str,
    /// Who may read of it.
    pub readers: Readers,
    /// When it happens.
    pub about: String,
    /// The JSON schema of what is published.
    pub schema: Value,
    /// Something that fits it.
    pub example: Value,
}

impl EventType {
    /// The kind of event that `D` is.
    pub fn of<D: DomainEvent>() -> Self {
        let json = |value: Result<Value, serde_json::Error>| value.unwrap_or_default();
        let mut parts = Vec::new();
        D::schemas(&mut parts);
        let parts = parts.into_iter().map(|(name, schema)| (name, json(serde_json::to_value(schema)))).collect();
        let mut schema = json(serde_json::to_value(D::schema()));
        whole(&mut schema, &parts);
        Self {
            name: D::TYPE,
            resource: D::RESOURCE,
            readers: D::READERS,
            about: schema.get("description").and_then(Value::as_str).unwrap_or_default().to_owned(),
            schema,
            example: json(serde_json::to_value(D::example())),
        }
    }
}

/// Puts what is referred to in the place of the reference: who takes a schema out of the list has all of it.
fn whole(schema: &mut Value, parts: &HashMap<String, Value>) {
    match schema {
        Value::Object(members) => {
            let name = members.get("$ref").and_then(Value::as_str).and_then(|to| to.rsplit('/').next());
            if let Some(Value::Object(part)) = name.and_then(|name| parts.get(name)).cloned() {
                members.remove("$ref");
                for (name, value) in part {
                    members.entry(name).or_insert(value);
                }
            }
            members.values_mut().for_each(|member| whole(member, parts));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| whole(item, parts)),
        _ => {}
    }
}

/// An id for examples.
pub fn example_id<K>() -> Id<K> {
    Id::from_uuid(Uuid::from_u128(0x0193_4a6f_5b1c_7e2d_9a3f_6c8e_1d2b_4f50))
}
