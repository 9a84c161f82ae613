//! What holds of the rows at every moment, whatever happened before: each query finds what is broken.
use crate::{
    app::eventually,
    database::{Engine, Raw, TestDatabase},
};
use tokio::sync::Mutex;

/// Of aggregates, totals and numbers, after every commit.
const ALWAYS: [(&str, &str); 22] = [
    (
        "orders without their lines",
        "select number from orders o where not exists (select 1 from order_lines l
            where l.organization_id = o.organization_id and l.order_id = o.id)",
    ),
    (
        "orders whose lines are numbered with a gap",
        "select o.number from orders o join order_lines l on l.organization_id = o.organization_id and l.order_id = o.id
            group by o.organization_id, o.id, o.number having min(line_number) <> 1 or max(line_number) <> count(*)",
    ),
    (
        "orders whose total is not the sum of their lines",
        "select number from orders o where total_minor <> subtotal_minor - discount_total_minor + tax_total_minor
            or total_minor <> (select sum(line_total_minor) from order_lines l
                where l.organization_id = o.organization_id and l.order_id = o.id)",
    ),
    (
        "orders whose history does not end with their status",
        "select number from orders o where status <> coalesce((select to_status from order_status_history h
            where h.organization_id = o.organization_id and h.order_id = o.id
            order by h.created_at desc, h.id desc limit 1), '')",
    ),
    (
        "orders whose history does not begin once",
        "select number from orders o where 1 <> (select count(*) from order_status_history h
            where h.organization_id = o.organization_id and h.order_id = o.id and h.from_status is null)",
    ),
    (
        "orders whose versions are not in the audit trail",
        "select number from orders o where version <> (select count(*) from audit_logs a
            where a.organization_id = o.organization_id and a.resource = 'order' and a.resource_id = o.id)",
    ),
    (
        "orders whose versions are not in the outbox",
        "select number from orders o where version <> (select count(*) from outbox_events e
            where e.organization_id = o.organization_id and e.resource = 'order' and e.resource_id = o.id)",
    ),
    (
        "order numbers with a gap or twice",
        "select max(number) from orders group by organization_id
            having max(cast(substr(number, 4) as integer)) <> count(*) or count(distinct number) <> count(*)",
    ),
    (
        "heads of the order numbers that are not behind the last",
        "select cast(next_value as text) from number_sequences s where name = 'orders' and next_value - 1 <>
            (select count(*) from orders o where o.organization_id = s.organization_id)",
    ),
    (
        "heads of the customer codes that are not behind the last",
        "select cast(next_value as text) from number_sequences s where name = 'customer_codes' and next_value - 1 <>
            (select count(*) from customers c where c.organization_id = s.organization_id)",
    ),
    (
        "versions of the catalogue that are not one for each change",
        "select cast(next_value as text) from number_sequences s where name = 'catalogue_version' and next_value - 1 <>
            (select count(*) from audit_logs a where a.organization_id = s.organization_id and a.resource = 'product')",
    ),
    (
        "customers twice, or without their event or audit entry",
        "select max(business_name) from customers c where 1 <> (select count(*) from audit_logs a
                where a.organization_id = c.organization_id and a.resource_id = c.id and a.action = 'customer.create')
            or 1 <> (select count(*) from outbox_events e
                where e.organization_id = c.organization_id and e.resource_id = c.id and e.event_type = 'customer.created')
            or 1 <> (select count(*) from customers d
                where d.organization_id = c.organization_id and d.business_name = c.business_name)
            group by organization_id, id",
    ),
    (
        "customers whose totals are not those of their confirmed orders",
        "select business_name from customers c where
            total_orders <> (select count(*) from orders o where o.organization_id = c.organization_id
                and o.customer_id = c.id and o.status = 'confirmed')
            or total_spent_minor <> (select coalesce(sum(o.total_minor), 0) from orders o
                where o.organization_id = c.organization_id and o.customer_id = c.id and o.status = 'confirmed')",
    ),
    (
        "products whose versions are not in the audit trail",
        "select sku from products p where version <> (select count(*) from audit_logs a
            where a.organization_id = p.organization_id and a.resource_id = p.id)",
    ),
    (
        "organizations without settings, key, owner or event",
        "select slug from organizations o where
            not exists (select 1 from organization_settings s where s.organization_id = o.id)
            or not exists (select 1 from encryption_keys k where k.organization_id = o.id)
            or not exists (select 1 from memberships m join membership_roles r
                on r.organization_id = m.organization_id and r.membership_id = m.id where m.organization_id = o.id)
            or 1 <> (select count(*) from outbox_events e
                where e.organization_id = o.id and e.event_type = 'organization.created')",
    ),
    (
        "people without a password or an organization",
        "select email from users u where not exists (select 1 from user_credentials c where c.user_id = u.id)
            or not exists (select 1 from memberships m where m.user_id = u.id)",
    ),
    (
        "inbound events that are not one for each key",
        "select provider_event_id from inbound_events e where not exists (select 1 from inbound_event_keys k
            where k.organization_id = e.organization_id and k.event_id = e.id)
        union all
        select provider_event_id from inbound_event_keys k where not exists (select 1 from inbound_events e
            where e.organization_id = k.organization_id and e.id = k.event_id)",
    ),
    (
        "counts of inbound events that are not those of their jobs",
        "select cast(count(*) as text) from inbound_events e group by organization_id having count(*) <>
            (select count(*) from jobs j where j.organization_id = e.organization_id and j.kind = 'inbound.process')",
    ),
    (
        "messages without their event",
        "select external_id from messages m where 1 <> (select count(*) from outbox_events e
            where e.organization_id = m.organization_id and e.resource_id = m.id and e.event_type = 'message.received')",
    ),
    (
        "sequences of events with a gap or twice",
        "select cast(max(sequence) as text) from outbox_events where sequence is not null group by organization_id
            having min(sequence) <> 1 or max(sequence) <> count(*) or count(distinct sequence) <> count(*)",
    ),
    (
        "heads of the events that are not behind the last, or events that were not metered once",
        "select cast(next_value as text) from number_sequences s where name = 'outbox_events' and (
            next_value - 1 <> (select count(*) from outbox_events e
                where e.organization_id = s.organization_id and e.sequence is not null)
            or next_value - 1 <> (select count(*) from usage_events u
                where u.organization_id = s.organization_id and u.resource_type = 'event_sent'))",
    ),
    (
        "counts of deliveries and started jobs that are not one for each event that is wanted",
        "select max(e.event_type) from outbox_events e where e.sequence is not null
            and e.event_type in ('conversation.linked', 'message.received', 'organization.created', 'order.drafted', 'order.confirmed',
                'order.cancelled', 'member.status_changed', 'member.roles_changed') group by organization_id having
            sum(case when e.event_type = 'organization.created' then 2 else 1 end) <>
            (select count(*) from jobs j where j.organization_id = e.organization_id
                and j.kind in ('outbox.deliver', 'ordering.read_conversation'))",
    ),
];

/// Once no job waits, of messages that all order something.
const SETTLED: [(&str, &str); 6] = [
    // Of Purser's own, which come by a schedule, one may just have come. One whose process was killed in each of its attempts is dead, by
    // then with one attempt more than there are; the next one does what it would have done.
    (
        "jobs that are not done",
        "select kind || ' ' || status || ' ' || cast(attempts as text) from jobs where status <> 'done' and (organization_id is not null
            or status = 'cancelled' or status = 'dead' and attempts <= max_attempts)",
    ),
    ("inbound events that were not processed", "select status from inbound_events where status <> 'processed'"),
    ("events without a place", "select event_type from outbox_events where sequence is null or dispatched_at is null"),
    (
        "messages that are not one for each inbound event",
        "select cast(count(*) as text) from inbound_events e group by organization_id
            having count(*) <> (select count(*) from messages m where m.organization_id = e.organization_id)",
    ),
    (
        "messages that were not read, or did not change one order once",
        "select external_id from messages m where not ai_processed or 1 <> (select count(*) from order_messages x
                where x.organization_id = m.organization_id and x.message_id = m.id)
            or 1 <> (select count(*) from ai_responses r
                where r.organization_id = m.organization_id and r.message_id = m.id)",
    ),
    (
        "orders of a piece for each message whose quantity is another",
        "select o.number from orders o join customers c on c.organization_id = o.organization_id and c.id = o.customer_id
            where c.business_name = 'Standing Orders' and 10000 * (select count(*) from order_messages x
                where x.organization_id = o.organization_id and x.order_id = o.id)
            <> (select sum(l.quantity_e4) from order_lines l
                where l.organization_id = o.organization_id and l.order_id = o.id)",
    ),
];

/// Nothing is half, and every sequence is whole.
pub async fn assert_whole(raw: &mut Raw) {
    assert_none(raw, &ALWAYS).await;
}

/// Nothing waits, and every message had its effect once.
pub async fn assert_settled(raw: &mut Raw) {
    assert_none(raw, &SETTLED).await;
}

async fn assert_none(raw: &mut Raw, queries: &[(&str, &str)]) {
    for (what, sql) in queries {
        let found = raw.rows(sql).await.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(found.is_empty(), "there are {what}: {found:?}");
    }
}

/// No transaction stays open: on PostgreSQL none is idle for long, on SQLite another connection can write. That of a request whose
/// client is gone may still be at work.
pub async fn assert_none_stays_open(database: &TestDatabase) {
    let mut raw = database.application().await;
    match database.engine {
        Engine::Sqlite => {
            raw.execute("begin immediate; rollback").await.expect("a statement");
        }
        Engine::Postgres => {
            let open = "select state from pg_stat_activity where datname = current_database()
                        and usename = current_user and state like 'idle in transaction%'";
            let raw = Mutex::new(raw);
            eventually("no connection to be in a transaction", || async {
                raw.lock().await.rows(open).await.expect("a statement").is_empty().then_some(())
            })
            .await;
        }
    }
}
