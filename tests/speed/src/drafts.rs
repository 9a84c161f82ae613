//! From a message to its draft: a signed webhook is posted, and the order is there for whoever lists orders.
use crate::{
    Outcome,
    dataset::{self, CUSTOMERS, Dataset, FIRST_NEW_CUSTOMER, Kind, id, phone},
    figures::{Spread, Turn},
    options::Options,
    program::{Program, name},
};
use purser_kernel::clock::Stopwatch;
use purser_tests::{app::Tenant, database::Engine, whatsapp};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{task::JoinSet, time::MissedTickBehavior};

/// Messages in a second.
const RATE: u32 = 50;
/// Messages in a round.
const MESSAGES: u64 = 1_000;
/// How often the list is looked at.
const LOOK: Duration = Duration::from_millis(4);
const PATIENCE: Duration = Duration::from_secs(30);

/// Who waits for a draft: the customer's id, and when the message was posted.
type Waiting = Arc<Mutex<HashMap<String, Stopwatch>>>;

/// Each round is of customers who have written nothing before.
pub(crate) async fn run(options: &Options, engine: Engine) -> Outcome<()> {
    let data = dataset::pending(options, engine).await?;
    let api = Program::api(options, &data, &[]).await?;
    let owner = api.owner().await?;
    let (mut accepted, mut drafted) = (Vec::new(), Vec::new());
    let mut customer = FIRST_NEW_CUSTOMER;
    // The first round warms up.
    for round in 0..=options.rounds {
        let messages = if round == 0 { MESSAGES / 10 } else { MESSAGES };
        if customer + messages > CUSTOMERS {
            break;
        }
        let (posts, drafts) = self::round(&owner, &data, customer..customer + messages).await?;
        customer += messages;
        if round > 0 {
            accepted.push(posts);
            drafted.push(drafts);
        }
    }
    println!("\n### {}: from a message to its draft, {RATE} messages a second\n", name(engine));
    println!("| | p50 ms | p99 ms |\n| --- | --- | --- |");
    for (what, turns) in [("the webhook is answered", accepted), ("the draft is in the list", drafted)] {
        let spread = |part: fn(&Turn) -> f64| Spread::of(turns.iter().map(part));
        println!("| {what} | {} | {} |", spread(|turn| turn.p50), spread(|turn| turn.p99));
    }
    println!("\nMemory of the API after it: {:.1} MB", api.memory()?);
    Ok(())
}

async fn round(owner: &Tenant, data: &Dataset, customers: std::ops::Range<u64>) -> Outcome<(Turn, Turn)> {
    let waiting: Waiting = Arc::default();
    let count = usize::try_from(customers.end - customers.start)?;
    let watcher = tokio::spawn(watch(owner.clone(), waiting.clone(), count));
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / RATE);
    // Who is late does not post all at once what was missed.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut posts = JoinSet::new();
    for customer in customers {
        ticks.tick().await;
        let body = whatsapp::messages(&[whatsapp::text(&phone(customer), "3 milk, 2 kg rice and 1 coke zero")]);
        let (owner, callback) = (owner.clone(), data.callback.clone());
        let began = Stopwatch::start();
        lock(&waiting).insert(id(Kind::Customer, customer), began);
        posts.spawn(async move {
            let answer = owner.deliver(&callback, &body).await;
            (answer.status, began.elapsed())
        });
    }
    let mut accepted = Vec::new();
    while let Some(post) = posts.join_next().await {
        let (status, latency) = post?;
        if status != 200 {
            return Err(format!("the webhook was answered with {status}").into());
        }
        accepted.push(latency);
    }
    let drafted = watcher.await?.map_err(|missing| format!("{missing} messages have no draft"))?;
    Ok((Turn::of(accepted, 0.0), Turn::of(drafted, 0.0)))
}

/// Looks at the newest orders until all who wait have one. How many do not, after a while in which none came.
async fn watch(owner: Tenant, waiting: Waiting, count: usize) -> Result<Vec<Duration>, usize> {
    let mut drafted = Vec::with_capacity(count);
    let mut last = Stopwatch::start();
    while drafted.len() < count {
        let page = owner.get("/v1/orders?limit=50").await.json();
        let orders = page.get("data").and_then(serde_json::Value::as_array).cloned().unwrap_or_default();
        for order in orders {
            let customer = order.get("customer_id").and_then(serde_json::Value::as_str).unwrap_or_default();
            if let Some(began) = lock(&waiting).remove(customer) {
                drafted.push(began.elapsed());
                last = Stopwatch::start();
            }
        }
        if last.elapsed() > PATIENCE {
            return Err(count - drafted.len());
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(drafted)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
