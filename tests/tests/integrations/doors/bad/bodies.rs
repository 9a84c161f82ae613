//! Bodies, made of one that is right.
use Body::{Json, Mail, Params};
use purser_tests::whatsapp;
use serde_json::{Value, json};

pub(super) enum Body {
    Json(Vec<u8>),
    /// As Twilio posts them.
    Params(Vec<(String, String)>),
    /// A form in parts, as SendGrid posts one.
    Mail(Vec<u8>),
}

impl Body {
    pub(super) fn beginning(&self) -> String {
        let text = match self {
            Json(bytes) | Mail(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Params(params) => format!("{params:?}"),
        };
        text.chars().take(300).collect()
    }
}

/// The text of the message that is kept of an event, which is processed; or how the event ends without one.
pub(super) type End = Result<&'static str, &'static str>;
pub(super) type Case = (Body, End);

pub(super) const MILK: End = Ok("2 milk");
pub(super) const MALFORMED: End = Err("dead: malformed_part");
pub(super) const SHAPELESS: End = Err("dead: wrong_shape");
pub(super) const SAYS_NOTHING: End = Err("processed");

/// More levels of JSON than are read.
pub(super) const DEEP: usize = 20_000;
/// The last second that 64 bits count: in the year 292277026596.
pub(super) const LAST: i64 = i64::MAX;
const NUMBERS: &str = "292277026596 milk, -1 bread and 1e400 rice";
/// As much as is kept of a text.
const MOST: &str = match str::from_utf8(&[b'm'; 65_536]) {
    Ok(text) => text,
    Err(_) => "",
};

pub(super) fn long() -> String {
    "x".repeat(300)
}

pub(super) fn nested(levels: usize) -> String {
    format!("{}1{}", "[".repeat(levels), "]".repeat(levels))
}

pub(super) fn deep(levels: usize) -> Value {
    serde_json::from_str(&nested(levels)).unwrap()
}

pub(super) fn utf_16(text: &str) -> Vec<u8> {
    [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
}

pub(super) fn said(value: Value) -> Body {
    Json(value.to_string().into_bytes())
}

fn set(whole: &mut Value, place: &str, value: Value) {
    match (whole.pointer_mut(place).is_some(), place.rsplit_once('/')) {
        (false, Some((parent, name))) => whole.pointer_mut(parent).unwrap()[name] = value,
        _ => *whole.pointer_mut(place).unwrap() = value,
    }
}

/// What is right, with an id of its own, and with each of the values in its place.
pub(super) fn each<const N: usize>(
    right: &Value,
    id: &str,
    rows: [(&str, Value, End); N],
    wrap: impl Fn(Value) -> Body,
) -> Vec<Case> {
    let mut cases = Vec::new();
    for (place, values, end) in rows {
        for value in values.as_array().unwrap() {
            let mut whole = right.clone();
            set(&mut whole, id, json!(whatsapp::message_id()));
            set(&mut whole, place, value.clone());
            cases.push((wrap(whole), end));
        }
    }
    cases
}

/// Texts, and all of each that a table holds. One is UTF-16 where UTF-8 was asked for.
pub(super) fn texts(place: &str) -> [(&str, Value, End); 3] {
    [
        (place, json!(["2\0 milk", "2\0 \0m\0i\0l\0k\0", "2 milk"]), MILK),
        (place, json!(["m".repeat(70_000)]), Ok(MOST)),
        (place, json!([NUMBERS]), Ok(NUMBERS)),
    ]
}

/// What is no JSON.
pub(super) fn no_json() -> Vec<Case> {
    let bodies = [
        Vec::new(),
        nested(DEEP).into_bytes(),
        "{\"a\":".repeat(DEEP).into_bytes(),
        utf_16("{}"),
        b"{}\0".to_vec(),
        b"{\"a\":\"\xff\"}".to_vec(),
        b"{\"a\":\"\0\"}".to_vec(),
        b"{\"a\":\"\\ud800\"}".to_vec(),
        b"{\"a\":-1e400}".to_vec(),
    ];
    bodies.map(|body| (Json(body), Err("dead: not_json"))).into()
}
