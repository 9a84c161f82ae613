//! For each provider, what it does not send, and last what it does.
use super::{
    super::shop::{MAIL, NUMBER},
    bodies::{
        Body::{Mail, Params},
        Case, DEEP, LAST, MALFORMED, MILK, SAYS_NOTHING, SHAPELESS, deep, each, long, nested, said, texts, utf_16,
    },
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use purser_tests::{
    doors::{
        gmail::{self, MAILBOX},
        sendgrid::{self, ADDRESS},
        twilio,
    },
    whatsapp::{self, PHONE_NUMBER_ID},
};
use serde_json::{Value, json};

pub(super) fn of_whatsapp() -> Vec<Case> {
    let message = whatsapp::text(NUMBER, "2 milk");
    let notify = |message: Value| said(whatsapp::messages(&[message]));
    let media = json!([{ "id": "1", "mime_type": "image/\0".repeat(99), "filename": long(), "caption": "2\0 milk" }]);
    let rows = [
        ("", json!([7, null, []]), MALFORMED),
        ("/id", json!(["wamid\0", "", long(), 7]), MALFORMED),
        ("/from", json!(["4915\u{0}112345678", [], 1e308]), MALFORMED),
        ("/timestamp", json!([LAST, LAST.to_string(), u64::MAX, -1, "-1", "1e400", 1.5, null, []]), MALFORMED),
        ("/type", json!([{}]), MALFORMED),
        // Somebody wrote, and a person can look at it.
        ("/type", json!(["\0", "location"]), Ok("")),
        ("/text", json!([null, []]), Ok("")),
        ("/text/body", json!([7]), Ok("")),
    ];
    let mut cases = each(&message, "/id", rows, notify);
    let contents = [
        // As deep as JSON is read.
        ("/location", json!([{ "a": deep(118) }, { "a\0": "\0", "b": -1e308, "c": u64::MAX }]), Ok("")),
        ("/order", json!([{ "product_items": [{ "product_retailer_id": "A", "quantity": 1e308 }] }]), Ok("")),
        ("/reaction", json!([{ "message_id": "\0", "emoji": "\0" }]), Ok("")),
        ("/interactive", json!([{ "type": "a", "a": { "response_json": nested(100) } }]), Ok("")),
        ("/image", media, MILK),
    ];
    for (place, values, end) in contents {
        let mut message = message.clone();
        message["type"] = json!(place[1..]);
        cases.extend(each(&message, "/id", [(place, values, end)], notify));
    }
    let rows = [
        ("/id", json!(["\0", 7]), MALFORMED),
        ("/timestamp", json!([LAST, -1]), MALFORMED),
        ("/errors", json!([{}, [{ "code": 1e308 }]]), MALFORMED),
        ("/errors", json!([[]]), SAYS_NOTHING),
    ];
    cases.extend(each(&whatsapp::status("", "failed"), "/id", rows, |status| {
        said(whatsapp::notification(&[vec![whatsapp::change(PHONE_NUMBER_ID, &[], &[status])]]))
    }));
    let rows = [
        ("", json!([7, 1e308, null, "x", [], {}]), SHAPELESS),
        ("/entry", json!([7, null, {}]), SHAPELESS),
        ("/entry", json!([[7], [[]], [{ "changes": [7] }]]), MALFORMED),
        ("/entry", json!([[], [{ "changes": [] }]]), Err("ignored")),
    ];
    cases.extend(each(&whatsapp::messages(&[]), "/n", rows, said));
    cases.extend(each(&message, "/id", texts("/text/body"), notify));
    cases
}

pub(super) fn of_twilio() -> Vec<Case> {
    let message: Value = serde_json::from_str(&twilio::object(&twilio::message(NUMBER, "2 milk"))).unwrap();
    let text = |(name, value): (&String, &Value)| (name.clone(), value.as_str().unwrap().to_owned());
    let params = |message: Value| Params(message.as_object().unwrap().iter().map(text).collect());
    let rows = || {
        [
            ("/MessageSid", json!(["SM\0", "", long()]), Err("ignored: other_subject")),
            ("/AccountSid", json!(["\0", long()]), Err("ignored: other_account")),
            ("/MessageStatus", json!(["\0", long()]), Err("ignored: other_status")),
            ("/From", json!(["\0", "", long()]), MALFORMED),
            ("/NumMedia", json!(["-1", "1e400", "99999999999999999999"]), MILK),
            ("/ProfileName", json!(["\0", long()]), MILK),
            ("/OriginalRepliedMessageSid", json!(["\0", long()]), MILK),
        ]
    };
    let mut cases = each(&message, "/MessageSid", rows(), params);
    cases.extend(each(&message, "/MessageSid", texts("/Body"), params));
    cases.extend(each(&message, "/MessageSid", rows(), said));
    let rows = [
        ("", json!([7, 1e308, null, "x", []]), SHAPELESS),
        ("", json!([{}]), Err("ignored: other_subject")),
        ("/From", json!([null, []]), MALFORMED),
        ("/Body", json!([[], {}]), Ok("")),
    ];
    cases.extend(each(&message, "/MessageSid", rows, said));
    cases.extend(each(&message, "/MessageSid", texts("/Body"), said));
    cases
}

pub(super) fn of_sendgrid() -> Vec<Case> {
    let event = json!({ "event": "delivered", "timestamp": 1_749_416_400, "sg_message_id": "1.1" });
    let rows = [
        ("", json!([7, null, [], {}]), MALFORMED),
        ("/timestamp", json!([LAST, u64::MAX, -1, 1.5, 1e308, "1749416400", null]), MALFORMED),
        ("/event", json!([7, null]), MALFORMED),
        ("/event", json!(["\0"]), Err("ignored: other_status")),
        ("/sg_message_id", json!(["\0", "", long(), 7]), MALFORMED),
        ("/reason", json!([deep(100)]), SAYS_NOTHING),
    ];
    let mut cases = each(&event, "/n", rows, |event| said(json!([event])));
    cases.extend(each(&event, "/n", [("", json!([7, 1e308, null, "x", {}]), SHAPELESS)], said));
    cases.push((said(json!([])), Err("ignored")));

    let mail = json!({ "envelope": json!({ "to": [ADDRESS] }).to_string(), "from": MAIL, "text": "2 milk" });
    let form = |mail: Value| {
        let parts = mail.as_object().unwrap().iter();
        let parts: Vec<_> = parts.map(|(name, text)| (&**name, text.as_str().unwrap().as_bytes())).collect();
        Mail(sendgrid::form(&parts))
    };
    let bottomless = format!("{{\"to\":[\"{ADDRESS}\"],\"x\":{}}}", nested(DEEP));
    let id = format!("Message-ID: <{}>\n", long().repeat(9));
    let rows = [
        ("/envelope", json!(["", "{\"to\":7}", nested(DEEP)]), SHAPELESS),
        ("/envelope", json!(["{\"to\":[]}", "{\"to\":[\"\\u0000\"]}"]), Err("ignored: other_recipient")),
        ("/envelope", json!([bottomless]), MILK),
        ("/from", json!(["\0", long().repeat(9)]), MALFORMED),
        ("/headers", json!(["Message-ID: <a\0b>\n", id]), MILK),
        ("/headers", json!(["Date: 8 Jun 10000 21:00:00 +0000", "Date: 8 Jun 292277026596 21:00:00 +0000"]), MILK),
        // Browsers refuse to read the first of them.
        ("/charsets", json!(["{\"text\":\"iso-2022-kr\"}", "{\"text\":7}", nested(DEEP)]), MILK),
        ("/a\"; filename=\"b", json!(["\0"]), MILK),
        ("/a\0", json!(["b"]), Err("dead: not_a_form")),
    ];
    cases.extend(each(&mail, "/n", rows, form));
    cases.extend(each(&mail, "/n", texts("/text"), form));
    let envelope = mail["envelope"].as_str().unwrap().as_bytes();
    let parts: [(&str, &[u8]); 4] = [
        ("envelope", envelope),
        ("from", MAIL.as_bytes()),
        ("text", &utf_16("2 milk")),
        ("charsets", b"{\"text\":\"utf-16\"}"),
    ];
    cases.push((Mail(sendgrid::form(&parts)), MILK));
    cases
}

pub(super) fn of_gmail() -> Vec<Case> {
    let note = json!({ "emailAddress": MAILBOX, "historyId": 1 });
    let wrap = |note: Value| {
        let data = STANDARD.encode(note.to_string());
        said(json!({ "message": { "data": data, "messageId": whatsapp::message_id() } }))
    };
    let beyond = json!([u64::MAX, "9223372036854775808", 0, -1, 1.5, 1e308, "1e400", null, [], {}]);
    let rows = [
        ("", json!([7, null, "x", [], {}]), SHAPELESS),
        ("/emailAddress", json!([7, null]), SHAPELESS),
        ("/emailAddress", json!(["\0"]), Err("ignored: other_mailbox")),
        ("/historyId", beyond, MALFORMED),
        ("/historyId", json!([1, "2"]), SAYS_NOTHING),
        ("/a", json!([deep(100)]), Err("ignored: stale")),
    ];
    let mut cases = each(&note, "/n", rows, wrap);
    let unread = [nested(DEEP).into_bytes(), utf_16("{}"), b"{\"emailAddress\":\"\",\"historyId\":1e400}".to_vec()];
    let rows = [
        ("", json!([7, 1e308, null, "x", [], {}]), SHAPELESS),
        ("/message", json!([7, null]), SHAPELESS),
        ("/message/data", json!([7, "\0", ""]), SHAPELESS),
        ("/message/data", json!(unread.map(|note| STANDARD.encode(note))), SHAPELESS),
        ("/message/messageId", json!([7]), SHAPELESS),
        ("/message/messageId", json!(["a\0"]), SAYS_NOTHING),
        // What is called nothing is not what was called nothing before.
        ("/message/messageId", json!([long(), "", "", " "]), Err("ignored: stale")),
    ];
    cases.extend(each(&gmail::push("", MAILBOX, &json!(3)), "/n", rows, said));
    cases.push((said(gmail::push("good", MAILBOX, &json!(4))), SAYS_NOTHING));
    cases
}

pub(super) fn of_hmac() -> Vec<Case> {
    let message = json!({ "visitor": { "id": "visitor-7", "name": "Vera" }, "text": "2 milk" });
    let rows = [
        ("", json!([7, 1e308, null, "x", [], {}]), MALFORMED),
        ("/text", json!([7, 1e308, null, [], {}]), MALFORMED),
        ("/visitor", json!([7, null, [], {}]), MALFORMED),
        ("/visitor/id", json!(["\0", "", long(), 1e308, 1.5, null, [], {}]), MALFORMED),
        ("/visitor/id", json!([i64::MIN, u64::MAX]), MILK),
        ("/visitor/name", json!(["\0", "", long(), 1e308, null, deep(100)]), MILK),
    ];
    let mut cases = each(&message, "/n", rows, said);
    cases.extend(each(&message, "/n", texts("/text"), said));
    cases
}
