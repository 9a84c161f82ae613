//! What stands in jobs. Every worker and every administrator of the platform reads that table, whoever's they are: there are ids, numbers,
//! times and words of the program's own, and nothing that a tenant or a customer has written.
use crate::database::TestDatabase;
use Form::{Flag, Id, Number, OneOf, Time};
use purser_kernel::Timestamp;
use serde_json::Value;
use std::collections::BTreeSet;

/// What a field holds.
#[derive(Clone, Copy, Debug)]
enum Form {
    Id,
    Number,
    Flag,
    Time,
    /// One of the program's own words.
    OneOf(&'static [&'static str]),
}

/// A kind of job, and each field that its payload may have, as a pointer into it.
type Kind = (&'static str, &'static [(&'static str, Form)]);

/// **Where a new kind of job is entered.**
const KINDS: [Kind; 30] = [
    ("approvals.expire", &[]),
    (
        "approvals.mail",
        &[
            ("/user_id", Id),
            ("/about/decide/link_id", Id),
            ("/about/decide/reminder", Flag),
            ("/about/outcome/request_id", Id),
        ],
    ),
    ("approvals.review", &[("/subject", OneOf(&["order", "role_change"]))]),
    ("auth.forget_strangers", &[]),
    ("auth.mail_notice", &[("/user_id", Id), ("/notice", OneOf(&["mfa_reset"]))]),
    ("auth.mail_sign_up", &[("/sign_up_id", Id)]),
    ("auth.mail_token", &[("/user_id", Id), ("/purpose", OneOf(&["reset_password", "verify_email"]))]),
    ("auth.rotate_signing_keys", &[]),
    ("compliance.purge_begun", &[]),
    ("compliance.purge_deleted", &[]),
    ("compliance.scan_text", &[("/resource", OneOf(&["customer", "message", "order"])), ("/id", Id)]),
    ("compliance.scan_texts", &[("/scan_id", Id)]),
    ("compliance.seal", &[]),
    ("compliance.seal_late", &[]),
    ("compliance.sweep_pii_findings", &[]),
    ("inbound.process", &[("/event_id", Id)]),
    ("invitation.mail", &[("/invitation_id", Id), ("/number", Number)]),
    ("media.remove_blob", &[("/blob", Id)]),
    ("media.sweep", &[]),
    ("notifications.digest", &[]),
    ("notifications.mail", &[("/one/id", Id), ("/digest/user_id", Id), ("/digest/at", Time)]),
    ("ordering.read_conversation", &[("/conversation_id", Id)]),
    (
        "outbox.deliver",
        &[
            ("/event_id", Id),
            (
                "/subscriber",
                OneOf(&[
                    "approvals.tell",
                    "compliance.predefined_pii_rules",
                    "messaging.notify",
                    "ordering.predefined_labels",
                ]),
            ),
        ],
    ),
    ("outbox.dispatch", &[]),
    ("platform.analyze", &[]),
    ("platform.purge", &[]),
    ("platform.retention", &[]),
    ("tenancy.purge_closed", &[]),
    ("webhooks.deliver", &[("/endpoint_id", Id)]),
    ("webhooks.sweep", &[]),
];

/// Nobody does such a job, and it says nothing.
const NOBODYS: Kind = ("", &[]);

/// The kinds whose jobs say something.
pub fn that_say_something() -> BTreeSet<&'static str> {
    KINDS.iter().filter(|(_, fields)| !fields.is_empty()).map(|(kind, _)| *kind).collect()
}

/// Every kind.
pub fn kinds() -> Vec<&'static str> {
    KINDS.iter().map(|(kind, _)| *kind).collect()
}

/// Looks at every job that there is, whatever became of it. Returns the kinds of those that say something.
pub async fn assert_no_words(database: &TestDatabase) -> BTreeSet<&'static str> {
    let sql = "select kind, cast(payload as text), unique_key, last_error from jobs";
    let (mut seen, mut faults) = (BTreeSet::new(), Vec::new());
    for row in database.owner().await.rows(sql).await.expect("jobs can be read") {
        let [kind, payload, unique_key, last_error]: [String; 4] = row.try_into().expect("four columns");
        let known = KINDS.iter().find(|(name, _)| *name == kind);
        let (name, fields) = known.copied().unwrap_or(NOBODYS);
        let payload: Value = serde_json::from_str(&payload).expect("a payload is JSON");
        let mut leaves = Vec::new();
        collect(String::new(), &payload, &mut leaves);
        for (pointer, value) in &leaves {
            let field = fields.iter().find(|(field, _)| field == pointer);
            if !field.is_some_and(|(_, form)| form.is_of(value)) {
                faults.push(format!("{kind}: {pointer} is {value}"));
            }
        }
        if !leaves.is_empty() {
            seen.insert(name);
        }
        let is_plain = |part: &str| part == kind || Id.takes(part) || part.parse::<i64>().is_ok();
        if !unique_key.is_empty() && !unique_key.split(':').all(is_plain) {
            faults.push(format!("{kind}: the key is {unique_key}"));
        }
        if !last_error.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
            faults.push(format!("{kind}: the error is {last_error}"));
        }
    }
    assert!(faults.is_empty(), "what stands in a job is no id: {faults:#?}");
    seen
}

/// Everything in a value that has nothing below it, by where it stands.
fn collect(pointer: String, value: &Value, leaves: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, member)| collect(format!("{pointer}/{name}"), member, leaves));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| collect(format!("{pointer}/{at}"), item, leaves));
        }
        leaf => leaves.push((pointer, leaf.clone())),
    }
}

impl Form {
    fn is_of(self, value: &Value) -> bool {
        match (self, value) {
            (Number, Value::Number(_)) | (Flag, Value::Bool(_)) => true,
            (_, Value::String(text)) => self.takes(text),
            _ => false,
        }
    }

    fn takes(self, text: &str) -> bool {
        match self {
            Id => text.len() == 36 && text.parse::<purser_kernel::Id<()>>().is_ok(),
            Time => text.parse::<Timestamp>().is_ok(),
            OneOf(words) => words.contains(&text),
            Number | Flag => false,
        }
    }
}
