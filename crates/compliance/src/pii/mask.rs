//! What is shown in the place of personal data: signs that leave its form, so that people still see what stood there.
use super::{Detector, Hit};
use purser_entity_compliance::pii_rule::PiiType;
use serde_json::Value;
use std::{borrow::Cow, sync::LazyLock};

/// The sign.
const SIGN: char = '*';
/// What is put before the `@` of a mail address, however long it was.
const LOCAL: &str = "***";

/// The text with a mask in the place of everything that `detector` finds.
pub fn text<'t>(detector: &Detector, text: &'t str) -> Cow<'t, str> {
    hits(text, &detector.find(text, &[]))
}

/// A line of a log with a mask in the place of mail addresses, cards, IBANs, international telephone numbers and Social Security numbers.
///
/// Logs are full of numbers: only what is certain is masked. Addresses of the Internet Protocol are not, which operators look for.
pub fn line(line: &str) -> Cow<'_, str> {
    const OF_LOGS: [PiiType; 5] = [PiiType::Email, PiiType::Phone, PiiType::CreditCard, PiiType::Iban, PiiType::Ssn];
    const CERTAIN: f64 = 0.6;
    static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::predefined(&OF_LOGS));
    let mut found = DETECTOR.find(line, &[]);
    found.retain(|hit| hit.confidence >= CERTAIN);
    hits(line, &found)
}

/// The text with a mask in the place of each hit, in the order of the text.
pub fn hits<'t>(text: &'t str, hits: &[Hit]) -> Cow<'t, str> {
    if hits.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut masked = String::with_capacity(text.len());
    let mut end = 0;
    for hit in hits {
        masked.push_str(text.get(end..hit.bytes.start).unwrap_or_default());
        masked.push_str(&value(hit.pii_type, text.get(hit.bytes.clone()).unwrap_or_default()));
        end = hit.bytes.end;
    }
    masked.push_str(text.get(end..).unwrap_or_default());
    Cow::Owned(masked)
}

/// Masks what `detector` finds in the texts of `value`. What a text is called says what it is, as a word before it would.
pub fn json(detector: &Detector, value: &mut Value) {
    each_text("", value, &mut |name, text| {
        let (with_name, name) = (format!("{name}: {text}"), name.len() + 2);
        let mut found = detector.find(&with_name, &[]);
        found.retain_mut(|hit| {
            let is_in_it = hit.bytes.start >= name;
            hit.bytes = hit.bytes.start.saturating_sub(name)..hit.bytes.end.saturating_sub(name);
            is_in_it
        });
        hits(text, &found).into_owned()
    });
}

/// Masks all texts of `value`, which is known to be about people: by what they are called, and else all that is in them.
pub fn personal(value: &mut Value) {
    each_text("", value, &mut |name, text| self::value(named(name), text));
}

/// What stands in a field or a column of this name.
pub fn named(name: &str) -> PiiType {
    let has = |part: &str| name.split('_').any(|word| word == part);
    if has("email") {
        PiiType::Email
    } else if has("phone") || has("whatsapp") {
        PiiType::Phone
    } else if has("ip") {
        PiiType::Ip
    } else {
        PiiType::Person
    }
}

/// Puts what `change` makes of it in the place of each text, with the name of the nearest field that it is in.
fn each_text(name: &str, value: &mut Value, change: &mut impl FnMut(&str, &str) -> String) {
    match value {
        Value::String(text) => *text = change(name, text),
        Value::Array(items) => items.iter_mut().for_each(|item| each_text(name, item, change)),
        Value::Object(members) => members.iter_mut().for_each(|(name, member)| each_text(name, member, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A value of this type, masked: `j***@example.com`, `**** **** **** 4242`, `DE** **** **** **** **30 00`, `***-**-****`, `+** *** *****67`,
/// `203.*.*.*`. Of everything else only the spaces and the signs stay.
pub fn value(pii_type: PiiType, value: &str) -> String {
    match pii_type {
        PiiType::Email => email(value),
        PiiType::CreditCard => last(value, 0, 4),
        PiiType::Iban => last(value, 2, 4),
        PiiType::Phone => last(value, 0, 2),
        PiiType::Ip => ip(value),
        PiiType::Ssn | PiiType::Address | PiiType::Person => last(value, 0, 0),
    }
}

/// The first letter and the domain; of a local part of one letter not even that.
fn email(address: &str) -> String {
    match address.rsplit_once('@').filter(|(_, domain)| domain.contains('.')) {
        Some((local, domain)) => {
            let first = local.chars().next().filter(|_| local.chars().nth(1).is_some());
            first.into_iter().chain(LOCAL.chars()).chain(['@']).chain(domain.chars()).collect()
        }
        None => last(address, 0, 0),
    }
}

/// Letters and digits become signs, but for so many at either end; of what is too short for that, all.
fn last(value: &str, at_start: usize, at_end: usize) -> String {
    let count = value.chars().filter(|c| c.is_alphanumeric()).count();
    let (at_start, at_end) = if count > 2 * (at_start + at_end) { (at_start, at_end) } else { (0, 0) };
    let mut place = 0;
    let mask = |c: char| {
        if !c.is_alphanumeric() {
            return c;
        }
        place += 1;
        if place <= at_start || place > count - at_end { c } else { SIGN }
    };
    value.chars().map(mask).collect()
}

/// The first group stays: it says whose network it is, roughly.
fn ip(address: &str) -> String {
    let separator = if address.contains(':') { ':' } else { '.' };
    let mut groups = address.split(separator);
    let first = groups.next().unwrap_or_default().to_owned();
    groups.fold(first, |mut masked, group| {
        masked.push(separator);
        if !group.is_empty() {
            masked.push(SIGN);
        }
        masked
    })
}
