use super::*;
use purser_kernel::ids::IntegrationId;
use purser_store::ports::{AttachmentKind, DeliveryStatus, ReceivedMessage};
use serde_json::json;
use std::time::SystemTime;

const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";

fn contents(content_type: &str, body: &str) -> Result<Contents, Unreadable> {
    let parcel = Parcel {
        integration_id: IntegrationId::generate(),
        content_type: Some(content_type),
        body: body.as_bytes(),
        event_id: "event",
        received_at: SystemTime::UNIX_EPOCH.into(),
    };
    read(&TwilioConfig { account_sid: ACCOUNT.to_owned() }, parcel)
}

fn form(params: &str) -> Contents {
    let body = format!("MessageSid=SM1&AccountSid={ACCOUNT}&{params}");
    contents("application/x-www-form-urlencoded", &body).unwrap()
}

fn message(params: &str) -> ReceivedMessage {
    form(params).messages.remove(0)
}

#[test]
fn the_sender_says_which_channel_it_is() {
    let sms = message("From=%2B14155238886&Body=2+milk");
    assert_eq!((sms.channel, &*sms.from, &*sms.text), ("sms", "14155238886", "2 milk"));
    let whatsapp = message("From=whatsapp%3A%2B14155238886&Body=hi&ProfileName=+Ann+");
    assert_eq!((whatsapp.channel, &*whatsapp.from), ("whatsapp", "14155238886"));
    assert_eq!(whatsapp.from_name.as_deref(), Some("Ann"));
    assert_eq!(message("From=12345&Body=x").from, "12345");
    assert_eq!(message("From=ACME+Shop&Body=x").from, "acme shop");
}

#[test]
fn files_stay_where_they_are() {
    let message = message(
        "From=%2B14155238886&Body=these&NumMedia=2&MediaUrl0=https%3A%2F%2Fapi.twilio.com%2F1&MediaContentType0=image%2Fjpeg\
         &MediaUrl1=https%3A%2F%2Fapi.twilio.com%2F2&MediaContentType1=application%2Fpdf",
    );
    assert_eq!((message.content_type, &*message.text), ("image", "these"));
    let kinds: Vec<_> = message.attachments.iter().map(|file| (file.kind, &*file.external_id)).collect();
    let expected =
        [(AttachmentKind::Image, "https://api.twilio.com/1"), (AttachmentKind::Document, "https://api.twilio.com/2")];
    assert_eq!(kinds, expected);
    assert!(message_of_many().attachments.len() <= 10);
}

fn message_of_many() -> ReceivedMessage {
    let files: String = (0..50).map(|at| format!("&MediaUrl{at}=u{at}")).collect::<Vec<_>>().concat();
    message(&format!("From=%2B14155238886&NumMedia=18446744073709551615{files}"))
}

#[test]
fn a_choice_and_a_place_are_what_they_are() {
    let choice = message("From=%2B14155238886&ButtonText=Yes&ButtonPayload=confirm");
    assert_eq!(
        (choice.content_type, &*choice.text, choice.payload),
        ("button", "Yes", json!({ "payload": "confirm" }))
    );
    let place = message("From=%2B14155238886&Latitude=1.5&Longitude=2.5&Label=Dock");
    assert_eq!((place.content_type, &place.payload["name"]), ("location", &json!("Dock")));
}

#[test]
fn a_status_is_read_by_its_name() {
    let status = |params: &str| form(params).statuses.remove(0);
    for (name, expected) in [
        ("sent", DeliveryStatus::Sent),
        ("delivered", DeliveryStatus::Delivered),
        ("read", DeliveryStatus::Read),
        ("undelivered", DeliveryStatus::Failed),
    ] {
        assert_eq!(status(&format!("MessageStatus={name}")).status, expected);
    }
    let failed = status("MessageStatus=failed&ErrorCode=30003&ErrorMessage=%2B14155238886+unreachable");
    assert_eq!(failed.error.as_deref(), Some("twilio 30003"));
    assert_eq!(form("MessageStatus=queued").skipped.into_iter().collect::<Vec<_>>(), [Skipped::OtherStatus]);
}

#[test]
fn what_is_for_somebody_else_is_left_out() {
    let read = |body: &str| contents("application/x-www-form-urlencoded", body).unwrap();
    let other = read("MessageSid=SM1&AccountSid=ACffffffffffffffffffffffffffffffff&From=%2B14155238886");
    assert!(other.messages.is_empty() && other.skipped.contains(&Skipped::OtherAccount));
    assert!(read("CallSid=CA1").skipped.contains(&Skipped::OtherSubject));
    let body = format!("MessageSid=SM1&AccountSid={ACCOUNT}&Body=from+nobody");
    assert!(read(&body).skipped.contains(&Skipped::Malformed));
}

#[test]
fn json_is_read_the_same_way() {
    let body =
        json!({ "MessageSid": "SM1", "AccountSid": ACCOUNT, "From": "+14155238886", "Body": "hi", "NumMedia": 0 });
    let message = contents("application/json", &body.to_string()).unwrap().messages.remove(0);
    assert_eq!((message.channel, &*message.text), ("sms", "hi"));
    assert_eq!(contents("application/json", "[]").unwrap_err(), Unreadable::WrongShape);
    assert_eq!(contents("application/json", "{").unwrap_err(), Unreadable::NotJson);
    let many = "a=b&".repeat(501);
    assert_eq!(contents("application/x-www-form-urlencoded", &many).unwrap_err(), Unreadable::TooManyParts);
}
