//! Conditions on the columns of one entity.
//!
//! A closed type and not sea-query's `Expr`: that one can hold a sub-select, which would name no tenant.
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, Value,
    sea_query::{Expr, LikeExpr},
};
use std::{marker::PhantomData, ops::Not};

/// The longest pattern that SQLite compares with, in bytes (`SQLITE_MAX_LIKE_PATTERN_LENGTH`); no text that is searched is as long.
const MAX_PATTERN: usize = 50_000;

/// The longest list that is filled up: the next power of two is more values than a statement has that is kept.
const MAX_FILLED: usize = 64;

/// `values`, and the last of them again until their number is a power of two. A list says the same with it, and is one of few statements
/// that are prepared once: with each length as a statement of its own, what a connection keeps was pushed out before it came again.
pub(crate) fn filled_up<T: Clone>(values: impl IntoIterator<Item = T>) -> impl Iterator<Item = T> {
    let values: Vec<T> = values.into_iter().collect();
    let count = if values.len() > MAX_FILLED { values.len() } else { values.len().next_power_of_two() };
    let last = values.last().cloned();
    let missing = count - values.len();
    values.into_iter().chain(last.into_iter().cycle().take(missing))
}

/// A condition on rows of `E`.
#[must_use = "a condition does nothing until a query takes it"]
pub struct Filter<E> {
    pub(crate) condition: Condition,
    entity: PhantomData<fn() -> E>,
}

impl<E> Filter<E> {
    fn new(test: Expr) -> Self {
        Self::from(Condition::all().add(test))
    }

    fn from(condition: Condition) -> Self {
        Self { condition, entity: PhantomData }
    }

    /// Both.
    pub fn and(self, other: Self) -> Self {
        Self::from(Condition::all().add(self.condition).add(other.condition))
    }

    /// Either.
    pub fn or(self, other: Self) -> Self {
        Self::from(Condition::any().add(self.condition).add(other.condition))
    }
}

impl<E> Not for Filter<E> {
    type Output = Self;

    fn not(self) -> Self {
        Self::from(self.condition.not())
    }
}

/// The comparisons a column offers. Named like SeaORM's; a service imports these instead.
#[expect(clippy::wrong_self_convention, reason = "a column is Copy")]
pub trait Field<E> {
    /// Equal to `value`.
    fn eq(self, value: impl Into<Value>) -> Filter<E>;
    /// Not equal to `value`; neither is an empty column.
    fn ne(self, value: impl Into<Value>) -> Filter<E>;
    /// Less than `value`.
    fn lt(self, value: impl Into<Value>) -> Filter<E>;
    /// At most `value`.
    fn lte(self, value: impl Into<Value>) -> Filter<E>;
    /// More than `value`.
    fn gt(self, value: impl Into<Value>) -> Filter<E>;
    /// At least `value`.
    fn gte(self, value: impl Into<Value>) -> Filter<E>;
    /// One of `values`.
    fn is_in<V: Into<Value>>(self, values: impl IntoIterator<Item = V>) -> Filter<E>;
    /// Empty.
    fn is_null(self) -> Filter<E>;
    /// Not empty.
    fn is_not_null(self) -> Filter<E>;
    /// Begins with `prefix`, for columns that are stored in their normalised form.
    fn starts_with(self, prefix: &str) -> Filter<E>;
}

impl<C, E> Field<E> for C
where
    C: ColumnTrait<EntityName = E>,
    E: EntityTrait<Column = C>,
{
    fn eq(self, value: impl Into<Value>) -> Filter<E> {
        Filter::new(ColumnTrait::eq(&self, value.into()))
    }
    fn ne(self, value: impl Into<Value>) -> Filter<E> {
        Filter::new(ColumnTrait::ne(&self, value.into()))
    }
    fn lt(self, value: impl Into<Value>) -> Filter<E> {
        Filter::new(ColumnTrait::lt(&self, value.into()))
    }
    fn lte(self, value: impl Into<Value>) -> Filter<E> {
        Filter::new(ColumnTrait::lte(&self, value.into()))
    }
    fn gt(self, value: impl Into<Value>) -> Filter<E> {
        Filter::new(ColumnTrait::gt(&self, value.into()))
    }
    fn gte(self, value: impl Into<Value>) -> Filter<E> {
        Filter::new(ColumnTrait::gte(&self, value.into()))
    }
    fn is_in<V: Into<Value>>(self, values: impl IntoIterator<Item = V>) -> Filter<E> {
        Filter::new(ColumnTrait::is_in(&self, filled_up(values.into_iter().map(Into::into))))
    }
    fn is_null(self) -> Filter<E> {
        Filter::new(ColumnTrait::is_null(&self))
    }
    fn is_not_null(self) -> Filter<E> {
        Filter::new(ColumnTrait::is_not_null(&self))
    }
    fn starts_with(self, prefix: &str) -> Filter<E> {
        // The signs that LIKE reads are taken as themselves.
        let literal = prefix.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let pattern = format!("{literal}%");
        if pattern.len() > MAX_PATTERN {
            return Field::is_in(self, Vec::<String>::new());
        }
        Filter::new(ColumnTrait::like(&self, LikeExpr::new(pattern).escape('\\')))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use purser_entity_platform::job::{self, Column};
    use sea_orm::{DbBackend, EntityTrait, QueryFilter, QueryTrait};

    /// What follows WHERE.
    fn sql(filter: Filter<job::Entity>) -> String {
        let statement = job::Entity::find().filter(filter.condition).build(DbBackend::Sqlite).to_string();
        statement.split_once(" WHERE ").map(|(_, test)| test.replace("\"jobs\".", "")).unwrap_or_default()
    }

    #[test]
    fn both_and_either_keep_together_what_was_put_together() {
        let (a, b, c) = (|| Column::Kind.eq("a"), || Column::Kind.eq("b"), || Column::Attempts.gt(1));
        assert_eq!(sql(a().or(b()).and(c())), r#"("kind" = 'a' OR "kind" = 'b') AND "attempts" > 1"#);
        assert_eq!(sql(a().or(b().and(c()))), r#""kind" = 'a' OR ("kind" = 'b' AND "attempts" > 1)"#);
        assert_eq!(sql(!a().or(b())), r#"NOT ("kind" = 'a' OR "kind" = 'b')"#);
    }

    #[test]
    fn one_of_nothing_is_nothing() {
        assert_eq!(sql(Column::Kind.is_in(Vec::<String>::new())), "1 = 2");
    }

    #[test]
    fn lists_of_like_lengths_are_one_statement() {
        assert_eq!(sql(Column::Kind.is_in(["a"])), r#""kind" IN ('a')"#);
        assert_eq!(sql(Column::Kind.is_in(["a", "b", "c"])), r#""kind" IN ('a', 'b', 'c', 'c')"#);
        let lengths = |most: usize| (1..=most).map(|length| filled_up(0..length).count());
        assert_eq!(
            lengths(64).collect::<std::collections::BTreeSet<_>>().into_iter().collect::<Vec<_>>(),
            [1, 2, 4, 8, 16, 32, 64]
        );
        assert!(filled_up(0..65).eq(0..65));
    }

    #[test]
    fn a_prefix_has_no_signs_of_its_own() {
        assert_eq!(sql(Column::Kind.starts_with("50%_")), r#""kind" LIKE '50\%\_%' ESCAPE '\'"#);
    }

    #[test]
    fn nothing_begins_with_what_is_longer_than_every_text() {
        assert!(sql(Column::Kind.starts_with(&"a".repeat(MAX_PATTERN - 1))).contains("LIKE"));
        assert_eq!(sql(Column::Kind.starts_with(&"a".repeat(MAX_PATTERN))), "1 = 2");
        assert_eq!(sql(Column::Kind.starts_with(&"_".repeat(MAX_PATTERN / 2))), "1 = 2");
    }
}
