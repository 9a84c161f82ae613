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
}
