//! A mail that came in.
//!
//! SendGrid, "Inbound Parse Webhook": `envelope` says whom it came for, `headers` are its headers as they were, `charsets` says in which encoding
//! each field is. A mail "as it was sent" (`send_raw`) is not taken: what is nested in it without end takes a reader down.
use super::{config::SendGridConfig, form::Part, words};
use crate::contents::{self, Contents, Parcel, Skipped, Unreadable, file_kind, is_id};
use encoding_rs::{Encoding, UTF_8};
use mailparse::{MailAddr, MailHeader, MailHeaderMap, SingleInfo};
use purser_kernel::{Email, hex, text};
use purser_store::ports::{NewAttachment, ReceivedMessage};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// What is kept beside the words, in characters.
const MAX_QUOTED: usize = 20_000;
const MAX_LINE: usize = 500;
/// The longest line that a header may have is 998 characters (RFC 5322, section 2.1.1); an id or a date has one.
const MAX_HEADER: usize = 998;
/// More than anybody calls themselves.
const MAX_SENDER: usize = 1_000;
/// SendGrid takes mails of 30 MB: no one has more files in it that anybody looks through.
const MOST_FILES: usize = 50;

#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    to: Vec<String>,
    from: Option<String>,
}

/// The form's fields as texts.
struct Fields<'p> {
    parts: &'p [Part],
    charsets: BTreeMap<String, String>,
}

impl<'p> Fields<'p> {
    fn of(parts: &'p [Part]) -> Self {
        let charsets = parts.iter().find(|part| part.name == "charsets");
        let charsets = charsets.and_then(|part| serde_json::from_slice(&part.bytes).ok()).unwrap_or_default();
        Self { parts, charsets }
    }

    /// A field in the encoding that `charsets` names for it; UTF-8 where that is none, or one that browsers refuse: read as UTF-8, what is
    /// ASCII in it stays.
    fn text(&self, name: &str) -> Option<String> {
        let part = self.parts.iter().find(|part| part.name == name && part.filename.is_none())?;
        let label = self.charsets.get(name).map(String::as_bytes).unwrap_or_default();
        let encoding = Encoding::for_label_no_replacement(label).unwrap_or(UTF_8);
        Some(encoding.decode(&part.bytes).0.into_owned())
    }

    fn envelope(&self) -> Option<Envelope> {
        serde_json::from_str(&self.text("envelope")?).ok()
    }
}

/// A header as it stands there. Ids and dates have no encoded words (RFC 2047), and looking for some in a line that is made for it takes
/// for ever.
fn plain<'h>(headers: &'h [MailHeader<'_>], name: &str) -> Option<&'h str> {
    let value = headers.get_first_header(name)?.get_value_raw();
    std::str::from_utf8(value).ok().filter(|value| value.len() <= MAX_HEADER)
}

/// The mail's own id, without its brackets.
fn message_id(headers: &[MailHeader<'_>], name: &str) -> Option<String> {
    let id = plain(headers, name)?;
    let id = id.split_ascii_whitespace().next()?.trim_matches(['<', '>']).to_owned();
    Some(id).filter(|id| is_id(id))
}

/// What the mail is called at the door: its own id and whom it came for. A mail to two of our addresses comes once for each.
pub(super) fn event_id(parts: &[Part]) -> Option<String> {
    let fields = Fields::of(parts);
    let headers = fields.text("headers")?;
    let (headers, _) = mailparse::parse_headers(headers.as_bytes()).ok()?;
    let id = message_id(&headers, "message-id")?;
    let envelope = fields.envelope()?;
    let whole = format!("{id}\n{}\n{}", envelope.from.unwrap_or_default(), envelope.to.join("\n"));
    Some(hex::encode(&Sha256::digest(whole)))
}

/// Reads a mail.
pub(super) fn read(config: &SendGridConfig, parts: &[Part], parcel: Parcel<'_>) -> Result<Contents, Unreadable> {
    let fields = Fields::of(parts);
    let Some(envelope) = fields.envelope() else {
        return Err(Unreadable::WrongShape);
    };
    if fields.text("email").is_some() {
        return Err(Unreadable::RawMime);
    }
    let mut contents = Contents::default();
    let is_ours = |address: &String| config.addresses.contains(&address.trim().to_ascii_lowercase());
    let message = match envelope.to.iter().find(|address| is_ours(address)) {
        Some(to) => message(&fields, &envelope, to, parcel).ok_or(Skipped::Malformed),
        None => Err(Skipped::OtherRecipient),
    };
    match message {
        Ok(message) => contents.messages.push(message),
        Err(reason) => contents.skipped.extend([reason]),
    }
    Ok(contents)
}

/// The message, or `None` without a sender.
fn message(fields: &Fields<'_>, envelope: &Envelope, to: &str, parcel: Parcel<'_>) -> Option<ReceivedMessage> {
    let headers = fields.text("headers").unwrap_or_default();
    let headers = mailparse::parse_headers(headers.as_bytes()).map(|(headers, _)| headers).unwrap_or_default();
    let sender = fields.text("from").filter(|from| from.len() <= MAX_SENDER).and_then(|from| sender(&from));
    let address = sender.as_ref().map(|sender| sender.addr.clone()).or_else(|| envelope.from.clone())?;
    let from = Email::parse("/from", &address).ok()?.normalized();
    let subject = fields.text("subject").unwrap_or_default();
    let text = fields.text("text").filter(|text| !text.trim().is_empty());
    let text = text.or_else(|| Some(words::of_html(&fields.text("html")?))).unwrap_or_default();
    let (own, quoted) = words::own(&text::fit(&text, words::MAX_PAGE));
    let line = |name: &str| fields.text(name).map(|value| text::fit(value.trim(), MAX_LINE));
    let payload = json!({
        "subject": text::fit(subject.trim(), MAX_LINE), "to": to, "quoted": text::fit(&quoted, MAX_QUOTED),
        // Whether it comes from where it says: what SendGrid found.
        "spf": line("SPF"), "dkim": line("dkim"),
    });
    let date = plain(&headers, "date").and_then(|date| mailparse::dateparse(date).ok());
    let id = message_id(&headers, "message-id");
    Some(ReceivedMessage {
        integration_id: parcel.integration_id,
        channel: "email",
        from,
        from_name: sender.and_then(|sender| sender.display_name).filter(|name| !name.trim().is_empty()),
        external_id: id.unwrap_or_else(|| parcel.event_id.to_owned()),
        reply_to_external_id: message_id(&headers, "in-reply-to"),
        // What has no words of its own may have them in its subject.
        text: if own.is_empty() { subject } else { own },
        content_type: "text",
        payload,
        attachments: files(fields.parts, parcel.event_id),
        sent_at: date.and_then(contents::time).unwrap_or(parcel.received_at),
    })
}

fn sender(from: &str) -> Option<SingleInfo> {
    let addresses = mailparse::addrparse(from).ok()?;
    addresses.iter().find_map(|address| match address {
        MailAddr::Single(single) => Some(single.clone()),
        MailAddr::Group(_) => None,
    })
}

/// What is attached. Its bytes stay in the event.
fn files(parts: &[Part], event_id: &str) -> Vec<NewAttachment> {
    let files = parts.iter().filter(|part| part.filename.is_some()).take(MOST_FILES);
    let file = |part: &Part| {
        let content_type = part.content_type.clone().unwrap_or_else(|| "application/octet-stream".to_owned());
        NewAttachment {
            kind: file_kind(&content_type),
            external_id: format!("{event_id}/{}", text::fit(&part.name, MAX_LINE)),
            content_type,
            filename: part.filename.clone(),
            sha256: Some(hex::encode(&Sha256::digest(&part.bytes))),
            caption: None,
        }
    };
    files.map(file).collect()
}
