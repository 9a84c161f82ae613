//! The same statements from pgbench, whose client costs next to nothing.
use crate::{Outcome, dataset::Dataset, dataset::Kind, figures::Turn, options::Options};
use purser_speed::statements;
use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::process::Command;

/// A script of pgbench and where it runs.
pub(crate) struct Script {
    url: String,
    text: String,
    /// Numbers of orders that were not confirmed yet, where the script needs some.
    next: Option<Arc<AtomicU64>>,
}

/// More orders than one client of pgbench confirms in a turn.
const BLOCK: u64 = 2_000;

impl Script {
    /// One order with its lines.
    pub(crate) fn get(data: &Dataset) -> Self {
        let (org, id) = (organization(data), uid(Kind::Order, ":n"));
        let mut text = format!("\\set n random(1, {})\n{}", data.orders, begin(data, false));
        for statement in [
            bind(statements::ORDER, &[&org, &id, "1"]),
            bind(statements::ORDER_LINES, &[&org, &org, &id, "500"]),
            bind(statements::ORDER_MESSAGES, &[&org, &id]),
            "ROLLBACK".to_owned(),
        ] {
            text.extend([statement.trim_end(), ";\n"]);
        }
        Self { url: data.url.clone(), text, next: None }
    }

    /// A page of 50 orders.
    pub(crate) fn page(data: &Dataset) -> Self {
        let org = organization(data);
        let time = "(timestamptz '2026-01-01 UTC' + cast(:n as bigint) * interval '1 second')";
        let ids: Vec<String> = (1..=50).map(|back| uid(Kind::Order, &format!("(:n - {back})"))).collect();
        let orders: Vec<&str> = [org.as_str()].into_iter().chain(ids.iter().map(String::as_str)).collect();
        let mut text = format!("\\set n random(60, {})\n{}", data.orders, begin(data, false));
        for statement in [
            bind(statements::PAGE, &[&org, time, &uid(Kind::Order, ":n"), "51"]),
            bind(&statements::page_lines(50), &orders),
            bind(&statements::page_messages(50), &orders),
            "ROLLBACK".to_owned(),
        ] {
            text.extend([statement.trim_end(), ";\n"]);
        }
        Self { url: data.url.clone(), text, next: None }
    }

    /// Confirming an order, each once.
    pub(crate) fn confirm(data: &Dataset, next: Arc<AtomicU64>) -> Self {
        let (org, id, user) = (organization(data), uid(Kind::Order, ":n"), literal(&data.user));
        let customer = uid(Kind::Customer, "(1 + :n % 500)");
        // Another id than the order's, as little at random as those that the API makes.
        let fresh = "cast('01940000-0000-7000-8000-' || lpad(to_hex(cast(:n as bigint)), 12, '0') as uuid)";
        let request = "cast(gen_random_uuid() as text)";
        // A salt, and a hash.
        let bytes = "decode(repeat('5a', 32), 'hex')";
        let changes = r#"'{"after": {"status": "confirmed"}, "before": {"status": "pending"}}'"#;
        let event = event();
        let mut text = format!("\\set k :k + 1\n\\set n :base + :client_id * {BLOCK} + :k\n{}", begin(data, true));
        for statement in [
            bind(&statements::order_for_update(true), &[&org, &id, "1"]),
            bind(statements::ORDER_LINES, &[&org, &org, &id, "500"]),
            bind(statements::ORDER_MESSAGES, &[&org, &id]),
            bind(statements::POLICIES, &[&org, "'order'", "200"]),
            bind(
                statements::CONFIRM_ORDER,
                &["'confirmed'", "false", &user, "now()", "null", "null", "now()", "now()", "2", &org, &id, "1"],
            ),
            bind(statements::CONFIRM_HISTORY, &[&org, fresh, &id, "'pending'", "'confirmed'", &user, "null", "now()"]),
            bind(
                statements::CUSTOMER_COUNTED,
                &[
                    "'ordering'",
                    "now()",
                    "now()",
                    "1",
                    "1",
                    "5149",
                    &org,
                    &customer,
                    "'EUR'",
                    "9223372036854775806",
                    "9223372036854770658",
                ],
            ),
            bind(
                statements::AUDIT,
                &[
                    &org,
                    fresh,
                    "'change'",
                    "'info'",
                    "'user'",
                    &user,
                    "null",
                    "'order.confirm'",
                    "'order'",
                    &id,
                    changes,
                    bytes,
                    request,
                    "'success'",
                    "now()",
                ],
            ),
            bind(statements::AUDIT_DETAILS, &[&org, fresh, fresh, bytes, r#"'{"ip": "127.0.0.1"}'"#, "now()"]),
            bind(
                statements::EVENT,
                &[&org, fresh, "null", "'order.confirmed'", "'order'", &id, &event, &user, "now()", "null"],
            ),
            bind(
                statements::JOB,
                &[
                    fresh,
                    &org,
                    &org,
                    "'outbox.dispatch'",
                    "'{}'",
                    "'ready'",
                    "0",
                    "now()",
                    "0",
                    "12",
                    "null",
                    "null",
                    "null",
                    "null",
                    "now()",
                    "now()",
                ],
            ),
            "COMMIT".to_owned(),
        ] {
            text.extend([statement.trim_end(), ";\n"]);
        }
        Self { url: data.url.clone(), text, next: Some(next) }
    }

    /// Runs it for `length`, and reads what each transaction took.
    pub(crate) async fn run(&self, options: &Options, length: Duration) -> Outcome<Turn> {
        let folder = options.dir.join("pgbench");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        let script = folder.join("script.sql");
        fs::write(&script, &self.text)?;
        let clients = options.connections.to_string();
        let mut command = Command::new(options.pgbench.as_deref().unwrap_or_else(|| Path::new("pgbench")));
        command.current_dir(&folder).args(["-n", "-M", "prepared", "-c", &clients, "-j", "1"]);
        command.args(["-T", &length.as_secs().max(1).to_string(), "-l", "--log-prefix=turn"]);
        if let Some(next) = &self.next {
            let block = BLOCK.saturating_mul(u64::try_from(options.connections)?);
            let base = next.fetch_add(block, Ordering::Relaxed);
            command.args(["-D", "k=-1", "-D", &format!("base={base}")]);
        }
        let output = command.arg("-f").arg(&script).arg(&self.url).output().await?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() {
            return Err(format!("pgbench: {said}{}", String::from_utf8_lossy(&output.stderr)).into());
        }
        let rate = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
        Ok(Turn::of(latencies(&folder)?, rate.ok_or("pgbench says no tps")?))
    }
}

/// The third column of the log, in microseconds.
fn latencies(folder: &Path) -> Outcome<Vec<Duration>> {
    let mut latencies = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("turn")) {
            for line in fs::read_to_string(path)?.lines() {
                let micros = line.split(' ').nth(2).and_then(|micros| micros.parse().ok());
                latencies.push(Duration::from_micros(micros.ok_or("a line of pgbench's log has a latency")?));
            }
        }
    }
    Ok(latencies)
}

/// Begins in one message, as the API does.
fn begin(data: &Dataset, writes: bool) -> String {
    let statements = statements::begin(true, writes, &data.organization, Some(&data.user));
    format!("\\startpipeline\n{};\n\\endpipeline\n", statements.join(";\n"))
}

/// Puts `values` where the statement has `$1`, `$2` and so on.
fn bind(statement: &str, values: &[&str]) -> String {
    let numbered = values.iter().enumerate().rev();
    numbered.fold(statement.to_owned(), |sql, (place, value)| sql.replace(&format!("${}", place + 1), value))
}

fn literal(id: &str) -> String {
    format!("cast('{id}' as uuid)")
}

fn organization(data: &Dataset) -> String {
    literal(&data.organization)
}

/// The id that follows from a number.
fn uid(kind: Kind, number: &str) -> String {
    let part = kind.part();
    format!("cast('0193{part}-0000-7000-8000-' || lpad(to_hex(cast({number} as bigint)), 12, '0') as uuid)")
}

fn event() -> String {
    let id = "01930005-0000-7000-8000-000000000001";
    format!(
        r#"'{{"total": "51.49", "number": "SP-0000001", "status": "confirmed", "currency": "EUR", "order_id": "{id}", "line_count": 3, "customer_id": "{id}", "ai_confidence": 0.97, "conversation_id": "{id}"}}'"#
    )
}
