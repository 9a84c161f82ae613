//! JSON of any shape.
use serde_json::Value;

/// How many arrays and objects stand inside of one another; 0 for anything else.
///
/// serde_json reads 127 levels and no more: what is put into other JSON before it is kept has to leave room for that.
pub fn depth(value: &Value) -> usize {
    let deepest = match value {
        Value::Array(items) => items.iter().map(depth).max(),
        Value::Object(members) => members.values().map(depth).max(),
        _ => return 0,
    };
    deepest.unwrap_or(0).saturating_add(1)
}

/// Whether a text in it has the character U+0000, which PostgreSQL cannot keep.
pub fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(members) => members.iter().any(|(name, value)| name.contains('\0') || has_nul(value)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn levels_are_counted() {
        assert_eq!(depth(&json!("a")), 0);
        assert_eq!(depth(&json!([])), 1);
        assert_eq!(depth(&json!({ "a": 1, "b": [{ "c": [] }] })), 4);
    }

    #[test]
    fn a_nul_is_found_wherever_it_is() {
        assert!(!has_nul(&json!({ "a": ["\\u0000", 0, null] })));
        assert!(has_nul(&json!({ "a": [{ "b": "x\0" }] })));
        assert!(has_nul(&json!({ "a\0": 1 })));
    }
}
