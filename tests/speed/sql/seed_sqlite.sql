-- As seed_postgres.sql, in the words and forms of SQLite.
pragma synchronous = off;
pragma foreign_keys = off;
pragma cache_size = -500000;
create temp table numbers as
    with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < max({orders}, {customers}))
    select n from numbers;
begin;

insert into customers (organization_id, id, business_name, name_search, customer_code, status, currency, created_at, updated_at)
select x'{organization}', unhex('01930001000070008000' || printf('%012x', n)), 'Customer ' || n, 'customer ' || n, 'S-' || n,
       'no_orders_yet', 'EUR', '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00'
from numbers where n <= {customers};

insert into customer_contacts (organization_id, id, customer_id, name, whatsapp, whatsapp_normalized, created_at, updated_at)
select x'{organization}', unhex('01930002000070008000' || printf('%012x', n)),
       unhex('01930001000070008000' || printf('%012x', n)), 'Paula', '+' || (491500000000 + n), cast(491500000000 + n as text),
       '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00'
from numbers where n <= {customers};

insert into conversations (organization_id, id, customer_id, channel, channel_address, integration_id, status, created_at, updated_at)
select x'{organization}', unhex('01930003000070008000' || printf('%012x', n)),
       unhex('01930001000070008000' || printf('%012x', n)), 'whatsapp', cast(491500000000 + n as text), x'{integration}', 'open',
       '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00'
from numbers where n <= 500;

insert into messages (organization_id, id, conversation_id, integration_id, direction, is_from_customer, content, content_type,
                      status, status_at, ai_processed, created_at, updated_at)
select x'{organization}', unhex('01930004000070008000' || printf('%012x', n)),
       unhex('01930003000070008000' || printf('%012x', n)), x'{integration}', 'inbound', true,
       '3 milk, 2 kg rice and 1 coke zero', 'text', 'received', '2026-01-01T00:00:00+00:00', true,
       '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00'
from numbers where n <= 500;

insert into orders (organization_id, id, number, customer_id, conversation_id, channel, status, ai_confidence, currency,
                    subtotal_minor, total_minor, created_at, updated_at)
select x'{organization}', unhex('01930005000070008000' || printf('%012x', n)), printf('SP-%07d', n),
       unhex('01930001000070008000' || printf('%012x', 1 + n % 500)),
       unhex('01930003000070008000' || printf('%012x', 1 + n % 500)), 'whatsapp', {status}, 0.97, 'EUR', 5149, 5149,
       strftime('%Y-%m-%dT%H:%M:%S+00:00', 1767225600 + n, 'unixepoch'), strftime('%Y-%m-%dT%H:%M:%S+00:00', 1767225600 + n, 'unixepoch')
from numbers where n <= {orders};

insert into order_lines (organization_id, id, order_id, line_number, message_id, product_id, product_name, quantity_e4, unit,
                         unit_price_e4, line_total_minor, ai_extracted, ai_original_text, ai_confidence, created_at, updated_at)
select x'{organization}', unhex('01930006000070008000' || printf('%012x', n * 4 + line)),
       unhex('01930005000070008000' || printf('%012x', n)), line,
       unhex('01930004000070008000' || printf('%012x', 1 + n % 500)), product, name, quantity, unit, price, total, true, words, 0.97,
       strftime('%Y-%m-%dT%H:%M:%S+00:00', 1767225600 + n, 'unixepoch'), strftime('%Y-%m-%dT%H:%M:%S+00:00', 1767225600 + n, 'unixepoch')
from numbers,
     (select 1 as line, x'{milk}' as product, 'Whole Milk' as name, 30000 as quantity, 'case' as unit, 124000 as price, 3720 as total,
             '3 milk' as words
      union all select 2, x'{rice}', 'Basmati Rice', 20000, 'kg', 21500, 430, '2 kg rice'
      union all select 3, x'{cola}', 'Coca-Cola Zero', 10000, 'case', 99900, 999, '1 coke zero')
where n <= {orders};

insert into order_messages (organization_id, id, order_id, message_id, effect, created_at)
select x'{organization}', unhex('01930007000070008000' || printf('%012x', n)),
       unhex('01930005000070008000' || printf('%012x', n)), unhex('01930004000070008000' || printf('%012x', 1 + n % 500)),
       'created', strftime('%Y-%m-%dT%H:%M:%S+00:00', 1767225600 + n, 'unixepoch')
from numbers where n <= {orders};

commit;
pragma wal_checkpoint(truncate);
