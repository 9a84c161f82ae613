//! The requests that Purser sends: OpenAPI 3.1, field `webhooks`.
use crate::wiring;
use purser_store::outbox::EventType;
use serde_json::{Map, Value, json};

/// One for each kind of event.
pub(super) fn webhooks() -> Value {
    let all = wiring::event_types().iter().map(|event| (event.name.to_owned(), json!({ "post": request(event) })));
    Value::Object(all.collect::<Map<_, _>>())
}

/// Says which events an endpoint can be sent, where one is made or changed.
pub(super) fn name_events(schemas: &mut Value) {
    let names: Vec<&str> = wiring::event_types().iter().map(|event| event.name).collect();
    for body in ["CreateWebhookEndpoint", "UpdateWebhookEndpoint"] {
        if let Some(items) = schemas.pointer_mut(&format!("/{body}/properties/event_types/items")) {
            items["enum"] = json!(names);
        }
    }
}

fn request(event: &EventType) -> Value {
    let EventType { name, about, schema, example, .. } = event;
    let id = example_id();
    let body = json!({
        "type": "object",
        "required": ["type", "timestamp", "data", "id", "sequence", "organization_id"],
        "properties": {
            "type": { "const": name },
            "timestamp": { "type": "string", "format": "date-time", "description": "When it happened." },
            "data": schema,
            "id": { "type": "string", "format": "uuid", "description": "The event's, as in `webhook-id`." },
            "sequence": {
                "type": "integer", "format": "int64", "minimum": 0,
                "description": "Its place in the order of the organization's events; 0 for a test.",
            },
            "organization_id": { "type": "string", "format": "uuid" },
        },
    });
    let example = json!({
        "type": name, "timestamp": "2026-11-20T10:00:00Z", "data": example, "id": id, "sequence": 42, "organization_id": id,
    });
    let header = |name: &str, about: &str| json!({ "name": name, "in": "header", "required": true, "description": about, "schema": { "type": "string" } });
    json!({
        "operationId": format!("webhook_{}", name.replace('.', "_")),
        "tags": ["Webhooks"],
        "description": about,
        "security": [],
        "parameters": [
            header("webhook-id", "The event's id: the same however often it is sent."),
            header("webhook-timestamp", "When this attempt was made, in seconds since 1970."),
            header(
                "webhook-signature",
                "`v1,` and the base64 of the HMAC-SHA256 of `id.timestamp.body`; several with spaces between, while a secret is changed.",
            ),
        ],
        "requestBody": {
            "required": true,
            "content": { "application/json": { "schema": body, "example": example } },
        },
        "responses": {
            "2XX": { "description": "It was taken. Anything else is tried again." },
            "410": { "description": "Nothing is sent there any more." },
            "429": { "description": "Nothing is sent there for a while; `Retry-After` says for how long." },
        },
    })
}

fn example_id() -> Value {
    json!(purser_store::outbox::example_id::<()>())
}
