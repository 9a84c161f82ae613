//! What a message says, by its type.
//!
//! Meta, "messages webhook reference", one page for each type.
use super::payload::read;
use crate::contents::is_id;
use base64::{Engine, engine::general_purpose::STANDARD};
use purser_kernel::{Quantity, hex};
use purser_store::ports::{AttachmentKind, NewAttachment};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// What a message says.
#[derive(Debug, Default)]
pub(super) struct Content {
    /// The type, as conversations call it.
    pub(super) kind: &'static str,
    pub(super) text: String,
    /// Null where there is nothing but text.
    pub(super) payload: Value,
    pub(super) attachments: Vec<NewAttachment>,
    /// The message that this one is about, where its content says so.
    pub(super) about: Option<String>,
}

impl Content {
    fn new(kind: &'static str) -> Self {
        Self { kind, ..Self::default() }
    }

    fn text(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    fn payload(mut self, payload: Value) -> Self {
        self.payload = payload;
        self
    }
}

/// The content of a message of the type `kind`. A type that is not known, and content that is not what its type says, become
/// `unsupported` with what was sent: somebody wrote, and a person can look at it.
pub(super) fn of(kind: &str, message: &Value) -> Content {
    let given = message.get(kind).unwrap_or(&Value::Null);
    let known = match kind {
        "text" => read::<Text>(given).map(|text| Content::new("text").text(text.body)),
        "image" => media("image", AttachmentKind::Image, given),
        "sticker" => media("sticker", AttachmentKind::Image, given),
        "video" => media("video", AttachmentKind::Video, given),
        "audio" => media("audio", AttachmentKind::Audio, given),
        "document" => media("document", AttachmentKind::Document, given),
        "location" => given.is_object().then(|| Content::new("location").payload(given.clone())),
        "contacts" => given.is_array().then(|| Content::new("contacts").payload(json!({ "contacts": given }))),
        "interactive" => interactive(given),
        "button" => read::<Button>(given).map(button),
        "order" => read::<Order>(given).and_then(order),
        "reaction" => read::<Reaction>(given).map(reaction),
        _ => None,
    };
    known.unwrap_or_else(|| unsupported(kind, message))
}

#[derive(Deserialize)]
struct Text {
    body: String,
}

#[derive(Deserialize)]
struct Media {
    id: String,
    #[serde(default)]
    mime_type: Option<String>,
    /// Base64.
    sha256: Option<String>,
    caption: Option<String>,
    filename: Option<String>,
}

fn media(content_type: &'static str, kind: AttachmentKind, given: &Value) -> Option<Content> {
    let media: Media = read(given).filter(|media: &Media| is_id(&media.id))?;
    let mut content = Content::new(content_type).text(media.caption.clone().unwrap_or_default());
    content.attachments.push(NewAttachment {
        kind,
        external_id: media.id,
        content_type: media.mime_type.unwrap_or_else(|| "application/octet-stream".to_owned()),
        filename: media.filename,
        sha256: media.sha256.as_deref().and_then(digest),
        caption: media.caption,
    });
    Some(content)
}

/// The digest in hexadecimal, as we keep it.
fn digest(base64: &str) -> Option<String> {
    let bytes = STANDARD.decode(base64).ok()?;
    (bytes.len() == 32).then(|| hex::encode(&bytes))
}

/// JSON can be read back up to 127 levels, and a form is kept inside of other JSON. A deeper one stays the text that it came as.
const MAX_FORM_DEPTH: usize = 64;

/// A choice among buttons or in a list, or a form that was filled in.
fn interactive(given: &Value) -> Option<Content> {
    let kind = given.get("type")?.as_str()?;
    let mut choice = given.get(kind)?.as_object()?.clone();
    let title = choice.get("title").and_then(Value::as_str).unwrap_or_default().to_owned();
    // The fields of a form come as JSON within the JSON.
    if let Some(form) = choice.get("response_json").and_then(Value::as_str).map(serde_json::from_str::<Value>)
        && let Ok(form) = form
        && purser_kernel::json::depth(&form) <= MAX_FORM_DEPTH
    {
        choice.remove("response_json");
        choice.insert("response".to_owned(), form);
    }
    choice.insert("type".to_owned(), kind.into());
    Some(Content::new("interactive").text(title).payload(Value::Object(choice)))
}

/// A button under a template.
#[derive(Deserialize)]
struct Button {
    text: String,
    #[serde(default)]
    payload: Value,
}

fn button(button: Button) -> Content {
    Content::new("button").text(button.text).payload(json!({ "payload": button.payload }))
}

#[derive(Deserialize)]
struct Order {
    #[serde(default)]
    catalog_id: Value,
    text: Option<String>,
    product_items: Vec<ProductItem>,
}

#[derive(Deserialize)]
struct ProductItem {
    product_retailer_id: String,
    quantity: Value,
}

/// Far more than a basket holds at WhatsApp.
const MAX_ITEMS: usize = 1000;

/// A basket from the catalogue at WhatsApp. Prices are left out: ours hold. A basket with an item that cannot be read is read
/// by a person, since without the item it would be another order.
fn order(order: Order) -> Option<Content> {
    if order.product_items.len() > MAX_ITEMS {
        return None;
    }
    let items = order.product_items.into_iter().map(|item| {
        let quantity = quantity(&item.quantity)?;
        is_id(&item.product_retailer_id).then(|| json!({ "sku": item.product_retailer_id, "quantity": quantity }))
    });
    let items = items.collect::<Option<Vec<_>>>().filter(|items| !items.is_empty())?;
    let payload = json!({ "items": items, "catalog_id": order.catalog_id });
    Some(Content::new("order").text(order.text.unwrap_or_default()).payload(payload))
}

/// Meta documents an integer and has sent text.
fn quantity(given: &Value) -> Option<Quantity> {
    let quantity: Quantity = match given {
        Value::Number(number) => number.to_string().parse().ok()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    (quantity > Quantity::ZERO).then_some(quantity)
}

#[derive(Deserialize)]
struct Reaction {
    message_id: String,
    /// Left out when the reaction was taken back.
    emoji: Option<String>,
}

fn reaction(reaction: Reaction) -> Content {
    let payload = json!({ "message_id": reaction.message_id, "emoji": reaction.emoji });
    Content { about: Some(reaction.message_id), ..Content::new("reaction").payload(payload) }
}

fn unsupported(kind: &str, message: &Value) -> Content {
    let mut payload = Map::new();
    payload.insert("type".to_owned(), kind.into());
    for (name, member) in [("content", message.get(kind)), ("errors", message.get("errors"))] {
        if let Some(member) = member {
            payload.insert(name.to_owned(), member.clone());
        }
    }
    Content::new("unsupported").payload(Value::Object(payload))
}
