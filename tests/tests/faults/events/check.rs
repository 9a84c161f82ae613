//! Compares what was committed with what was published, both ways.
use super::acts::Shop;
use purser_tests::{
    app::eventually,
    database::{Engine, Raw},
};
use serde_json::Value;
use std::collections::BTreeSet;

/// How often something is published of the row that stands before it as `r`.
macro_rules! published {
    ($resource:literal, $which:literal) => {
        concat!(
            "(select count(*) from outbox_events e where e.organization_id = r.organization_id and e.resource = '",
            $resource,
            "' and e.resource_id = r.id and e.event_type ",
            $which,
            ")"
        )
    };
}

/// Each finds what is wrong.
const QUERIES: [(&str, &str); 10] = [
    (
        "projects whose beginning was not published once",
        concat!("select name from projects r where 1 <> ", published!("project", "= 'project.created'")),
    ),
    (
        "projects of whose changes not each was published",
        concat!("select name from projects r where version <> ", published!("project", "<> ''")),
    ),
    (
        "projects whose end was not published, or was though they are there",
        concat!(
            "select name from projects r where case when deleted_at is null then 0 else 1 end <> ",
            published!("project", "= 'project.deleted'")
        ),
    ),
    (
        "customers that were not published once",
        concat!("select business_name from customers r where 1 <> ", published!("customer", "= 'customer.created'")),
    ),
    (
        "orders that were not published once",
        concat!("select number from orders r where 1 <> ", published!("order", "= 'order.drafted'")),
    ),
    (
        "orders of whose changes not each was published",
        concat!("select number from orders r where version <> ", published!("order", "<> ''")),
    ),
    (
        "orders whose cancellation was not published, or was though they are not cancelled",
        concat!(
            "select number from orders r where case when status = 'cancelled' then 1 else 0 end <> ",
            published!("order", "= 'order.cancelled'")
        ),
    ),
    (
        "events of projects that never were",
        "select event_type from outbox_events e where resource = 'project' and not exists
           (select 1 from projects r where r.organization_id = e.organization_id and r.id = e.resource_id)",
    ),
    (
        "events of customers that never were",
        "select event_type from outbox_events e where resource = 'customer' and not exists
           (select 1 from customers r where r.organization_id = e.organization_id and r.id = e.resource_id)",
    ),
    (
        "events of orders that never were",
        "select event_type from outbox_events e where resource = 'order' and not exists
           (select 1 from orders r where r.organization_id = e.organization_id and r.id = e.resource_id)",
    ),
];

/// What is wrong, at one moment: somebody who was cancelled may still be committed in the next.
pub(super) async fn both_ways(shop: &Shop) -> Result<(), String> {
    let mut raw = shop.app.database.owner().await;
    let moment = match shop.app.database.engine {
        Engine::Sqlite => "begin",
        Engine::Postgres => "begin isolation level repeatable read",
    };
    raw.execute(moment).await.unwrap();
    for (what, query) in QUERIES {
        let wrong = raw.rows(query).await.unwrap();
        if !wrong.is_empty() {
            return Err(format!("{what}: {wrong:?}"));
        }
    }
    let published = said(&mut raw).await;
    let rows = "select name from projects union select business_name from customers";
    let rows: BTreeSet<String> = raw.rows(rows).await.unwrap().into_iter().flatten().collect();
    let missing: Vec<String> =
        shop.committed.lock().unwrap().iter().filter(|name| !published.contains(*name)).cloned().collect();
    let is_there = |name: &&String| published.contains(*name) || rows.contains(*name);
    let left: Vec<String> = shop.rolled_back.lock().unwrap().iter().filter(is_there).cloned().collect();
    if missing.is_empty() && left.is_empty() {
        return Ok(());
    }
    Err(format!("committed and not published: {missing:?}; rolled back and there: {left:?}"))
}

/// The names in events.
async fn said(raw: &mut Raw) -> BTreeSet<String> {
    let rows = raw.rows("select cast(payload as text) from outbox_events").await.unwrap();
    let names = rows.iter().filter_map(|row| {
        let payload: Value = serde_json::from_str(&row[0]).unwrap();
        let name = payload.get("name").or(payload.get("business_name"))?;
        name.as_str().map(str::to_owned)
    });
    names.collect()
}

/// Once nobody is left at work, each has its place.
pub(super) async fn numbered_without_a_gap(shop: &Shop) {
    let sql = "select cast(count(*) as text), cast(count(distinct sequence) as text), cast(max(sequence) as text)
               from outbox_events";
    eventually("every event to have a place of its own", || async {
        let rows = shop.app.database.owner().await.rows(sql).await.unwrap();
        (rows[0][0] == rows[0][1] && rows[0][1] == rows[0][2]).then_some(())
    })
    .await;
    both_ways(shop).await.unwrap();
}
