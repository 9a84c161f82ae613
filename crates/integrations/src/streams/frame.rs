//! Events on the wire: HTML, section "Server-sent events".
use super::End;
use purser_kernel::OrganizationId;
use purser_store::{outbox::Event, prelude::*};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// How long a client waits before it comes back, in milliseconds.
const RETRY_MS: u32 = 2_000;

/// What a client is told first: where it begins, so that nothing is lost if it goes before anything has happened.
pub(super) fn beginning(after: i64) -> String {
    format!("retry: {RETRY_MS}\nid: {after}\n\n")
}

/// That the stream is there, and how far it is: also past what the client does not want or may not read. Without data, a client keeps the
/// id and is told of nothing.
pub(super) fn heartbeat(after: i64) -> String {
    format!(": heartbeat\nid: {after}\n\n")
}

/// The last one. Its id is where to begin again.
pub(super) fn ending(end: End, after: i64) -> String {
    format!("event: stream.ended\nid: {after}\ndata: {{\"reason\":\"{}\"}}\n\n", end.name())
}

/// As webhooks are sent it, with what it is about.
#[derive(Serialize)]
struct Envelope<'e> {
    r#type: &'e str,
    timestamp: Timestamp,
    data: &'e Value,
    id: Uuid,
    sequence: i64,
    organization_id: OrganizationId,
    resource: &'e str,
    resource_id: Uuid,
}

/// The event: `type` as its name, its number as its id. JSON has no line break of its own.
pub(super) fn event(organization: OrganizationId, event: &Event) -> Result<String, Problem> {
    let Event { id, sequence, event_type, resource, resource_id, payload, occurred_at, by: _ } = event;
    let envelope = Envelope {
        r#type: event_type,
        timestamp: *occurred_at,
        data: payload,
        id: id.as_uuid(),
        sequence: *sequence,
        organization_id: organization,
        resource,
        resource_id: *resource_id,
    };
    let json = serde_json::to_string(&envelope).map_err(Problem::internal)?;
    Ok(format!("event: {event_type}\nid: {sequence}\ndata: {json}\n\n"))
}
