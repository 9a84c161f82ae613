//! What an event holds for us, in terms that all providers share.
use crate::{
    gmail, hmac_webhook,
    provider::Provider,
    sendgrid, twilio,
    whatsapp::{WhatsAppConfig, payload},
};
use purser_entity_integrations::{inbound_event, integration};
use purser_kernel::{Problem, Timestamp, ids::IntegrationId};
use purser_store::ports::{AttachmentKind, ReceivedMessage, StatusUpdate};
use std::collections::BTreeSet;

/// What a body holds for the integration.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    /// In the order in which they stand.
    pub(crate) messages: Vec<ReceivedMessage>,
    /// In the order in which they stand.
    pub(crate) statuses: Vec<StatusUpdate>,
    /// What others may want to hear of.
    pub(crate) news: Option<News>,
    /// Why something was left out.
    pub(crate) skipped: BTreeSet<Skipped>,
}

/// What is published of an event that is no message and no status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// It came.
    Received,
    /// A mailbox has changed up to this number of its history.
    MailboxChanged {
        /// Google's `historyId`.
        history_id: i64,
    },
}

/// Why a part of a body was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Skipped {
    /// It has not the shape that the provider documents.
    Malformed,
    /// It is about an account that is not the integration's.
    OtherAccount,
    /// It is about a mailbox that is not the integration's.
    OtherMailbox,
    /// It is about a telephone number that is not the integration's.
    OtherPhoneNumber,
    /// It is to nobody whom the integration receives mails for.
    OtherRecipient,
    /// It says something of a message, but not how far it has come.
    OtherStatus,
    /// It is about something else than messages, such as the state of a template or of an account.
    OtherSubject,
    /// What it tells was known already.
    Stale,
}

impl Skipped {
    /// The name that operators see.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed_part",
            Self::OtherAccount => "other_account",
            Self::OtherMailbox => "other_mailbox",
            Self::OtherPhoneNumber => "other_phone_number",
            Self::OtherRecipient => "other_recipient",
            Self::OtherStatus => "other_status",
            Self::OtherSubject => "other_subject",
            Self::Stale => "stale",
        }
    }
}

/// A body of which nothing can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// It is not JSON.
    NotJson,
    /// It is not a form, or one that breaks off.
    NotAForm,
    /// A form has more parts, or parameters, than anybody sends.
    TooManyParts,
    /// It is a mail as it was sent, which is not taken to pieces here.
    RawMime,
    /// It is not what the provider documents.
    WrongShape,
}

impl Unreadable {
    /// The name that operators see.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::NotJson => "not_json",
            Self::NotAForm => "not_a_form",
            Self::TooManyParts => "too_many_parts",
            Self::RawMime => "raw_mime",
            Self::WrongShape => "wrong_shape",
        }
    }
}

/// An event that is to be read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parcel<'e> {
    pub(crate) integration_id: IntegrationId,
    pub(crate) content_type: Option<&'e str>,
    pub(crate) body: &'e [u8],
    /// The provider's name for it, or ours.
    pub(crate) event_id: &'e str,
    /// For what a provider sends without a time.
    pub(crate) received_at: Timestamp,
}

/// Reads the event in the terms of the integration's provider.
pub(crate) async fn read(
    event: &inbound_event::Model,
    integration: &integration::Model,
) -> Result<Result<Contents, Unreadable>, Problem> {
    let parcel = Parcel {
        integration_id: integration.id,
        content_type: event.headers.0.get("content-type").map(String::as_str),
        body: &event.body,
        event_id: &event.provider_event_id,
        received_at: event.received_at,
    };
    let config = &integration.config;
    Ok(match Provider::named(&integration.provider)? {
        Provider::WhatsApp => {
            payload::parse(&event.body, integration.id, &WhatsAppConfig::from_json(config)?.phone_number_id)
        }
        Provider::Twilio => twilio::read(&crate::connections::config(config)?, parcel),
        Provider::SendGrid => sendgrid::read(&crate::connections::config(config)?, parcel).await,
        Provider::Gmail => gmail::read(&crate::connections::config(config)?, parcel),
        Provider::Hmac => hmac_webhook::read(&crate::connections::config(config)?, parcel),
        Provider::Ldap | Provider::Oidc => return Err(Problem::internal("a provider without a door")),
    })
}

/// The longest id that can be kept.
const MAX_ID: usize = 255;

/// Whether an id can be kept as it is: a cut id would be another's.
pub(crate) fn is_id(id: &str) -> bool {
    !id.trim().is_empty() && id.chars().count() <= MAX_ID && !id.chars().any(char::is_control)
}

/// What kind of file has this media type.
pub(crate) fn file_kind(media_type: &str) -> AttachmentKind {
    match media_type.split('/').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "image" => AttachmentKind::Image,
        "audio" => AttachmentKind::Audio,
        "video" => AttachmentKind::Video,
        _ => AttachmentKind::Document,
    }
}

/// The end of the year 9999: what comes later has no place in RFC 3339.
const LAST_SECOND: i64 = 253_402_300_799;

/// A time that can be kept, of seconds since 1970.
pub(crate) fn time(seconds: i64) -> Option<Timestamp> {
    (0..=LAST_SECOND).contains(&seconds).then(|| chrono::DateTime::from_timestamp(seconds, 0)).flatten()
}
