//! The names of closed lists: one spelling in the database and on the wire.
use purser_kernel::Problem;
use sea_orm::{ActiveEnum, Iterable};

/// The name of a value, such as `corrected_ai_output`.
pub fn name_of<E: ActiveEnum<Value = String>>(value: &E) -> String {
    value.to_value()
}

/// The value with this name, for the field at `pointer`. The refusal lists the names there are.
pub fn named<E>(pointer: &str, name: &str) -> Result<E, Problem>
where
    E: ActiveEnum<Value = String> + Iterable,
{
    E::iter().find(|value| value.to_value() == name).ok_or_else(|| {
        let names: Vec<String> = E::iter().map(|value| value.to_value()).collect();
        Problem::invalid(pointer, "unknown_value", format!("must be one of {}", names.join(", ")))
    })
}

/// What one row of a table is: `product_category` of `product_categories`.
pub(crate) fn singular(table: &str) -> String {
    match table.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => table.strip_suffix('s').unwrap_or(table).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use purser_entity_platform::audit_log::Category;

    #[test]
    fn a_name_names_its_value_and_no_other() {
        for category in <Category as Iterable>::iter() {
            assert_eq!(named::<Category>("/category", &name_of(&category)).unwrap(), category);
        }
        let refused = named::<Category>("/category", "Change").unwrap_err();
        assert!(refused.to_string().contains("change, security"), "{refused}");
    }
}
