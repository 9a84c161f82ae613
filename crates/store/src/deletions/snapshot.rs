//! What a row held, for people.
use sea_orm::sea_query::Value as SqlValue;
use sea_orm::{ColumnTrait, ColumnType, EntityTrait, IdenStatic, Iterable, ModelTrait};
use serde_json::{Map, Value, json};

/// Whose row it is and that it is deleted, the deletion says itself.
const SAID_ELSEWHERE: [&str; 3] = ["organization_id", "deleted_at", "deleted_by"];
/// What is sealed or hashed with its keys, and what is there a second time to be found by.
const LEFT_OUT: [&str; 5] = ["_ciphertext", "_hash", "_key_id", "_normalized", "_search"];

/// The row's columns by their names, without bytes, secrets and what follows from others.
pub(super) fn view<M: ModelTrait>(row: &M) -> Value {
    let shown = <M::Entity as EntityTrait>::Column::iter().filter(is_shown);
    Value::Object(shown.map(|column| (column.as_str().to_owned(), json_of(row.get(column)))).collect::<Map<_, _>>())
}

fn is_shown<C: ColumnTrait>(column: &C) -> bool {
    let (name, definition) = (column.as_str(), column.def());
    let is_bytes =
        matches!(definition.get_column_type(), ColumnType::Blob | ColumnType::Binary(_) | ColumnType::VarBinary(_));
    !is_bytes && !SAID_ELSEWHERE.contains(&name) && !LEFT_OUT.iter().any(|end| name.ends_with(end))
}

/// What is of no type that a column has here is left empty rather than shown wrongly.
fn json_of(value: SqlValue) -> Value {
    match value {
        SqlValue::Bool(value) => json!(value),
        SqlValue::Int(value) => json!(value),
        SqlValue::BigInt(value) => json!(value),
        SqlValue::Double(value) => json!(value),
        SqlValue::String(value) => json!(value),
        SqlValue::Uuid(value) => json!(value),
        SqlValue::ChronoDate(value) => json!(value),
        SqlValue::ChronoDateTimeUtc(value) => json!(value),
        SqlValue::Json(Some(value)) => *value,
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use purser_entity_platform::{encryption_key, master_key, media_file, outbox_event};

    fn shown<E: EntityTrait>() -> Vec<&'static str> {
        E::Column::iter().filter(is_shown).map(|column| column.as_str()).collect()
    }

    #[test]
    fn secrets_and_what_follows_from_others_are_left_out() {
        assert!(!shown::<encryption_key::Entity>().contains(&"wrapped_key"));
        assert!(!shown::<master_key::Entity>().iter().any(|name| name.contains("wrapped")));
        let file = shown::<media_file::Entity>();
        assert!(file.contains(&"filename") && !file.contains(&"organization_id"), "{file:?}");
        assert!(shown::<outbox_event::Entity>().contains(&"payload"));
    }

    #[test]
    fn every_type_of_a_column_is_shown_as_it_is() {
        let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 30);
        assert_eq!(json_of(7_i64.into()), json!(7));
        assert_eq!(json_of("text".into()), json!("text"));
        assert_eq!(json_of(SqlValue::ChronoDate(day)), json!("2026-11-30"));
        assert_eq!(json_of(SqlValue::Json(Some(Box::new(json!(["a"]))))), json!(["a"]));
        assert_eq!(json_of(SqlValue::String(None)), Value::Null);
    }
}
