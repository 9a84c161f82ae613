use super::*;
use crate::contents::Skipped;
use purser_kernel::ids::IntegrationId;
use purser_store::ports::{DeliveryStatus, ReceivedMessage};
use serde_json::json;
use std::time::SystemTime;

const FORM: &str = "multipart/form-data; boundary=xYzZY";

fn config() -> SendGridConfig {
    let addresses = vec!["orders@shop.example".to_owned()];
    SendGridConfig { addresses, inbound_public_key: None, event_public_key: None }
}

fn parcel<'b>(content_type: &'b str, body: &'b [u8]) -> Parcel<'b> {
    Parcel {
        integration_id: IntegrationId::generate(),
        content_type: Some(content_type),
        body,
        event_id: "event",
        received_at: SystemTime::UNIX_EPOCH.into(),
    }
}

fn form(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let part = |(name, value): &(&str, &[u8])| {
        let head = format!("--xYzZY\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        [head.as_bytes(), value, b"\r\n"].concat()
    };
    [parts.iter().flat_map(part).collect::<Vec<u8>>(), b"--xYzZY--\r\n".to_vec()].concat()
}

const ENVELOPE: (&str, &[u8]) = ("envelope", b"{\"to\":[\"Orders@shop.example\"],\"from\":\"bounce@example.com\"}");

async fn read_form(body: &[u8]) -> Result<Contents, Unreadable> {
    read(&config(), parcel(FORM, body)).await
}

async fn mail(parts: &[(&str, &[u8])]) -> ReceivedMessage {
    read_form(&form(&[&[ENVELOPE], parts].concat())).await.unwrap().messages.remove(0)
}

#[tokio::test]
async fn each_field_is_read_in_its_encoding() {
    let mail = mail(&[
        (
            "headers",
            b"Message-ID: <1@example.com>\nIn-Reply-To: <0@shop.example>\nDate: Sun, 08 Jun 2025 21:00:00 +0000\n",
        ),
        ("from", b"J\xfcrgen <Ann@Example.com>"),
        ("subject", "Bestellung für März".as_bytes()),
        ("text", b"2 K\xe4se f\xfcr 3 \x80"),
        ("charsets", br#"{"from":"iso-8859-1","subject":"UTF-8","text":"windows-1252"}"#),
        ("SPF", b"pass"),
    ])
    .await;
    assert_eq!((mail.channel, &*mail.from, mail.from_name.as_deref()), ("email", "ann@example.com", Some("Jürgen")));
    assert_eq!(mail.text, "2 Käse für 3 €");
    assert_eq!((&mail.payload["subject"], &mail.payload["spf"]), (&json!("Bestellung für März"), &json!("pass")));
    assert_eq!((&*mail.external_id, mail.reply_to_external_id.as_deref()), ("1@example.com", Some("0@shop.example")));
    assert_eq!(mail.sent_at.timestamp(), 1_749_416_400);
}

#[tokio::test]
async fn what_names_no_encoding_is_utf_8() {
    let one_that_browsers_refuse = br#"{"text":"iso-2022-kr"}"#;
    for charsets in [&b"{}"[..], b"no json", br#"{"text":"klingon"}"#, br#"{"text":7}"#, one_that_browsers_refuse] {
        let mail = mail(&[("from", b"a@b.example"), ("text", "Käse".as_bytes()), ("charsets", charsets)]).await;
        assert_eq!((&*mail.text, &*mail.external_id), ("Käse", "event"));
    }
}

#[tokio::test]
async fn a_mail_without_text_is_read_from_its_page_or_its_subject() {
    let page = mail(&[("from", b"a@b.example"), ("text", b" \n"), ("html", b"<p>2 <b>milk</b></p>")]).await;
    assert_eq!(page.text, "2 milk");
    assert_eq!(mail(&[("from", b"a@b.example"), ("subject", b"2 milk")]).await.text, "2 milk");
}

#[tokio::test]
async fn the_envelope_says_whose_it_is() {
    let other: (&str, &[u8]) = ("envelope", br#"{"to":["info@shop.example"],"from":"a@b.example"}"#);
    let read = read_form(&form(&[other, ("to", b"orders@shop.example"), ("text", b"x")])).await.unwrap();
    assert!(read.messages.is_empty() && read.skipped.contains(&Skipped::OtherRecipient), "the header To says nothing");
    assert_eq!(read_form(&form(&[("text", b"x")])).await.unwrap_err(), Unreadable::WrongShape);
    let raw = form(&[ENVELOPE, ("email", b"From: a@b.example\n\nx")]);
    assert_eq!(read_form(&raw).await.unwrap_err(), Unreadable::RawMime);
}

#[tokio::test]
async fn a_form_that_breaks_off_or_never_ends_is_none() {
    let whole = form(&[ENVELOPE, ("text", b"x")]);
    for end in [0, 1, 7, 20, 60, whole.len() - 12] {
        assert_eq!(read_form(&whole[..end]).await.unwrap_err(), Unreadable::NotAForm, "{end}");
    }
    let many = form(&[("a", &b"b"[..]); 201]);
    assert_eq!(read_form(&many).await.unwrap_err(), Unreadable::TooManyParts);
    let unnamed = read(&config(), parcel("multipart/form-data", &whole)).await;
    assert_eq!(unnamed.unwrap_err(), Unreadable::NotAForm);
}

#[tokio::test]
async fn what_is_attached_is_known_by_its_digest() {
    let mut body = form(&[ENVELOPE, ("from", b"a@b.example"), ("text", b"see below")]);
    body.truncate(body.len() - "--xYzZY--\r\n".len());
    body.extend_from_slice(
        b"--xYzZY\r\nContent-Disposition: form-data; name=\"attachment1\"; filename=\"order.pdf\"\r\n\
        Content-Type: application/pdf\r\n\r\n%PDF\r\n--xYzZY--\r\n",
    );
    let file = read_form(&body).await.unwrap().messages.remove(0).attachments.remove(0);
    assert_eq!((&*file.content_type, file.filename.as_deref()), ("application/pdf", Some("order.pdf")));
    assert_eq!(file.sha256.as_deref().map(str::len), Some(64));
}

#[tokio::test]
async fn a_mail_is_called_by_its_id_and_whom_it_came_for() {
    let headers: (&str, &[u8]) = ("headers", b"Message-ID: <1@example.com>\n");
    let id = async |parts: &[(&str, &[u8])]| mail::event_id(&form::read(FORM, &form(parts)).await.unwrap());
    let first = id(&[ENVELOPE, headers, ("spam_score", b"1")]).await;
    assert!(first.is_some());
    assert_eq!(first, id(&[("spam_score", b"2"), headers, ENVELOPE]).await);
    let other: (&str, &[u8]) = ("envelope", br#"{"to":["info@shop.example"],"from":"bounce@example.com"}"#);
    assert_ne!(first, id(&[other, headers]).await);
    assert_eq!(id(&[ENVELOPE]).await, None);
}

#[tokio::test]
async fn events_say_how_far_a_mail_has_come() {
    let event =
        |name: &str| json!({ "event": name, "timestamp": 1, "sg_message_id": "abc.filter0001.1", "sg_event_id": "e" });
    let mut bounce = event("bounce");
    bounce["status"] = "5.1.1".into();
    bounce["reason"] = "550 5.1.1 ann@example.com is not here".into();
    bounce["smtp-id"] = "<own@shop.example>".into();
    let mut machine = event("open");
    machine["sg_machine_open"] = true.into();
    let batch =
        json!([event("processed"), event("open"), machine, event("deferred"), bounce, { "event": 7 }]).to_string();
    let read = read(&config(), parcel("application/json", batch.as_bytes())).await.unwrap();
    let statuses: Vec<_> = read.statuses.iter().map(|update| (&*update.external_id, update.status)).collect();
    let expected = [
        ("abc", DeliveryStatus::Sent),
        ("abc", DeliveryStatus::Read),
        ("abc", DeliveryStatus::Failed),
        ("own@shop.example", DeliveryStatus::Failed),
    ];
    assert_eq!(statuses, expected);
    assert_eq!(read.statuses[2].error.as_deref(), Some("bounce 5.1.1"));
    assert_eq!(read.skipped.into_iter().collect::<Vec<_>>(), [Skipped::Malformed, Skipped::OtherStatus]);
}

#[tokio::test]
async fn a_header_that_is_made_to_be_looked_at_for_ever_is_not() {
    let endless =
        format!("Message-ID: {}{}\nDate: {}\n", " =?".repeat(5_000), "?=x".repeat(5_000), "=?x?=".repeat(5_000));
    let message = mail(&[("headers", endless.as_bytes()), ("from", b"ann@example.com"), ("text", b"2 milk")]).await;
    assert_eq!((message.external_id.as_str(), message.sent_at), ("event", SystemTime::UNIX_EPOCH.into()));
}
