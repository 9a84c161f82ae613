//! What is personal in an entry, and how it is kept apart from what stays.
use super::user_agent;
use purser_kernel::{Client, canonical::canonical};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// Names of fields that are about people, in whatever is written down: who they are, and where they are reached. A name that is missing
/// here stays in the trail for good.
const PERSONAL: [&str; 18] = [
    "address",
    "addresses",
    "allowed_ips",
    "avatar_url",
    "contacts",
    "email",
    "email_address",
    "first_name",
    "full_name",
    "invited_email",
    "job_title",
    "last_name",
    "owner_email",
    "phone",
    "service_account",
    "tax_id",
    "username",
    "whatsapp",
];

/// What stands where a personal value was.
const MOVED: &str = "[personal]";

/// An entry's changes without what is personal, and that.
pub(super) struct Personal {
    pub(super) changes: Value,
    /// Nothing where nothing is personal.
    pub(super) details: Option<Value>,
}

impl Personal {
    /// Takes what is personal out of `changes`, and adds where the client was.
    pub(super) fn apart(mut changes: Value, client: &Client) -> Self {
        let mut details = Map::new();
        let mut add = |name: &str, value: Option<Value>| {
            details.extend(value.map(|value| (name.to_owned(), value)));
        };
        add("ip", client.ip.clone().map(Value::String));
        add("user_agent", user_agent(client).map(Value::String));
        add("changes", take(&mut changes));
        Self { changes, details: (!details.is_empty()).then_some(Value::Object(details)) }
    }
}

/// The personal values below, each where it stood.
fn take(value: &mut Value) -> Option<Value> {
    let Value::Object(members) = value else {
        return None;
    };
    let mut taken = Map::new();
    for (name, value) in members {
        let found = if !value.is_null() && (is_personal(name) || is_list_of_people(value)) {
            Some(std::mem::replace(value, MOVED.into()))
        } else {
            take(value)
        };
        taken.extend(found.map(|found| (name.clone(), found)));
    }
    (!taken.is_empty()).then_some(Value::Object(taken))
}

fn is_personal(name: &str) -> bool {
    PERSONAL.contains(&name)
}

/// A list goes as a whole: its items have no names by which they could be put back.
fn is_list_of_people(value: &Value) -> bool {
    fn holds(value: &Value) -> bool {
        match value {
            Value::Object(members) => members.iter().any(|(name, value)| is_personal(name) || holds(value)),
            Value::Array(items) => items.iter().any(holds),
            _ => false,
        }
    }
    matches!(value, Value::Array(items) if items.iter().any(holds))
}

/// `changes` with the personal values back where they stood.
pub(super) fn together(changes: &Value, personal: Option<&Value>) -> Value {
    match (changes, personal) {
        (Value::Object(changes), Some(Value::Object(personal))) => {
            let member = |(name, value): (&String, &Value)| (name.clone(), together(value, personal.get(name)));
            Value::Object(changes.iter().map(member).collect())
        }
        (_, Some(personal)) => personal.clone(),
        (changes, None) => changes.clone(),
    }
}

/// What an entry keeps of its details: SHA-256 of the salt and the details in canonical form (RFC 8785). Whoever does not have the salt
/// cannot find out by trying.
pub fn details_hash(salt: &[u8], details: &Value) -> [u8; 32] {
    Sha256::new().chain_update(salt).chain_update(canonical(details)).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn anywhere() -> Client {
        Client { ip: Some("192.0.2.1".into()), user_agent: Some("suite/1".into()) }
    }

    #[test]
    fn what_is_personal_is_taken_out_and_put_back() {
        let changes = json!({
            "before": null,
            "after": {
                "business_name": "Corner Café", "email": "ann@example.com", "phone": null,
                "owner": { "full_name": "Ann", "id": 1 }, "contacts": [{ "name": "Paula" }],
                "people": [{ "id": 1, "email": "bob@example.com" }], "lines": [{ "sku": "A" }],
            },
        });
        let apart = Personal::apart(changes.clone(), &anywhere());
        assert_eq!(
            apart.changes,
            json!({
                "before": null,
                "after": {
                    "business_name": "Corner Café", "email": "[personal]", "phone": null,
                    "owner": { "full_name": "[personal]", "id": 1 }, "contacts": "[personal]", "people": "[personal]",
                    "lines": [{ "sku": "A" }],
                },
            })
        );
        let details = apart.details.unwrap();
        assert_eq!((&details["ip"], &details["user_agent"]), (&json!("192.0.2.1"), &json!("suite/1")));
        assert_eq!(together(&apart.changes, details.get("changes")), changes);
    }

    #[test]
    fn where_nothing_is_personal_there_are_no_details() {
        let apart = Personal::apart(json!({ "before": null, "after": { "sku": "A" } }), &Client::default());
        assert!(apart.details.is_none());
    }

    /// Worked out apart from this code: another answer would contradict every entry that was written.
    #[test]
    fn the_hash_never_changes() {
        let hash = details_hash(&[7; 32], &json!({ "user_agent": "suite/1", "ip": "192.0.2.1" }));
        assert_eq!(
            purser_kernel::hex::encode(&hash),
            "db494f66d86e33078ae498d2f4e18d81e8bf83e794f6c3138e027e2451c5847e"
        );
    }
}
