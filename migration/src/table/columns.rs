//! Columns. What is not called `_null` must be given.
use super::NewTable;
use sea_orm_migration::prelude::{ColumnDef, ColumnType, IntoColumnDef, StringLen};

impl NewTable {
    fn column(mut self, column: impl IntoColumnDef) -> Self {
        self.statement.col(column);
        self
    }

    fn given(self, name: &'static str, column_type: ColumnType) -> Self {
        self.column(ColumnDef::new_with_type(name, column_type).not_null())
    }

    fn nullable(self, name: &'static str, column_type: ColumnType) -> Self {
        self.column(ColumnDef::new_with_type(name, column_type).null())
    }

    /// Text of at most `length` characters. SQLite does not hold a declared length, so a CHECK does.
    pub(crate) fn text(self, name: &'static str, length: u32) -> Self {
        self.given(name, ColumnType::Text).check(name, format!("length({name}) <= {length}"))
    }

    pub(crate) fn text_null(self, name: &'static str, length: u32) -> Self {
        self.nullable(name, ColumnType::Text).check(name, format!("length({name}) <= {length}"))
    }

    /// One of a closed list.
    pub(crate) fn state(self, name: &'static str, values: &[&str]) -> Self {
        self.choice(name, 16).one_of(name, values)
    }

    pub(crate) fn state_null(self, name: &'static str, values: &[&str]) -> Self {
        self.choice_null(name, 16).one_of(name, values)
    }

    fn one_of(self, name: &'static str, values: &[&str]) -> Self {
        self.check(name, format!("{name} in ('{}')", values.join("', '")))
    }

    /// One of a list that may grow.
    pub(crate) fn choice(self, name: &'static str, length: u32) -> Self {
        self.given(name, ColumnType::String(StringLen::N(length)))
    }

    pub(crate) fn choice_null(self, name: &'static str, length: u32) -> Self {
        self.nullable(name, ColumnType::String(StringLen::N(length)))
    }

    pub(crate) fn uuid(self, name: &'static str) -> Self {
        self.given(name, ColumnType::Uuid)
    }

    pub(crate) fn uuid_null(self, name: &'static str) -> Self {
        self.nullable(name, ColumnType::Uuid)
    }

    pub(crate) fn flag(self, name: &'static str, default: bool) -> Self {
        self.column(ColumnDef::new_with_type(name, ColumnType::Boolean).not_null().default(default))
    }

    pub(crate) fn int(self, name: &'static str) -> Self {
        self.given(name, ColumnType::Integer)
    }

    pub(crate) fn int_null(self, name: &'static str) -> Self {
        self.nullable(name, ColumnType::Integer)
    }

    pub(crate) fn int_default(self, name: &'static str, default: i32) -> Self {
        self.column(ColumnDef::new_with_type(name, ColumnType::Integer).not_null().default(default))
    }

    /// A number of things: never negative, none at first.
    pub(crate) fn count(self, name: &'static str) -> Self {
        self.int_default(name, 0).check(name, format!("{name} >= 0"))
    }

    pub(crate) fn long(self, name: &'static str) -> Self {
        self.given(name, ColumnType::BigInteger)
    }

    pub(crate) fn long_null(self, name: &'static str) -> Self {
        self.nullable(name, ColumnType::BigInteger)
    }

    pub(crate) fn long_default(self, name: &'static str, default: i64) -> Self {
        self.column(ColumnDef::new_with_type(name, ColumnType::BigInteger).not_null().default(default))
    }

    /// A share of 100 %, in basis points.
    pub(crate) fn share(self, name: &'static str) -> Self {
        self.int_default(name, 0).check(name, format!("{name} between 0 and 10000"))
    }

    /// From 0 to 1.
    pub(crate) fn score_null(self, name: &'static str) -> Self {
        self.nullable(name, ColumnType::Double).check(name, format!("{name} between 0 and 1"))
    }

    pub(crate) fn score(self, name: &'static str, default: f64) -> Self {
        self.column(ColumnDef::new_with_type(name, ColumnType::Double).not_null().default(default))
            .check(name, format!("{name} between 0 and 1"))
    }

    pub(crate) fn time(self, name: &'static str) -> Self {
        self.given(name, ColumnType::TimestampWithTimeZone)
    }

    pub(crate) fn time_null(self, name: &'static str) -> Self {
        self.nullable(name, ColumnType::TimestampWithTimeZone)
    }

    pub(crate) fn date(self, name: &'static str) -> Self {
        self.given(name, ColumnType::Date)
    }

    pub(crate) fn date_null(self, name: &'static str) -> Self {
        self.nullable(name, ColumnType::Date)
    }

    pub(crate) fn bytes(self, name: &'static str) -> Self {
        self.given(name, ColumnType::Blob)
    }

    pub(crate) fn bytes_null(self, name: &'static str) -> Self {
        self.nullable(name, ColumnType::Blob)
    }

    pub(crate) fn json(self, name: &'static str, default: &'static str) -> Self {
        self.column(ColumnDef::new_with_type(name, ColumnType::JsonBinary).not_null().default(default))
    }

    pub(crate) fn json_null(self, name: &'static str) -> Self {
        self.nullable(name, ColumnType::JsonBinary)
    }

    /// The code of ISO 4217.
    pub(crate) fn currency(self, name: &'static str) -> Self {
        self.given(name, ColumnType::Char(Some(3))).check(name, format!("length({name}) = 3"))
    }

    pub(crate) fn currency_null(self, name: &'static str) -> Self {
        self.nullable(name, ColumnType::Char(Some(3))).check(name, format!("length({name}) = 3"))
    }

    /// When the row was made.
    pub(crate) fn created(self) -> Self {
        self.time("created_at")
    }

    /// When the row was made and last changed.
    pub(crate) fn timestamps(self) -> Self {
        self.time("created_at").time("updated_at")
    }

    /// Which person made the row; empty for an agent or the system.
    pub(crate) fn created_by(self) -> Self {
        self.uuid_null("created_by").person("created_by")
    }

    /// When and by whom the row was deleted.
    pub(crate) fn soft_delete(self) -> Self {
        self.time_null("deleted_at").uuid_null("deleted_by").person("deleted_by")
    }

    /// How often the row was changed, from 1.
    pub(crate) fn version(self) -> Self {
        self.long_default("version", 1)
    }
}
