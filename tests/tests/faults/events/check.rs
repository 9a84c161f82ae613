//! Compares what was committed with what was published, both ways, and both with the audit trail.
use super::{
    ledger::{Names, Place},
    shop::Shop,
};
use purser_tests::{
    app::eventually,
    database::{Engine, Raw},
};

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

/// How often the row that stands before it as `r` came back. An event of its own says that of each deletion.
macro_rules! restored {
    () => {
        "(select count(*) from deletions d where d.organization_id = r.organization_id and d.resource_id = r.id
           and d.restored_at is not null)"
    };
}

/// Each finds what is wrong.
const QUERIES: [(&str, &str); 22] = [
    (
        "projects whose beginning was not published once",
        concat!("select name from projects r where 1 <> ", published!("project", "= 'project.created'")),
    ),
    (
        "projects of whose changes not each was published",
        concat!("select name from projects r where version <> ", published!("project", "<> ''"), " + ", restored!()),
    ),
    (
        "projects whose end was not published, or was though they are there",
        concat!(
            "select name from projects r where case when deleted_at is null then 0 else 1 end + ",
            restored!(),
            " <> ",
            published!("project", "= 'project.deleted'")
        ),
    ),
    (
        "engagements whose beginning was not published once",
        concat!("select name from engagements r where 1 <> ", published!("engagement", "= 'engagement.created'")),
    ),
    (
        "engagements of whose changes not each was published",
        concat!(
            "select name from engagements r where version <> ",
            published!("engagement", "<> ''"),
            " + ",
            restored!()
        ),
    ),
    (
        "engagements whose end was not published, or was though they are there",
        concat!(
            "select name from engagements r where case when deleted_at is null then 0 else 1 end + ",
            restored!(),
            " <> ",
            published!("engagement", "= 'engagement.deleted'")
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
        "orders whose confirmation was not published, or was though they never were confirmed",
        concat!(
            "select number from orders r where case when confirmed_at is null then 0 else 1 end <> ",
            published!("order", "= 'order.confirmed'")
        ),
    ),
    (
        "orders whose cancellation was not published, or was though they are not cancelled",
        concat!(
            "select number from orders r where case when status = 'cancelled' then 1 else 0 end <> ",
            published!("order", "= 'order.cancelled'")
        ),
    ),
    (
        "settings of whose changes not each was published",
        concat!(
            "select timezone from organization_settings r where version <> 1 + ",
            published!("organization_settings", "<> ''")
        ),
    ),
    (
        "deletions whose end was not published, or was though they last",
        concat!(
            "select resource from deletions r where case when restored_at is null then 0 else 1 end <> ",
            published!("deletion", "= 'deletion.restored'")
        ),
    ),
    (
        "deletions whose ends are not in the audit trail",
        "select max(resource) from deletions d group by organization_id, resource_id having
           sum(case when restored_at is null then 0 else 1 end) <> (select count(*) from audit_logs a
             where a.organization_id = d.organization_id and a.resource_id = d.resource_id and a.action = 'deletion.restore')",
    ),
    (
        "products whose changes are not in the audit trail",
        "select sku from products p where version <> (select count(*) from audit_logs a
            where a.organization_id = p.organization_id and a.resource_id = p.id)",
    ),
    ("projects that are there twice", "select name from projects group by name having count(*) > 1"),
    (
        "customers that are there twice",
        "select business_name from customers group by business_name having count(*) > 1",
    ),
    ("products that are there twice", "select name from products group by name having count(*) > 1"),
    (
        "events of projects that never were",
        "select event_type from outbox_events e where resource = 'project' and not exists
           (select 1 from projects r where r.organization_id = e.organization_id and r.id = e.resource_id)",
    ),
    (
        "events of engagements that never were",
        "select event_type from outbox_events e where resource = 'engagement' and not exists
           (select 1 from engagements r where r.organization_id = e.organization_id and r.id = e.resource_id)",
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

/// What the audit trail calls a deed, and the event that it is published by: of each thing there are as many of the one as of the other.
const DEEDS: [(&str, &str); 19] = [
    ("project.create", "project.created"),
    ("project.update", "project.updated"),
    ("project.delete", "project.deleted"),
    ("engagement.create", "engagement.created"),
    ("engagement.update", "engagement.updated"),
    ("engagement.delete", "engagement.deleted"),
    ("customer.create", "customer.created"),
    ("customer.update", "customer.updated"),
    ("order.draft", "order.drafted"),
    ("order.amend", "order.amended"),
    ("order.update", "order.updated"),
    ("order.confirm", "order.confirmed"),
    ("order.cancel", "order.cancelled"),
    ("conversation.link", "conversation.linked"),
    ("organization.update", "organization.updated"),
    ("organization_settings.update", "organization_settings.updated"),
    ("organization_secret.replace", "organization_secret.replaced"),
    ("organization_secret.delete", "organization_secret.deleted"),
    ("retention_rule.change", "retention_rule.changed"),
];

/// Finds the events that are no deed of the trail's, and the deeds that are no event.
fn unpaired() -> String {
    let quoted = |names: Vec<&str>| names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ");
    let (actions, events): (Vec<_>, Vec<_>) = DEEDS.into_iter().unzip();
    let case: String = DEEDS.iter().flat_map(|(action, event)| [" when '", action, "' then '", event, "'"]).collect();
    format!(
        "select event_type from (
           select event_type, resource_id, 1 as balance from outbox_events where event_type in ({})
           union all
           select case action{case} end, resource_id, -1 from audit_logs where action in ({})
         ) told group by event_type, resource_id having sum(balance) <> 0",
        quoted(events),
        quoted(actions)
    )
}

/// Whatever is called by a name, what the trail says, and what is published.
const TEXTS: [(Place, &str); 3] = [
    (
        Place::Row,
        "select name from projects union all select name from engagements union all select business_name from customers
         union all select name from products union all select name from organizations
         union all select name from organization_secrets union all select default_model from organization_settings
         union all select notes from orders union all select product_name from order_lines
         union all select ai_original_text from order_lines union all select reason from order_status_history",
    ),
    (
        Place::Trail,
        "select cast(changes as text) from audit_logs union all select cast(details as text) from audit_details",
    ),
    (Place::Event, "select cast(payload as text) from outbox_events"),
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
        found_nothing(&mut raw, what, query).await?;
    }
    found_nothing(&mut raw, "deeds without their event, or events without their deed", &unpaired()).await?;
    let mut names = Names::default();
    for (place, query) in TEXTS {
        raw.rows(query).await.unwrap().iter().flatten().for_each(|text| names.read(place, text));
    }
    let faults: Vec<String> = shop.units.lock().unwrap().iter().filter_map(|unit| unit.fault(&names)).collect();
    if faults.is_empty() { Ok(()) } else { Err(format!("neither there as a whole nor gone as a whole: {faults:#?}")) }
}

async fn found_nothing(raw: &mut Raw, what: &str, query: &str) -> Result<(), String> {
    let found = raw.rows(query).await.unwrap_or_else(|error| panic!("{what}: {error}"));
    if found.is_empty() { Ok(()) } else { Err(format!("{what}: {found:?}")) }
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

/// The types of what was published of deeds.
pub(super) async fn published(shop: &Shop) -> Vec<String> {
    let types = "select distinct event_type from outbox_events order by event_type";
    let mut types = shop.app.database.owner().await.rows(types).await.unwrap().concat();
    types.retain(|name| DEEDS.iter().any(|(_, event)| event == name));
    types
}
