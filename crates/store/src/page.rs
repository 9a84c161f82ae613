//! Keyset pages: cost does not grow with the page number, and rows written meanwhile do not shift it.
use crate::{columns, connection::Connection, error::internal};
use purser_kernel::{CommonProblem, Cursor, Moment, Page, PageRequest, Problem, page::Key};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, ColumnType, Condition, ConnectionTrait, DbErr, EntityTrait, ModelTrait, Order, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Select, Statement, TryIntoModel, Value,
};

/// A page of what `select` finds, in the order of `sort` and then of `id`, its key within the tenant. `moving` narrows it, too, and is
/// not what a cursor is bound to.
pub(crate) async fn fetch<E: EntityTrait<ActiveModel: TryIntoModel<E::Model>>>(
    connection: &Connection,
    mut select: Select<E>,
    moving: Condition,
    mut sort: Vec<(E::Column, Order)>,
    id: E::Column,
    request: &PageRequest,
) -> Result<Page<E::Model>, Problem> {
    let direction = sort.last().map_or(Order::Desc, |(_, order)| order.clone());
    if sort.iter().any(|(_, order)| *order != direction) {
        return Err(Problem::internal("a page is sorted in one direction"));
    }
    // The id makes the order total; without a sort of its own the newest row comes first.
    sort.push((id, direction.clone()));
    let columns: Vec<E::Column> = sort.iter().map(|(column, _)| *column).collect();
    let fingerprint = fingerprint(&select.build(connection.get_database_backend()), &columns, &direction);

    select = select.filter(moving);
    for (column, order) in sort {
        select = select.order_by(column, order);
    }
    if let Some(cursor) = request.cursor() {
        if cursor.query != fingerprint || !fit(&cursor.keys, &columns) {
            return Err(Problem::of(CommonProblem::InvalidCursor));
        }
        let keys = Expr::tuple(columns.iter().map(|column| Expr::col(column.as_column_ref())));
        let last = Expr::tuple(cursor.keys.iter().cloned().map(into_expr));
        select = select.filter(if direction == Order::Asc { keys.gt(last) } else { keys.lt(last) });
    }
    // One row more than asked tells whether there is a next page.
    let limit = request.limit();
    let mut data = columns::all(select.limit(limit.saturating_add(1)), connection).await.map_err(internal)?;
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = data.len() > wanted;
    data.truncate(wanted);
    let next = match data.last().filter(|_| more) {
        None => None,
        Some(row) => {
            let keys = columns.iter().map(|column| from_value(row.get(*column)));
            let keys = keys.collect::<Option<_>>();
            let keys = keys.ok_or_else(|| internal(DbErr::Custom("a page is not sorted by this column".into())))?;
            Some(Cursor { query: fingerprint, keys })
        }
    };
    Ok(Page { data, next })
}

/// `None` for what a page cannot be sorted by, a null above all: it has no place in a comparison.
fn from_value(value: Value) -> Option<Key> {
    match value {
        Value::BigInt(Some(n)) => Some(Key::Integer(n)),
        Value::Int(Some(n)) => Some(Key::Integer(n.into())),
        Value::String(Some(text)) => Some(Key::Text(text)),
        Value::Uuid(Some(id)) => Some(Key::Uuid(id)),
        Value::ChronoDateTimeUtc(Some(time)) => Some(Key::Time(time)),
        _ => None,
    }
}

/// Whether the keys can be compared with the columns. A cursor that was tampered with may hold anything, and PostgreSQL refuses to
/// compare a text with a number, to read a NUL, and a time that it cannot keep.
fn fit<C: ColumnTrait>(keys: &[Key], columns: &[C]) -> bool {
    let fits = |(key, column): (&Key, &C)| match (key, column.def().get_column_type()) {
        (Key::Integer(_), ColumnType::Integer | ColumnType::BigInteger) | (Key::Uuid(_), ColumnType::Uuid) => true,
        (Key::Text(text), ColumnType::Text | ColumnType::String(_) | ColumnType::Char(_)) => !text.contains('\0'),
        (Key::Time(time), ColumnType::TimestampWithTimeZone) => Moment::new(*time).is_some(),
        _ => false,
    };
    keys.len() == columns.len() && keys.iter().zip(columns).all(fits)
}

fn into_expr(key: Key) -> Expr {
    match key {
        Key::Integer(n) => Expr::val(n),
        Key::Text(text) => Expr::val(text),
        Key::Uuid(id) => Expr::val(id),
        Key::Time(time) => Expr::val(time),
    }
}

/// FNV-1a: stable across releases, unlike the standard library's hasher. It guards against mistakes, not attacks; a forged
/// cursor still meets the tenant's predicate.
fn fingerprint<C: std::fmt::Debug>(query: &Statement, columns: &[C], direction: &Order) -> u64 {
    let text = format!("{} {:?} {columns:?} {direction:?}", query.sql, query.values);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
