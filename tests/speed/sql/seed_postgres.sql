-- Customers, the first 500 of them with a conversation of one message; and orders of three lines, one each second, each from
-- one of these conversations. The ids follow from the numbers, so that they can be asked for without being looked up.
-- Not checked row by row: these references are right, and checking them takes longer than all the rest.
set session_replication_role = replica;

create function pg_temp.uid(kind text, n bigint) returns uuid immutable language sql
    return ('0193' || kind || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid;

insert into customers (organization_id, id, business_name, name_search, customer_code, status, currency, created_at, updated_at)
select '{organization}', pg_temp.uid('0001', n), 'Customer ' || n, 'customer ' || n, 'S-' || n, 'no_orders_yet', 'EUR', t, t
from generate_series(1, {customers}) n, (select timestamptz '2026-01-01 00:00:00Z' as t) time;

insert into customer_contacts (organization_id, id, customer_id, name, whatsapp, whatsapp_normalized, created_at, updated_at)
select '{organization}', pg_temp.uid('0002', n), pg_temp.uid('0001', n), 'Paula', '+' || (491500000000 + n), 491500000000 + n, t, t
from generate_series(1, {customers}) n, (select timestamptz '2026-01-01 00:00:00Z' as t) time;

insert into conversations (organization_id, id, customer_id, channel, channel_address, integration_id, status, created_at, updated_at)
select '{organization}', pg_temp.uid('0003', n), pg_temp.uid('0001', n), 'whatsapp', 491500000000 + n, '{integration}', 'open', t, t
from generate_series(1, 500) n, (select timestamptz '2026-01-01 00:00:00Z' as t) time;

insert into messages (organization_id, id, conversation_id, integration_id, direction, is_from_customer, content, content_type,
                      status, status_at, ai_processed, created_at, updated_at)
select '{organization}', pg_temp.uid('0004', n), pg_temp.uid('0003', n), '{integration}', 'inbound', true,
       '3 milk, 2 kg rice and 1 coke zero', 'text', 'received', t, true, t, t
from generate_series(1, 500) n, (select timestamptz '2026-01-01 00:00:00Z' as t) time;

insert into orders (organization_id, id, number, customer_id, conversation_id, channel, status, ai_confidence, currency,
                    subtotal_minor, total_minor, created_at, updated_at)
select '{organization}', pg_temp.uid('0005', n), 'SP-' || lpad(n::text, 7, '0'), pg_temp.uid('0001', 1 + n % 500),
       pg_temp.uid('0003', 1 + n % 500), 'whatsapp', {status}, 0.97, 'EUR', 5149, 5149,
       timestamptz '2026-01-01 00:00:00Z' + n * interval '1 second', timestamptz '2026-01-01 00:00:00Z' + n * interval '1 second'
from generate_series(1, {orders}) n;

insert into order_lines (organization_id, id, order_id, line_number, message_id, product_id, product_name, quantity_e4, unit,
                         unit_price_e4, line_total_minor, ai_extracted, ai_original_text, ai_confidence, created_at, updated_at)
select '{organization}', pg_temp.uid('0006', n * 4 + line), pg_temp.uid('0005', n), line, pg_temp.uid('0004', 1 + n % 500),
       product, name, quantity, unit, price, total, true, words, 0.97,
       timestamptz '2026-01-01 00:00:00Z' + n * interval '1 second', timestamptz '2026-01-01 00:00:00Z' + n * interval '1 second'
from generate_series(1, {orders}) n,
     (values (1, '{milk}'::uuid, 'Whole Milk', 30000, 'case', 124000, 3720, '3 milk'),
             (2, '{rice}'::uuid, 'Basmati Rice', 20000, 'kg', 21500, 430, '2 kg rice'),
             (3, '{cola}'::uuid, 'Coca-Cola Zero', 10000, 'case', 99900, 999, '1 coke zero'))
         lines (line, product, name, quantity, unit, price, total, words);

insert into order_messages (organization_id, id, order_id, message_id, effect, created_at)
select '{organization}', pg_temp.uid('0007', n), pg_temp.uid('0005', n), pg_temp.uid('0004', 1 + n % 500), 'created',
       timestamptz '2026-01-01 00:00:00Z' + n * interval '1 second'
from generate_series(1, {orders}) n;
