//! One text for one JSON value: the JSON Canonicalization Scheme (RFC 8785), for values whose numbers are whole.
use purser_kernel::Problem;
use serde_json::{Map, Value};

/// The largest whole number that every reader of JSON takes exactly (RFC 8785, section 3.2.2.3; RFC 7493, section 2.2).
const MAX_SAFE: u64 = (1 << 53) - 1;

/// The canonical text. `internal` for a number with a fraction or beyond 2^53: what is approved says amounts as strings.
pub(crate) fn text(value: &Value) -> Result<String, Problem> {
    let mut out = String::new();
    write(value, &mut out)?;
    Ok(out)
}

fn write(value: &Value, out: &mut String) -> Result<(), Problem> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => {
            let whole = number.as_i64().filter(|number| number.unsigned_abs() <= MAX_SAFE);
            let whole =
                whole.ok_or_else(|| Problem::internal("a number in what is approved is not whole or too large"))?;
            out.push_str(&whole.to_string());
        }
        // serde_json escapes what section 3.2.2.2 does, in the same way, and nothing else.
        Value::String(text) => out.push_str(&quoted(text)?),
        Value::Array(items) => {
            out.push('[');
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                write(item, out)?;
            }
            out.push(']');
        }
        Value::Object(members) => write_object(members, out)?,
    }
    Ok(())
}

fn write_object(members: &Map<String, Value>, out: &mut String) -> Result<(), Problem> {
    let mut sorted: Vec<(&String, &Value)> = members.iter().collect();
    // By UTF-16 code units (section 3.2.3), which differs from the order of UTF-8 beyond U+FFFF.
    sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
    out.push('{');
    for (position, (name, value)) in sorted.into_iter().enumerate() {
        if position > 0 {
            out.push(',');
        }
        out.push_str(&quoted(name)?);
        out.push(':');
        write(value, out)?;
    }
    out.push('}');
    Ok(())
}

fn quoted(text: &str) -> Result<String, Problem> {
    serde_json::to_string(text).map_err(Problem::internal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn members_are_sorted_as_the_rfc_sorts_them() {
        // RFC 8785, section 3.2.3.
        let value = json!({
            "\u{20ac}": "Euro Sign", "\r": "Carriage Return", "\u{fb33}": "Hebrew Letter Dalet With Dagesh",
            "1": "One", "\u{1f600}": "Emoji: Grinning Face", "\u{80}": "Control", "\u{f6}": "Latin Small Letter O With Diaeresis",
        });
        let text = text(&value).unwrap();
        let order =
            ["Carriage", "One", "Control", "Latin", "Euro", "Emoji", "Hebrew"].map(|name| text.find(name).unwrap());
        assert!(order.is_sorted(), "{text}");
    }

    #[test]
    fn texts_are_escaped_as_the_rfc_escapes_them() {
        // RFC 8785, section 3.2.2.2.
        let value = json!("\u{20ac}$\u{f}\nA'B\"\\\\\"/\u{7f}");
        assert_eq!(text(&value).unwrap(), "\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\u{7f}\"");
        assert_eq!(text(&json!({ "b": [1, -2, null, true], "a": {} })).unwrap(), r#"{"a":{},"b":[1,-2,null,true]}"#);
    }

    #[test]
    fn a_number_that_readers_take_differently_is_refused() {
        for value in [json!(1.5), json!(9_007_199_254_740_992_i64), json!(-9_007_199_254_740_992_i64), json!(u64::MAX)]
        {
            assert!(text(&json!({ "a": [value] })).is_err(), "{value}");
        }
        assert_eq!(text(&json!(9_007_199_254_740_991_i64)).unwrap(), "9007199254740991");
    }

    proptest! {
        /// What is read back from the text is the same value, and has the same text in whichever order its members came.
        #[test]
        fn the_text_says_the_value(members in proptest::collection::hash_map("\\PC{0,8}", "\\PC{0,8}", 0..8)) {
            let pairs: Vec<(String, Value)> = members.into_iter().map(|(name, text)| (name, json!(text))).collect();
            let forward: Value = Value::Object(pairs.iter().cloned().collect());
            let backward: Value = Value::Object(pairs.into_iter().rev().collect());
            let canonical = text(&forward).unwrap();
            prop_assert_eq!(&canonical, &text(&backward).unwrap());
            prop_assert_eq!(serde_json::from_str::<Value>(&canonical).unwrap(), forward);
        }
    }
}
