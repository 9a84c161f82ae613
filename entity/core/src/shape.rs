//! A table as its entity describes it, for the comparison with what the migrations made.
use sea_orm::{ColumnTrait, ColumnType, EntityTrait, IdenStatic, Iterable, PrimaryKeyToColumn};

/// A table.
#[derive(Clone, Debug)]
pub struct TableShape {
    /// Its name.
    pub name: &'static str,
    /// Its columns in the entity's order.
    pub columns: Vec<ColumnShape>,
    /// The names of the key's columns.
    pub primary_key: Vec<&'static str>,
}

impl TableShape {
    /// Whether its rows belong to an organization.
    pub fn is_tenant(&self) -> bool {
        self.primary_key == ["organization_id", "id"]
    }
}

/// A column.
#[derive(Clone, Debug)]
pub struct ColumnShape {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub column_type: ColumnType,
    /// Whether it may be empty.
    pub nullable: bool,
}

/// The table of `E`.
pub fn shape<E: EntityTrait>() -> TableShape {
    let columns = E::Column::iter().map(|column| {
        let definition = column.def();
        ColumnShape {
            name: column.as_str(),
            column_type: definition.get_column_type().clone(),
            nullable: definition.is_null(),
        }
    });
    let name = E::default().table_name_static();
    let primary_key = E::PrimaryKey::iter().map(|key| key.into_column().as_str()).collect();
    TableShape { name, columns: columns.collect(), primary_key }
}

/// The name of an entity's table as a static text.
trait TableName {
    fn table_name_static(&self) -> &'static str;
}

impl<E: EntityTrait> TableName for E {
    fn table_name_static(&self) -> &'static str {
        sea_orm::EntityName::table_name(self)
    }
}
