use super::*;
use proptest::prelude::*;
use purser_store::ports::{
    AttachmentKind,
    DeliveryStatus::{Delivered, Failed, Read, Sent},
    ReceivedMessage,
};
use serde_json::json;
use std::collections::BTreeSet;

const NUMBER: &str = "106540352242922";

fn parsed(body: &Value) -> Contents {
    parse(body.to_string().as_bytes(), IntegrationId::generate(), NUMBER).unwrap()
}

/// A notification as Meta's reference shows it, with these messages and statuses.
fn notification(messages: &Value, statuses: &Value) -> Value {
    json!({
        "object": "whatsapp_business_account",
        "entry": [{
            "id": "102290129340398",
            "changes": [{ "field": "messages", "value": {
                "messaging_product": "whatsapp",
                "metadata": { "display_phone_number": "15550783881", "phone_number_id": NUMBER },
                "contacts": [{ "profile": { "name": "Sheena Nelson" }, "wa_id": "16505551234" }],
                "messages": messages,
                "statuses": statuses,
            } }],
        }],
    })
}

fn message(mut content: Value) -> Value {
    content["from"] = "16505551234".into();
    content["id"] = "wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA=".into();
    content["timestamp"] = "1749416383".into();
    content
}

/// The one message in a notification with this content.
fn one(content: Value) -> ReceivedMessage {
    let mut delivery = parsed(&notification(&json!([message(content)]), &json!([])));
    assert_eq!(delivery.messages.len(), 1);
    assert!(delivery.skipped.is_empty());
    delivery.messages.remove(0)
}

#[test]
fn a_text() {
    let message = one(json!({ "type": "text", "text": { "body": "10 boxes of gloves" } }));
    assert_eq!((message.content_type, message.text.as_str()), ("text", "10 boxes of gloves"));
    assert_eq!((message.channel, message.from.as_str()), ("whatsapp", "16505551234"));
    assert_eq!(message.from_name.as_deref(), Some("Sheena Nelson"));
    assert_eq!(message.sent_at.timestamp(), 1_749_416_383);
    assert_eq!(message.payload, Value::Null);
    assert_eq!(message.reply_to_external_id, None);
}

#[test]
fn a_reply_names_what_it_answers() {
    let context = json!({ "from": "15550783881", "id": "wamid.before" });
    let message = one(json!({ "type": "text", "text": { "body": "yes" }, "context": context }));
    assert_eq!(message.reply_to_external_id.as_deref(), Some("wamid.before"));
}

#[test]
fn files() {
    let kinds = [
        ("image", AttachmentKind::Image),
        ("sticker", AttachmentKind::Image),
        ("video", AttachmentKind::Video),
        ("audio", AttachmentKind::Audio),
        ("document", AttachmentKind::Document),
    ];
    for (kind, expected) in kinds {
        let media = json!({
            "id": "1003383421387256", "mime_type": "application/x-of-this-kind", "caption": "two of these",
            "sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "filename": "list.pdf",
        });
        let message = one(json!({ "type": kind, kind: media }));
        assert_eq!((message.content_type, message.text.as_str()), (kind, "two of these"));
        let file = &message.attachments[0];
        assert_eq!((file.kind, file.external_id.as_str()), (expected, "1003383421387256"));
        assert_eq!(file.filename.as_deref(), Some("list.pdf"));
        // The digest of nothing (FIPS 180-4), which Meta sends in base64.
        let digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(file.sha256.as_deref(), Some(digest));
    }
}

#[test]
fn places_and_contacts_are_kept_whole_and_have_no_text() {
    let place = json!({ "latitude": 37.44, "longitude": -122.16, "name": "Dock 3" });
    let message = one(json!({ "type": "location", "location": place }));
    assert_eq!((message.content_type, message.text.as_str(), message.payload), ("location", "", place));
    let contacts = json!([{ "name": { "formatted_name": "Barbara J. Johnson" } }]);
    let message = one(json!({ "type": "contacts", "contacts": contacts }));
    assert_eq!(message.content_type, "contacts");
    assert_eq!(message.payload, json!({ "contacts": contacts }));
}

#[test]
fn choices() {
    let reply = json!({ "type": "button_reply", "button_reply": { "id": "again", "title": "Same as last week" } });
    let message = one(json!({ "type": "interactive", "interactive": reply }));
    assert_eq!((message.content_type, message.text.as_str()), ("interactive", "Same as last week"));
    assert_eq!(message.payload, json!({ "type": "button_reply", "id": "again", "title": "Same as last week" }));

    let row = json!({ "id": "express", "title": "Priority Mail", "description": "Next Day" });
    let message = one(json!({ "type": "interactive", "interactive": { "type": "list_reply", "list_reply": row } }));
    assert_eq!((message.text.as_str(), &message.payload["description"]), ("Priority Mail", &json!("Next Day")));

    let form = json!({ "name": "flow", "body": "Sent", "response_json": "{\"quantity\":\"3\"}" });
    let message = one(json!({ "type": "interactive", "interactive": { "type": "nfm_reply", "nfm_reply": form } }));
    assert_eq!((message.text.as_str(), &message.payload["response"]), ("", &json!({ "quantity": "3" })));

    let button = json!({ "payload": "reorder", "text": "Order again" });
    let message = one(json!({ "type": "button", "button": button }));
    assert_eq!((message.content_type, message.text.as_str()), ("button", "Order again"));
    assert_eq!(message.payload, json!({ "payload": "reorder" }));
}

#[test]
fn an_order_keeps_its_items_and_not_its_prices() {
    let item = |sku: &str, quantity: Value| json!({ "product_retailer_id": sku, "quantity": quantity, "item_price": 30, "currency": "USD" });
    let order = |items: Value| {
        json!({ "type": "order", "order": {
        "catalog_id": "194836987003835", "text": "by Friday please", "product_items": items,
    } })
    };
    let message = one(order(json!([item("GLV-M", json!(2)), item("GLV-L", json!("12"))])));
    assert_eq!((message.content_type, message.text.as_str()), ("order", "by Friday please"));
    let items = json!([{ "sku": "GLV-M", "quantity": "2" }, { "sku": "GLV-L", "quantity": "12" }]);
    assert_eq!(message.payload, json!({ "items": items, "catalog_id": "194836987003835" }));

    // Without one of its items it would be another order: a person reads it.
    for wrong in [json!(0), json!(-1), json!(null), json!("two"), json!(0.000_01)] {
        let message = one(order(json!([item("GLV-M", json!(2)), item("GLV-L", wrong)])));
        assert_eq!(message.content_type, "unsupported");
        assert!(message.payload["content"]["product_items"].is_array());
    }
}

#[test]
fn a_reaction_is_about_a_message() {
    let message = one(json!({ "type": "reaction", "reaction": { "message_id": "wamid.before", "emoji": "👍" } }));
    assert_eq!((message.content_type, message.text.as_str()), ("reaction", ""));
    assert_eq!(message.reply_to_external_id.as_deref(), Some("wamid.before"));
    let message = one(json!({ "type": "reaction", "reaction": { "message_id": "wamid.before" } }));
    assert_eq!(message.payload["emoji"], Value::Null);
}

#[test]
fn what_is_not_known_is_kept_for_a_person() {
    let errors = json!([{ "code": 131_051, "title": "Message type unknown" }]);
    let message = one(json!({ "type": "unsupported", "errors": errors }));
    assert_eq!(message.content_type, "unsupported");
    assert_eq!(message.payload, json!({ "type": "unsupported", "errors": errors }));
    assert_eq!(one(json!({ "type": "hologram", "hologram": { "x": 1 } })).payload["content"], json!({ "x": 1 }));
    assert_eq!(one(json!({ "type": "text", "text": "not an object" })).content_type, "unsupported");
    assert_eq!(one(json!({})).content_type, "unsupported");
}

#[test]
fn a_sender_without_a_number_has_an_id() {
    let mut given = message(json!({ "type": "text", "text": { "body": "hello" } }));
    given["from"] = Value::Null;
    given["from_user_id"] = "US.13491208655302741918".into();
    let delivery = parsed(&notification(&json!([given]), &json!([])));
    assert_eq!(delivery.messages[0].from, "US.13491208655302741918");
    assert_eq!(delivery.messages[0].from_name, None);
}

#[test]
fn the_system_speaks_for_nobody() {
    let system = json!({ "body": "NAME changed from +16505551234 to +16505555555", "type": "user_changed_number" });
    let delivery = parsed(&notification(&json!([message(json!({ "type": "system", "system": system }))]), &json!([])));
    assert!(delivery.messages.is_empty() && delivery.skipped.is_empty());
}

#[test]
fn a_wrong_message_does_not_lose_its_siblings() {
    let good = || message(json!({ "type": "text", "text": { "body": "good" } }));
    let without = |name: &str| {
        let mut message = good();
        message.as_object_mut().unwrap().remove(name);
        message
    };
    let mut long_id = good();
    long_id["id"] = "x".repeat(256).into();
    let mut late = good();
    late["timestamp"] = "99999999999999".into();
    let wrong = [without("from"), without("id"), without("timestamp"), long_id, late, json!(7), Value::Null];
    for wrong in wrong {
        let delivery = parsed(&notification(&json!([good(), wrong, good()]), &json!([{ "id": 1 }])));
        assert_eq!(delivery.messages.len(), 2);
        assert_eq!(delivery.skipped, BTreeSet::from([Skipped::Malformed]));
    }
}

#[test]
fn several_entries_and_changes() {
    let text = message(json!({ "type": "text", "text": { "body": "hi" } }));
    let mut body = notification(&json!([text, text]), &json!([]));
    let change = body["entry"][0]["changes"][0].clone();
    let mut other_number = change.clone();
    other_number["value"]["metadata"]["phone_number_id"] = "1".into();
    let template = json!({ "field": "message_template_status_update", "value": { "event": "APPROVED" } });
    body["entry"] = json!([
        { "id": "1", "changes": [change, change] },
        { "id": "2", "changes": [other_number, template, change] },
        { "id": "3" },
    ]);
    let delivery = parsed(&body);
    assert_eq!(delivery.messages.len(), 6);
    let skipped = [Skipped::Malformed, Skipped::OtherPhoneNumber, Skipped::OtherSubject];
    assert_eq!(delivery.skipped, BTreeSet::from(skipped));
}

#[test]
fn statuses() {
    let status = |status: &str| {
        json!({
            "id": "wamid.out", "status": status, "timestamp": "1750857384", "recipient_id": "16505551234",
            "errors": [{ "code": 131_026, "title": "Message undeliverable", "error_data": { "details": "16505551234 …" } }],
        })
    };
    let all = ["sent", "delivered", "read", "played", "failed", "deleted", "warning"].map(status);
    let delivery = parsed(&notification(&json!([]), &json!(all)));
    let statuses: Vec<_> = delivery.statuses.iter().map(|update| update.status).collect();
    assert_eq!(statuses, [Sent, Delivered, Read, Read, Failed]);
    assert_eq!(delivery.statuses[4].error.as_deref(), Some("131026 Message undeliverable"));
    assert!(delivery.skipped.is_empty());
}

#[test]
fn a_status_that_cannot_be_read_is_left_out_with_its_reason() {
    let delivery = parsed(&notification(&json!([]), &json!([{ "id": "wamid.out", "status": "sent" }])));
    assert!(delivery.statuses.is_empty());
    assert_eq!(delivery.skipped.into_iter().collect::<Vec<_>>(), [Skipped::Malformed]);
}

#[test]
fn what_is_no_notification() {
    let parse = |body: &[u8]| parse(body, IntegrationId::generate(), NUMBER).unwrap_err();
    assert_eq!(parse(b""), Unreadable::NotJson);
    assert_eq!(parse(b"{\"object\":"), Unreadable::NotJson);
    assert_eq!(parse(b"\xff\xfe"), Unreadable::NotJson);
    assert_eq!(parse("[".repeat(100_000).as_bytes()), Unreadable::NotJson);
    assert_eq!(parse(b"[]"), Unreadable::WrongShape);
    assert_eq!(parse(b"{\"object\":\"page\",\"entry\":[]}"), Unreadable::WrongShape);
    assert_eq!(parse(b"{\"object\":\"whatsapp_business_account\"}"), Unreadable::WrongShape);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        prop::sample::select(vec!["text", "order", "image", "system", "sent", "1749416383"]).prop_map(Value::from),
    ];
    let names =
        vec!["id", "from", "type", "timestamp", "text", "body", "order", "product_items", "quantity", "profile"];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(prop::sample::select(names.clone()), inner, 0..6).prop_map(|members| {
                members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Value>()
            }),
        ]
    })
}

proptest! {
    /// Whatever is in the places where Meta puts messages, contacts and statuses: no panic, and a good message beside it is read.
    #[test]
    fn arbitrary_parts_never_panic(given in any_json(), other in any_json()) {
        let good = message(json!({ "type": "text", "text": { "body": "good" } }));
        let mut body = notification(&json!([given, good]), &json!([other]));
        body["entry"][0]["changes"][0]["value"]["contacts"] = json!([other, given]);
        prop_assert!(parsed(&body).messages.iter().any(|message| message.text == "good"));
        let _ = parse(given.to_string().as_bytes(), IntegrationId::generate(), NUMBER);
    }

    #[test]
    fn arbitrary_bytes_never_panic(body: Vec<u8>) {
        prop_assert!(parse(&body, IntegrationId::generate(), NUMBER).is_err());
    }
}
