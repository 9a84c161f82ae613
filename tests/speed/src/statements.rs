//! The statements of the API.

/// One order.
pub const ORDER: &str = include_str!("../sql/order.sql");
/// Its lines.
pub const ORDER_LINES: &str = include_str!("../sql/order_lines.sql");
/// The messages that made it what it is.
pub const ORDER_MESSAGES: &str = include_str!("../sql/order_messages.sql");
/// A page of orders.
pub const PAGE: &str = include_str!("../sql/page.sql");
const PAGE_LINES: &str = include_str!("../sql/page_lines.sql");
const PAGE_MESSAGES: &str = include_str!("../sql/page_messages.sql");
/// What has to be approved before an order becomes binding: nothing.
pub const POLICIES: &str = include_str!("../sql/policies.sql");
/// The order becomes binding.
pub const CONFIRM_ORDER: &str = include_str!("../sql/confirm_order.sql");
/// The order's history.
pub const CONFIRM_HISTORY: &str = include_str!("../sql/confirm_history.sql");
/// It is counted for its customer.
pub const CUSTOMER_COUNTED: &str = include_str!("../sql/customer_counted.sql");
/// The audit trail.
pub const AUDIT: &str = include_str!("../sql/audit.sql");
/// What of it is about people.
pub const AUDIT_DETAILS: &str = include_str!("../sql/audit_details.sql");
/// The event.
pub const EVENT: &str = include_str!("../sql/event.sql");
/// What wakes the dispatcher.
pub const JOB: &str = include_str!("../sql/job.sql");

const ACCESS: &str = include_str!("../sql/access.sql");

/// Who read orders with words of customers in them: what stands before the rows, and behind them.
pub fn accesses() -> (&'static str, &'static str) {
    ACCESS.split_once("$rows").unwrap_or((ACCESS, ""))
}

/// One order, locked. SQLite has one writer and no locks.
pub fn order_for_update(postgres: bool) -> String {
    if postgres { format!("{} FOR NO KEY UPDATE", ORDER.trim_end()) } else { ORDER.to_owned() }
}

/// The lines of `orders` orders.
pub fn page_lines(orders: usize) -> String {
    PAGE_LINES.replace("$orders", &numbered(orders))
}

/// The messages of `orders` orders.
pub fn page_messages(orders: usize) -> String {
    PAGE_MESSAGES.replace("$orders", &numbered(orders))
}

/// Placeholders behind the first.
fn numbered(count: usize) -> String {
    let placeholders: Vec<String> = (0..count).map(|n| format!("${}", n + 2)).collect();
    placeholders.join(", ")
}

/// Begins a transaction, as the API does: on PostgreSQL with the tenant's settings, in one message.
pub fn begin(postgres: bool, writes: bool, organization: &str, user: Option<&str>) -> Vec<String> {
    let begin = match (postgres, writes) {
        (true, false) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        (true, true) | (false, false) => "BEGIN",
        (false, true) => "BEGIN IMMEDIATE",
    };
    let mut statements = vec![begin.to_owned()];
    if postgres {
        statements.push(format!("SET LOCAL app.organization_id = '{organization}'"));
        statements.extend(user.map(|user| format!("SET LOCAL app.user_id = '{user}'")));
        statements.push("SET LOCAL lock_timeout = 5000".to_owned());
    }
    statements
}
