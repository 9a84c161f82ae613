//! Which events an endpoint is sent.
use super::WebhookRules;
use purser_kernel::{Problem, text};

const MAX_TYPES: usize = 200;
const MAX_TYPE: usize = 128;

/// Names of events, such as `order.confirmed`, that there are.
pub(super) fn checked_types(rules: &WebhookRules, types: &[String]) -> Result<Vec<String>, Problem> {
    if types.is_empty() {
        return Err(Problem::invalid("/event_types", "required", "must name an event, or be null for all"));
    }
    let types = text::list("/event_types", types, MAX_TYPES, MAX_TYPE)?;
    match types.iter().position(|name| !rules.event_types.contains(&name.as_str())) {
        None => Ok(types),
        Some(place) => {
            let message = "must be one of GET /v1/event-types, such as order.confirmed";
            Err(Problem::invalid(format!("/event_types/{place}"), "unknown_event_type", message))
        }
    }
}
