use super::*;
use Skipped::{Malformed, OtherPhoneNumber, OtherSubject};
use purser_kernel::ids::IntegrationId;
use purser_store::ports::{DeliveryStatus, ReceivedMessage, StatusUpdate};
use std::time::SystemTime;

fn message() -> ReceivedMessage {
    ReceivedMessage {
        integration_id: IntegrationId::generate(),
        channel: "whatsapp",
        from: "16505551234".to_owned(),
        from_name: None,
        external_id: "wamid.in".to_owned(),
        reply_to_external_id: None,
        text: "2 milk".to_owned(),
        content_type: "text",
        payload: serde_json::Value::Null,
        attachments: Vec::new(),
        sent_at: SystemTime::UNIX_EPOCH.into(),
    }
}

fn report() -> StatusUpdate {
    StatusUpdate {
        integration_id: IntegrationId::generate(),
        external_id: "wamid.out".to_owned(),
        status: DeliveryStatus::Read,
        at: SystemTime::UNIX_EPOCH.into(),
        error: None,
    }
}

fn ending(messages: usize, reports: usize, skipped: &[Skipped]) -> (Status, Option<String>) {
    let contents = Contents {
        messages: vec![message(); messages],
        statuses: vec![report(); reports],
        news: None,
        skipped: skipped.iter().copied().collect(),
    };
    let Ending { status, error } = Ending::of(&contents);
    (status, error)
}

#[test]
fn an_event_with_anything_for_us_in_it_is_processed() {
    for (messages, reports) in [(1, 0), (0, 1), (2, 1)] {
        assert_eq!(ending(messages, reports, &[]), (Status::Processed, None));
        let (status, error) = ending(messages, reports, &[Malformed, OtherPhoneNumber]);
        assert_eq!(status, Status::Processed);
        assert_eq!(error.as_deref(), Some("malformed_part, other_phone_number"), "what was left out stands beside");
    }
}

#[test]
fn an_event_with_nothing_for_us_is_ignored() {
    assert_eq!(ending(0, 0, &[]), (Status::Ignored, None));
    assert_eq!(ending(0, 0, &[OtherSubject]), (Status::Ignored, Some("other_subject".to_owned())));
}

#[test]
fn an_event_that_held_only_what_cannot_be_read_is_dead() {
    assert_eq!(ending(0, 0, &[Malformed]).0, Status::Dead);
    assert_eq!(ending(0, 0, &[Malformed, OtherSubject]).0, Status::Dead);
}
