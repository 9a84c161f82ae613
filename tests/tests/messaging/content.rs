//! Every type of message, as it is kept.
use purser_tests::{database::Engine, whatsapp, world::World};
use rstest::rstest;
use serde_json::{Value, json};

const FROM: &str = "16505551234";

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_type_is_kept(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    let media = |caption: Option<&str>| {
        json!({
            "id": "1003383421387256", "mime_type": "image/jpeg", "caption": caption,
            "sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        })
    };
    let items = json!([{ "product_retailer_id": "GLV-M", "quantity": 2, "item_price": 30, "currency": "USD" }]);
    let place = json!({ "latitude": 37.44, "longitude": -122.16, "name": "Dock 3" });
    // Type, content, what can be read as text, the structured part, and whether a reader has something to read.
    let cases = [
        ("text", json!({ "body": "10 boxes" }), "10 boxes", Value::Null, true),
        ("image", media(Some("two of these")), "two of these", Value::Null, true),
        ("image", media(None), "", Value::Null, false),
        ("video", media(None), "", Value::Null, false),
        ("audio", media(None), "", Value::Null, false),
        ("document", media(Some("our order")), "our order", Value::Null, true),
        ("sticker", media(None), "", Value::Null, false),
        ("location", place.clone(), "", place, false),
        ("contacts", json!([{ "name": {} }]), "", json!({ "contacts": [{ "name": {} }] }), false),
        (
            "interactive",
            json!({ "type": "list_reply", "list_reply": { "id": "1", "title": "Gloves M" } }),
            "Gloves M",
            json!({ "type": "list_reply", "id": "1", "title": "Gloves M" }),
            true,
        ),
        (
            "button",
            json!({ "payload": "again", "text": "Order again" }),
            "Order again",
            json!({ "payload": "again" }),
            true,
        ),
        (
            "order",
            json!({ "catalog_id": "1", "product_items": items }),
            "",
            json!({ "catalog_id": "1", "items": [{ "sku": "GLV-M", "quantity": "2" }] }),
            true,
        ),
        ("hologram", json!({ "x": 1 }), "", json!({ "type": "hologram", "content": { "x": 1 } }), false),
    ];
    for (kind, content, text, payload, is_readable) in cases {
        let mut given = whatsapp::message(FROM, json!({ "type": kind }));
        given[kind] = content;
        world.receive(&connection, &[given]).await;
        let message = world.messages(&world.conversations().await[0]).await.remove(0);
        let expected = if kind == "hologram" { "unsupported" } else { kind };
        assert_eq!(message["content_type"], expected);
        assert_eq!((&message["content"], &message["payload"]), (&json!(text), &payload), "{kind}");
        // Nobody is known by this address, so nothing was read yet but what needs no reader.
        let intent = if is_readable { Value::Null } else { json!("other") };
        assert_eq!(
            (&message["ai_processed"], &message["ai_extracted_intent"]),
            (&json!(!is_readable), &intent),
            "{kind}"
        );
        let has_file = ["image", "video", "audio", "document", "sticker"].contains(&kind);
        let kinds: Vec<_> = message["attachments"].as_array().unwrap().iter().map(|file| &file["kind"]).collect();
        assert_eq!(kinds, if has_file { vec![kind] } else { vec![] });
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn replies_and_reactions_name_what_they_are_about(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    let first = whatsapp::text(FROM, "ten boxes");
    let mut reply = whatsapp::text(FROM, "no, twelve");
    reply["context"] = json!({ "from": FROM, "id": first["id"] });
    let reaction = json!({ "type": "reaction", "reaction": { "message_id": first["id"], "emoji": "👍" } });
    let reaction = whatsapp::message(FROM, reaction);
    let mut stray = whatsapp::text(FROM, "as I said");
    stray["context"] = json!({ "id": "wamid.never-seen" });
    world.receive(&connection, &[first, reply, reaction, stray]).await;
    let messages = world.messages(&world.conversations().await[0]).await;
    let [stray, reaction, reply, first] = &messages[..] else { panic!("four messages: {messages:?}") };
    assert_eq!(reply["reply_to_id"], first["id"]);
    assert_eq!(reaction["reply_to_id"], first["id"]);
    assert_eq!(reaction["payload"]["emoji"], "👍");
    assert_eq!(reaction["ai_processed"], true);
    assert_eq!(stray["reply_to_id"], Value::Null);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_the_system_says_is_nobodys_message(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    let system = json!({ "body": "changed their number", "type": "user_changed_number" });
    world.receive(&connection, &[whatsapp::message(FROM, json!({ "type": "system", "system": system }))]).await;
    assert!(world.conversations().await.is_empty());
    assert_eq!(world.events().await[0]["status"], "ignored");
}

/// A form comes as JSON in a text and is kept inside of other JSON: together they may be deeper than can be read back.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_deep_form_is_kept_as_it_came(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    let form = format!("{}{}", "[".repeat(126), "]".repeat(126));
    let reply = json!({ "type": "nfm_reply", "nfm_reply": { "name": "flow", "response_json": form } });
    let message = whatsapp::message(FROM, json!({ "type": "interactive", "interactive": reply }));
    world.receive(&connection, &[message, whatsapp::text(FROM, "hello")]).await;
    let conversation = world.conversations().await.remove(0);
    let messages = world.messages(&conversation).await;
    assert_eq!(messages.len(), 2);
    assert_eq!(messages[1]["payload"]["response_json"], form);
}
