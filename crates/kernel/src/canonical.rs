//! JSON in its one form, for what is hashed and signed: the JSON Canonicalization Scheme (RFC 8785).
//!
//! It has no white space, and names stand in the order of their UTF-16 code units. Numbers are the hard part: databases and parsers
//! write and read some of them each in their own way. [`settled`] makes texts of those, so that what is left is the same everywhere.
use serde_json::{Map, Number, Value};

/// The largest whole number that every reader of JSON keeps (RFC 7493, section 2.2).
const MAX_INTEGER: i64 = 9_007_199_254_740_991;
/// Fractions between these are written without an exponent by everybody.
const FRACTIONS: std::ops::Range<f64> = 0.0001..1e15;

/// The value in its canonical form. Its numbers are such as [`settled`] leaves.
pub fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            text.push('{');
            for (place, (name, value)) in members.into_iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                write(&Value::from(name.as_str()), text);
                text.push(':');
                write(value, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                write(item, text);
            }
            text.push(']');
        }
        // serde_json escapes in strings what RFC 8785 wants escaped, and as it wants it.
        other => text.push_str(&other.to_string()),
    }
}

/// The value with numbers that survive every database and every reader; others become texts: whole numbers above 2^53, and
/// fractions with more digits than are read back exactly.
pub fn settled(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            Value::Object(members.into_iter().map(|(name, value)| (name, settled(value))).collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(settled).collect()),
        Value::Number(number) => settled_number(number),
        other => other,
    }
}

fn settled_number(number: Number) -> Value {
    if let Some(fraction) = number.as_f64().filter(|_| number.is_f64()) {
        // Display writes every digit and no exponent: 100000 for 1e5, and -0 for -0.0.
        return match fraction.to_string().parse::<i64>() {
            Ok(whole) => settled_integer(whole),
            Err(_) if FRACTIONS.contains(&fraction.abs()) && reads_back(fraction) => Value::Number(number),
            Err(_) => Value::String(number.to_string()),
        };
    }
    number.as_i64().map_or_else(|| Value::String(number.to_string()), settled_integer)
}

fn settled_integer(whole: i64) -> Value {
    let kept = (-MAX_INTEGER..=MAX_INTEGER).contains(&whole);
    if kept { Value::from(whole) } else { Value::String(whole.to_string()) }
}

/// Not every reader is exact to the last of 17 digits, ours among them.
fn reads_back(fraction: f64) -> bool {
    let text = Value::from(fraction).to_string();
    let read = serde_json::from_str::<Value>(&text).ok().and_then(|value| value.as_f64());
    read.is_some_and(|read| read.to_bits() == fraction.to_bits()) && text.parse() == Ok(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// Section 3.2.3 of RFC 8785: the order of the names.
    #[test]
    fn names_stand_in_the_order_of_their_utf_16_code_units() {
        let value: Value = serde_json::from_str(
            r#"{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",
                "\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}"#,
        )
        .unwrap();
        let expected = "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",\
            \"\u{f6}\":\"Latin Small Letter O With Diaeresis\",\"\u{20ac}\":\"Euro Sign\",\
            \"\u{1f600}\":\"Emoji: Grinning Face\",\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}";
        assert_eq!(canonical(&value), expected);
    }

    /// Section 3.2.2 of RFC 8785: the strings and literals of its example.
    #[test]
    fn strings_and_literals_are_written_as_the_example_has_them() {
        let value: Value = serde_json::from_str(
            r#"{ "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false], "numbers": [4.50, 2e-3] }"#,
        )
        .unwrap();
        let expected = "{\"literals\":[null,true,false],\"numbers\":[4.5,0.002],\"string\":\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}";
        assert_eq!(canonical(&value), expected);
    }

    #[test]
    fn numbers_that_some_would_write_otherwise_become_texts() {
        let value =
            json!([1, -1, 0.5, 1e5, -0.0, 9_007_199_254_740_991_i64, 9_007_199_254_740_992_i64, u64::MAX, 1e16, 1e-7]);
        let texts = json!([
            1,
            -1,
            0.5,
            100_000,
            0,
            9_007_199_254_740_991_i64,
            "9007199254740992",
            "18446744073709551615",
            "10000000000000000",
            "1e-7"
        ]);
        assert_eq!(settled(value), texts);
    }

    proptest! {
        /// However often a settled value is written and read, and as whichever of the two forms, it is the same.
        #[test]
        fn what_is_settled_stays(fraction in any::<f64>().prop_filter("JSON has no others", |n| n.is_finite()), whole in any::<i64>(), small in -1e6..1e6_f64) {
            let once = settled(json!({ "f": fraction, "w": whole, "s": small, "r": (small * 100.0).round() / 100.0 }));
            let again: Value = serde_json::from_str(&canonical(&once)).unwrap();
            prop_assert_eq!(&again, &once);
            prop_assert_eq!(settled(again.clone()), again);
        }
    }
}
