//! The same work on both databases: sqlx's types differ, the words do not.
use crate::{
    After, State,
    accesses::Access,
    view::{Line, Order, Page},
};
use chrono::{DateTime, Utc};
use purser_kernel::{Clock, Currency, Id, Money, Quantity, UnitPrice, random};
use purser_speed::statements;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Error, QueryBuilder, Row, Transaction, types::Json};
use std::collections::HashMap;
use std::sync::LazyLock;
use uuid::Uuid;

/// Rows in a page, and the one more that tells whether there is a next.
const PAGE: usize = 50;
/// As many lines as the API would read.
const MAX_LINES: i64 = 500;
const MAX_POLICIES: i64 = 200;

static PAGE_LINES: LazyLock<String> = LazyLock::new(|| statements::page_lines(PAGE));
static PAGE_MESSAGES: LazyLock<String> = LazyLock::new(|| statements::page_messages(PAGE));
static FOR_UPDATE: LazyLock<String> = LazyLock::new(|| statements::order_for_update(true));

fn refused(what: &str) -> Error {
    Error::Protocol(what.to_owned())
}

fn new_id() -> Uuid {
    Id::<()>::generate().as_uuid()
}

fn random() -> Result<Vec<u8>, Error> {
    random::bytes::<32>().map(|bytes| bytes.to_vec()).map_err(|_| refused("nothing is random"))
}

macro_rules! engine {
    ($module:ident, $database:ident, $is_postgres:literal) => {
        pub(crate) mod $module {
            use super::*;
            use sqlx::{$database, Pool};
            type DbRow = <$database as sqlx::Database>::Row;

            type Tx = Transaction<'static, $database>;

            pub(crate) async fn show(
                pool: &Pool<$database>,
                state: &State,
                id: Uuid,
            ) -> Result<Option<Order>, Error> {
                let mut tx = begin(pool, state, false, Some(state.user)).await?;
                let row = sqlx::query(statements::ORDER).bind(state.organization).bind(id).bind(1_i64);
                match row.fetch_optional(&mut *tx).await? {
                    Some(row) => parts(&mut tx, state, order(&row)?).await.map(Some),
                    None => Ok(None),
                }
            }

            pub(crate) async fn page(
                pool: &Pool<$database>,
                state: &State,
                after: After,
            ) -> Result<Page, Error> {
                let mut tx = begin(pool, state, false, Some(state.user)).await?;
                let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
                let query = sqlx::query(statements::PAGE).bind(state.organization);
                let rows = query.bind(after.created_at).bind(after.id).bind(limit).fetch_all(&mut *tx).await?;
                let mut data = rows.iter().take(PAGE).map(order).collect::<Result<Vec<_>, _>>()?;
                if data.len() < PAGE {
                    return Err(refused("the page is not full"));
                }
                let places: HashMap<Uuid, usize> =
                    data.iter().enumerate().map(|(place, order)| (order.id, place)).collect();
                let mut query = sqlx::query(PAGE_LINES.as_str()).bind(state.organization);
                for order in &data {
                    query = query.bind(order.id);
                }
                for row in query.fetch_all(&mut *tx).await? {
                    let order = places.get(&row.try_get::<Uuid, _>(2)?).and_then(|place| data.get_mut(*place));
                    if let Some(order) = order {
                        order.lines.push(line(&row, order.currency)?);
                    }
                }
                let mut query = sqlx::query(PAGE_MESSAGES.as_str()).bind(state.organization);
                for order in &data {
                    query = query.bind(order.id);
                }
                for row in query.fetch_all(&mut *tx).await? {
                    let order = places.get(&row.try_get::<Uuid, _>(2)?).and_then(|place| data.get_mut(*place));
                    if let Some(order) = order {
                        order.message_ids.push(row.try_get(3)?);
                    }
                }
                for order in &mut data {
                    order.message_id = order.message_ids.first().copied();
                }
                let last = data.last().filter(|_| rows.len() > PAGE);
                let next_cursor = last.map(|last| format!("{}_{}", last.created_at.timestamp_micros(), last.id));
                Ok(Page { data, next_cursor })
            }

            pub(crate) async fn confirm(
                pool: &Pool<$database>,
                state: &State,
                id: Uuid,
            ) -> Result<Option<Order>, Error> {
                let State { organization, user, .. } = *state;
                let now = Clock::system().now();
                let mut tx = begin(pool, state, true, Some(user)).await?;
                let locked = if $is_postgres { FOR_UPDATE.as_str() } else { statements::ORDER };
                let row = sqlx::query(locked).bind(organization).bind(id).bind(1_i64);
                let Some(row) = row.fetch_optional(&mut *tx).await? else { return Ok(None) };
                let before = parts(&mut tx, state, order(&row)?).await?;
                if before.status != "pending" || before.lines.is_empty() {
                    return Ok(None);
                }
                let policies = sqlx::query(statements::POLICIES).bind(organization).bind("order").bind(MAX_POLICIES);
                if !policies.fetch_all(&mut *tx).await?.is_empty() {
                    return Ok(None);
                }
                let row = sqlx::query(statements::CONFIRM_ORDER)
                    .bind("confirmed")
                    .bind(false)
                    .bind(user)
                    .bind(now)
                    .bind(None::<Uuid>)
                    .bind(None::<String>)
                    .bind(now)
                    .bind(now)
                    .bind(before.version + 1)
                    .bind(organization)
                    .bind(id)
                    .bind(before.version)
                    .fetch_one(&mut *tx)
                    .await?;
                let (lines, message_ids) = (before.lines, before.message_ids);
                let message_id = message_ids.first().copied();
                let after = Order { lines, message_ids, message_id, ..order(&row)? };
                sqlx::query(statements::CONFIRM_HISTORY)
                    .bind(organization)
                    .bind(new_id())
                    .bind(id)
                    .bind("pending")
                    .bind("confirmed")
                    .bind(user)
                    .bind(None::<String>)
                    .bind(now)
                    .execute(&mut *tx)
                    .await?;
                count(&mut tx, state, &after, now).await?;
                record(&mut tx, state, &after, now).await?;
                tx.commit().await?;
                Ok(Some(after))
            }

            /// Adds the order to its customer's totals.
            async fn count(tx: &mut Tx, state: &State, order: &Order, now: DateTime<Utc>) -> Result<(), Error> {
                let counted = sqlx::query(statements::CUSTOMER_COUNTED)
                    .bind("ordering")
                    .bind(now)
                    .bind(now)
                    .bind(1_i64)
                    .bind(1_i64)
                    .bind(order.total_minor)
                    .bind(state.organization)
                    .bind(order.customer_id)
                    .bind(order.currency.code())
                    .bind(i64::MAX - 1)
                    .bind(i64::MAX - order.total_minor)
                    .execute(&mut **tx)
                    .await?;
                if counted.rows_affected() == 1 { Ok(()) } else { Err(refused("nobody to count it for")) }
            }

            /// Writes the audit trail, the event and the job.
            async fn record(tx: &mut Tx, state: &State, order: &Order, now: DateTime<Utc>) -> Result<(), Error> {
                let changes = json!({ "before": { "status": "pending" }, "after": { "status": "confirmed" } });
                let (audit_id, salt) = (new_id(), random()?);
                sqlx::query(statements::AUDIT)
                    .bind(state.organization)
                    .bind(audit_id)
                    .bind("change")
                    .bind("info")
                    .bind("user")
                    .bind(state.user)
                    .bind(None::<Uuid>)
                    .bind("order.confirm")
                    .bind("order")
                    .bind(order.id)
                    .bind(changes)
                    // Any hash is as large.
                    .bind(random()?)
                    .bind(new_id().to_string())
                    .bind("success")
                    .bind(now)
                    .execute(&mut **tx)
                    .await?;
                sqlx::query(statements::AUDIT_DETAILS)
                    .bind(state.organization)
                    .bind(new_id())
                    .bind(audit_id)
                    .bind(salt)
                    .bind(json!({ "ip": "127.0.0.1" }))
                    .bind(now)
                    .execute(&mut **tx)
                    .await?;
                sqlx::query(statements::EVENT)
                    .bind(state.organization)
                    .bind(new_id())
                    .bind(None::<i64>)
                    .bind("order.confirmed")
                    .bind("order")
                    .bind(order.id)
                    .bind(event(order))
                    .bind(state.user)
                    .bind(now)
                    .bind(None::<DateTime<Utc>>)
                    .execute(&mut **tx)
                    .await?;
                sqlx::query(statements::JOB)
                    .bind(new_id())
                    .bind(state.organization)
                    .bind(state.organization)
                    .bind("outbox.dispatch")
                    .bind(json!({}))
                    .bind("ready")
                    .bind(0_i32)
                    .bind(now)
                    .bind(0_i32)
                    .bind(12_i32)
                    .bind(None::<Uuid>)
                    .bind(None::<DateTime<Utc>>)
                    .bind(None::<String>)
                    .bind(None::<String>)
                    .bind(now)
                    .bind(now)
                    .execute(&mut **tx)
                    .await?;
                Ok(())
            }

            /// Who read what, of many readings together.
            pub(crate) async fn note(
                pool: &Pool<$database>,
                state: &State,
                accesses: Vec<Access>,
            ) -> Result<(), Error> {
                let (insert, behind) = statements::accesses();
                let mut query = QueryBuilder::<$database>::new(insert);
                query.push_values(accesses, |mut row, access| {
                    row.push_bind(state.organization)
                        .push_bind(new_id())
                        .push_bind("user")
                        .push_bind(state.user)
                        .push_bind(None::<Uuid>)
                        .push_bind("order")
                        .push_bind(json!(access.orders))
                        .push_bind(i32::try_from(access.orders.len()).unwrap_or(i32::MAX))
                        .push_bind("select")
                        .push_bind(false)
                        .push_bind(None::<String>)
                        .push_bind(new_id().to_string())
                        .push_bind(access.at);
                });
                query.push(behind);
                let mut tx = begin(pool, state, true, None).await?;
                query.build().persistent(false).execute(&mut *tx).await?;
                tx.commit().await
            }

            #[expect(clippy::disallowed_methods, reason = "nobody cancels here")]
            async fn begin(
                pool: &Pool<$database>,
                state: &State,
                writes: bool,
                user: Option<Uuid>,
            ) -> Result<Tx, Error> {
                let (organization, user) = (state.organization.to_string(), user.map(|user| user.to_string()));
                let begin = statements::begin($is_postgres, writes, &organization, user.as_deref()).join("; ");
                pool.begin_with(AssertSqlSafe(begin)).await
            }

            /// Lines and messages.
            async fn parts(tx: &mut Tx, state: &State, mut order: Order) -> Result<Order, Error> {
                let organization = state.organization;
                let query = sqlx::query(statements::ORDER_LINES).bind(organization).bind(organization);
                for row in query.bind(order.id).bind(MAX_LINES).fetch_all(&mut **tx).await? {
                    order.lines.push(line(&row, order.currency)?);
                }
                if order.conversation_id.is_some() {
                    let query = sqlx::query(statements::ORDER_MESSAGES).bind(organization);
                    for row in query.bind(order.id).fetch_all(&mut **tx).await? {
                        order.message_ids.push(row.try_get(3)?);
                    }
                }
                order.message_id = order.message_ids.first().copied();
                Ok(order)
            }

            fn order(row: &DbRow) -> Result<Order, Error> {
                let currency = currency(row.try_get(15)?)?;
                let money = |column| Ok::<_, Error>(Money::from_minor(row.try_get(column)?, currency).to_string());
                Ok(Order {
                    id: row.try_get(1)?,
                    number: row.try_get(2)?,
                    customer_id: row.try_get(3)?,
                    conversation_id: row.try_get(6)?,
                    channel: row.try_get(7)?,
                    customer_reference: row.try_get(8)?,
                    status: row.try_get(9)?,
                    ai_generated: row.try_get(10)?,
                    ai_confidence: row.try_get(11)?,
                    requires_review: row.try_get(12)?,
                    reviewed_by: row.try_get(13)?,
                    reviewed_at: row.try_get(14)?,
                    currency,
                    subtotal: money(17)?,
                    total: money(20)?,
                    total_minor: row.try_get(20)?,
                    requested_delivery_on: row.try_get(21)?,
                    notes: row.try_get(22)?,
                    approval_id: row.try_get(24)?,
                    approval_status: row.try_get(25)?,
                    confirmed_at: row.try_get(26)?,
                    cancelled_at: row.try_get(27)?,
                    created_at: row.try_get(29)?,
                    updated_at: row.try_get(30)?,
                    version: row.try_get(33)?,
                    lines: Vec::new(),
                    message_id: None,
                    message_ids: Vec::new(),
                })
            }

            fn line(row: &DbRow, currency: Currency) -> Result<Line, Error> {
                let Json(alternatives) = row.try_get(17)?;
                Ok(Line {
                    id: row.try_get(1)?,
                    line_number: row.try_get(3)?,
                    product_id: row.try_get(5)?,
                    variant_id: row.try_get(6)?,
                    product_name: row.try_get(7)?,
                    quantity: Quantity::from_e4(row.try_get(8)?),
                    unit: row.try_get(9)?,
                    unit_price: UnitPrice::from_e4(row.try_get(10)?, currency).to_string(),
                    line_total: Money::from_minor(row.try_get(13)?, currency).to_string(),
                    ai_extracted: row.try_get(14)?,
                    ai_original_text: row.try_get(15)?,
                    ai_confidence: row.try_get(16)?,
                    alternatives,
                })
            }
        }
    };
}

fn currency(code: &str) -> Result<Currency, Error> {
    Currency::parse("", code).map_err(|_| refused("no such currency"))
}

/// What is published.
fn event(order: &Order) -> Value {
    json!({
        "order_id": order.id,
        "number": order.number,
        "customer_id": order.customer_id,
        "conversation_id": order.conversation_id,
        "status": order.status,
        "total": order.total,
        "currency": order.currency,
        "ai_confidence": order.ai_confidence,
        "line_count": order.lines.len(),
    })
}

engine!(postgres, Postgres, true);
engine!(sqlite, Sqlite, false);
