//! What is measured as throughput.
use crate::{
    Outcome,
    contest::{self, Contender, Entry},
    dataset::{self, Dataset, Kind, id},
    figures::Spread,
    load::{Ask, Target},
    options::Options,
    pgbench::Script,
    program::{Program, name},
};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use hyper::Method;
use purser_kernel::{Cursor, page::Key};
use purser_tests::{app::Tenant, database::Engine};
use std::sync::{Arc, atomic::AtomicU64};

/// Orders in the small table.
const SMALL: u64 = 10_000;

/// The API and the bare handler over the same database.
pub(crate) struct Pair {
    pub(crate) api: Program,
    pub(crate) bare: Program,
    pub(crate) owner: Tenant,
}

impl Pair {
    pub(crate) async fn start(options: &Options, data: &Dataset) -> Outcome<Self> {
        // Jobs are for `purser worker`, whose work is not the request's.
        let api = Program::api(options, data, &["--no-workers"]).await?;
        let bare = Program::bare(options, data).await?;
        let owner = api.owner().await?;
        Ok(Self { api, bare, owner })
    }

    fn targets(&self, api: Ask, bare: Ask, next: &Arc<AtomicU64>) -> [Target; 2] {
        let token = self.owner.access_token.clone();
        [(&self.api, api), (&self.bare, bare)].map(|(program, ask)| {
            let (address, token, next) = (program.address, token.clone(), next.clone());
            Target { address, token, ask, next }
        })
    }
}

/// One order with its lines, of the large table.
pub(crate) async fn get(options: &Options, engine: Engine) -> Outcome<()> {
    let data = dataset::history(options, engine, options.large).await?;
    let pair = Pair::start(options, &data).await?;
    let ask: Ask = {
        let orders = data.orders;
        Arc::new(move |n| (Method::GET, format!("/v1/orders/{}", id(Kind::Order, 1 + scattered(n) % orders))))
    };
    let entries = contenders(engine, pair.targets(ask.clone(), ask, &Arc::default()), || Script::get(&data), "");
    contest::run(options, &format!("{}: one order with its lines", name(engine)), &entries).await?;
    println!("\nMemory of the API after it: {:.1} MB", pair.api.memory()?);
    Ok(())
}

/// A page of 50 orders that begins anywhere, of the small table and of the large one.
pub(crate) async fn page(options: &Options, engine: Engine) -> Outcome<()> {
    let mut pairs = Vec::new();
    let mut entries = Vec::new();
    for orders in [SMALL, options.large] {
        let data = dataset::history(options, engine, orders).await?;
        let pair = Pair::start(options, &data).await?;
        let [api, bare] = page_asks(&pair.owner, orders).await?;
        let suffix = format!(", {orders} orders");
        let offset = entries.len();
        for mut entry in contenders(engine, pair.targets(api, bare, &Arc::default()), || Script::page(&data), &suffix) {
            entry.against = entry.against.map(|against| against + offset);
            entries.push(entry);
        }
        pairs.push(pair);
    }
    let results = contest::run(options, &format!("{}: a page of 50 orders", name(engine)), &entries).await?;
    let half = entries.len() / 2;
    let time = |place: usize| results.get(place).into_iter().flatten().map(|turn| turn.p50);
    for (small, large) in (0..half).zip(half..) {
        let growth = Spread::of(time(large).zip(time(small)).map(|(large, small)| large / small));
        let who = entries.get(large).map(|entry| entry.name.as_str()).unwrap_or_default();
        println!("\n{who}: {growth} times the p50 of the small table");
    }
    Ok(())
}

/// How a page is asked for at the API, whose cursor is its own secret, and at the bare handler.
pub(crate) async fn page_asks(owner: &Tenant, orders: u64) -> Outcome<[Ask; 2]> {
    let first = owner.get("/v1/orders?limit=50").await.expect(200).json();
    let cursor = first.get("next_cursor").and_then(serde_json::Value::as_str).ok_or("the first page has a next")?;
    let cursor: Cursor = cursor.parse().map_err(|_| "a cursor can be read")?;
    // The page behind the `n`th order has 50 rows and one more.
    let place = move |n: u64| 60 + scattered(n) % (orders - 60);
    let api: Ask = Arc::new(move |n| {
        let n = place(n);
        let keys = vec![Key::Time(created_at(n)), Key::Uuid(id(Kind::Order, n).parse().unwrap_or_default())];
        let cursor = Cursor { query: cursor.query, keys };
        (Method::GET, format!("/v1/orders?limit=50&cursor={cursor}"))
    });
    let bare: Ask = Arc::new(move |n| {
        let n = place(n);
        let created_at = created_at(n).to_rfc3339_opts(SecondsFormat::Secs, true);
        (Method::GET, format!("/v1/orders?created_at={created_at}&id={}", id(Kind::Order, n)))
    });
    Ok([api, bare])
}

/// Confirming an order: its state, history, audit row, event and job, each order once.
pub(crate) async fn confirm(options: &Options, engine: Engine) -> Outcome<()> {
    let data = dataset::pending(options, engine).await?;
    let pair = Pair::start(options, &data).await?;
    let next = Arc::new(AtomicU64::new(1));
    let ask = confirm_ask();
    let script = || Script::confirm(&data, next.clone());
    let entries = contenders(engine, pair.targets(ask.clone(), ask, &next), script, "");
    contest::run(options, &format!("{}: confirming an order", name(engine)), &entries).await?;
    println!("\nMemory of the API after it: {:.1} MB", pair.api.memory()?);
    Ok(())
}

pub(crate) fn confirm_ask() -> Ask {
    Arc::new(|n| (Method::POST, format!("/v1/orders/{}/confirm", id(Kind::Order, n))))
}

/// Who takes part on this database; everybody's ratio is to the bare handler.
fn contenders(engine: Engine, targets: [Target; 2], script: impl FnOnce() -> Script, suffix: &str) -> Vec<Entry> {
    let [api, bare] = targets;
    let entry = |name: &str, against, contender| Entry { name: format!("{name}{suffix}"), against, contender };
    let mut entries =
        vec![entry("API", Some(1), Contender::Http(api)), entry("bare handler", None, Contender::Http(bare))];
    if engine == Engine::Postgres {
        entries.push(entry("pgbench", Some(1), Contender::Pgbench(script())));
    }
    entries
}

/// When the `n`th order was made, as `sql/seed_*.sql` has it.
fn created_at(n: u64) -> DateTime<Utc> {
    let begin = DateTime::from_timestamp(1_767_225_600, 0).unwrap_or_default();
    begin + TimeDelta::seconds(i64::try_from(n).unwrap_or_default())
}

/// Spreads numbers that follow each other, the same way in each sitting (the finalizer of SplitMix64).
fn scattered(n: u64) -> u64 {
    let n = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    n ^ (n >> 31)
}
