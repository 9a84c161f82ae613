//! What is pushed: an envelope of Pub/Sub with a note of Gmail in it.
use super::GmailConfig;
use crate::contents::{Contents, News, Parcel, Skipped, Unreadable};
use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde::Deserialize;
use serde_json::Value;

/// Google writes either alphabet's and leaves padding out at times.
const ENGINE: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const PLAIN: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, ENGINE);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, ENGINE);

#[derive(Deserialize)]
struct Envelope {
    message: Message,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    #[serde(default)]
    data: String,
    message_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Note {
    email_address: String,
    history_id: Value,
}

/// Pub/Sub's id of the message: the same when it is pushed again.
pub(crate) fn event_id(body: &[u8]) -> Option<String> {
    serde_json::from_slice::<Envelope>(body).ok()?.message.message_id
}

/// Reads a push.
pub(crate) fn read(config: &GmailConfig, parcel: Parcel<'_>) -> Result<Contents, Unreadable> {
    let body: Value = serde_json::from_slice(parcel.body).map_err(|_| Unreadable::NotJson)?;
    let envelope = Envelope::deserialize(body).map_err(|_| Unreadable::WrongShape)?;
    let data = envelope.message.data;
    let data = PLAIN.decode(&data).or_else(|_| URL_SAFE.decode(&data)).map_err(|_| Unreadable::WrongShape)?;
    let note: Note = serde_json::from_slice(&data).map_err(|_| Unreadable::WrongShape)?;
    let mut contents = Contents::default();
    match number(&note.history_id) {
        None => contents.skipped.extend([Skipped::Malformed]),
        Some(_) if !note.email_address.eq_ignore_ascii_case(&config.email_address) => {
            contents.skipped.extend([Skipped::OtherMailbox]);
        }
        Some(history_id) => contents.news = Some(News::MailboxChanged { history_id }),
    }
    Ok(contents)
}

/// Google sends a number, in some places as text.
fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok()).filter(|number| *number > 0)
}
