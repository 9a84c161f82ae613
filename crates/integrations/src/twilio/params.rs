//! The parameters of a request: a form, or an object in JSON.
use crate::contents::Unreadable;
use serde_json::Value;
use url::form_urlencoded;

/// Twilio sends some 30 parameters, and two for each of up to ten files.
const MOST: usize = 500;

/// Names and values, in the order in which they came.
#[derive(Debug)]
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    /// The parameters of a body. Of JSON, those that are texts or numbers.
    pub(super) fn read(content_type: Option<&str>, body: &[u8]) -> Result<Self, Unreadable> {
        if is_form(content_type) {
            return Self::form(body);
        }
        match serde_json::from_slice(body).map_err(|_| Unreadable::NotJson)? {
            Value::Object(members) if members.len() > MOST => Err(Unreadable::TooManyParts),
            Value::Object(members) => {
                let text = |(name, value)| match value {
                    Value::String(text) => Some((name, text)),
                    Value::Number(number) => Some((name, number.to_string())),
                    _ => None,
                };
                Ok(Self(members.into_iter().filter_map(text).collect()))
            }
            _ => Err(Unreadable::WrongShape),
        }
    }

    fn form(body: &[u8]) -> Result<Self, Unreadable> {
        let params: Vec<_> = form_urlencoded::parse(body)
            .take(MOST + 1)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        if params.len() > MOST { Err(Unreadable::TooManyParts) } else { Ok(Self(params)) }
    }

    /// The first of this name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// The message that this is about.
    pub(super) fn message_id(&self) -> Option<&str> {
        let id = self.get("MessageSid").or_else(|| self.get("SmsSid"))?;
        crate::contents::is_id(id).then_some(id)
    }

    /// What is signed of them: names with their values, in the order of the names; the same twice counts once.
    pub(super) fn signed(mut self) -> String {
        self.0.sort();
        self.0.dedup();
        self.0.into_iter().flat_map(|(name, value)| [name, value]).collect()
    }
}

/// Whether the body is a form, as it says itself.
pub(super) fn is_form(content_type: Option<&str>) -> bool {
    let media_type = content_type.and_then(|text| text.split(';').next()).unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
}
