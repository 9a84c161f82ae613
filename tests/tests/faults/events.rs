//! An event exists if and only if its change was committed: whatever is done, and whatever goes wrong in the midst of it.
mod acts;
mod asked;
mod check;
mod ledger;
mod shop;

use acts::Act;
use asked::Ask;
use ledger::{Left, Outcome, Unit};
use proptest::{prelude::*, test_runner::TestRunner};
use purser_entity_tenancy::project;
use purser_kernel::{CommonProblem, Problem};
use purser_store::WriteTx;
use purser_tenancy::projects::{self, NewProject};
use purser_tests::database::{Engine, Raw};
use rstest::rstest;
use shop::Shop;
use std::{
    cell::RefCell,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::runtime::Runtime;

/// What goes wrong when everything was done and before it is committed.
#[derive(Clone, Copy, Debug)]
enum Fault {
    Nothing,
    /// The transaction is dropped.
    Dropped,
    /// The handler finds that something else cannot be, and gives up.
    Refused,
    /// Or that somebody was faster.
    Stale,
    Panics,
    /// The database finds something there already, and the handler gives up.
    Constraint,
    /// Or goes on as if nothing had been.
    ConstraintIgnored,
    /// Somebody holds what is needed for longer than is waited.
    Locked,
    /// Whoever waits for it goes away, after so many microseconds.
    Cancelled(u64),
}

/// One unit of work.
#[derive(Clone, Debug)]
struct Step {
    acts: Vec<Act>,
    fault: Fault,
}

/// What was done of it so far, be it stopped or not.
type Done = Arc<Mutex<Vec<Left>>>;

/// What three do at the same time in units of work, and somebody else over HTTP.
fn work() -> impl Strategy<Value = (Vec<Vec<Step>>, Vec<Ask>)> {
    let fault = prop_oneof![
        6 => Just(Fault::Nothing),
        1 => Just(Fault::Dropped),
        1 => Just(Fault::Refused),
        1 => Just(Fault::Stale),
        1 => Just(Fault::Panics),
        1 => Just(Fault::Constraint),
        1 => Just(Fault::ConstraintIgnored),
        1 => Just(Fault::Locked),
        3 => (0..15_000_u64).prop_map(Fault::Cancelled),
    ];
    let step = (prop::collection::vec(acts::any(), 1..4), fault).prop_map(|(acts, fault)| Step { acts, fault });
    (prop::collection::vec(prop::collection::vec(step, 4..9), 3), prop::collection::vec(asked::any(), 6..12))
}

/// Holds what every unit of work needs: on PostgreSQL what it needs last, on SQLite the whole.
async fn hold(shop: &Shop) -> Raw {
    let mut raw = shop.app.database.owner().await;
    let lock = match shop.app.database.engine {
        Engine::Sqlite => "begin immediate",
        Engine::Postgres => "begin; lock table outbox_events in exclusive mode",
    };
    // Others may have it already, and then it is held all the same.
    let _ = raw.execute(lock).await;
    raw
}

/// What a handler would do: its acts, what goes wrong, the commit. Who was refused has rolled back.
async fn unit(shop: Shop, step: Step, names: Vec<String>, done: Done) -> Result<Outcome, Problem> {
    let tx = shop.store().write(&shop.scope).await?;
    for (act, name) in step.acts.iter().zip(&names) {
        let left = act.run(&shop, &tx, name).await?;
        done.lock().unwrap().push(left);
    }
    match step.fault {
        Fault::Dropped => return Ok(Outcome::RolledBack),
        Fault::Panics => panic!("the test panics"),
        Fault::Refused => {
            let nameless = NewProject { name: " ".to_owned(), description: None, manager_id: None };
            projects::create(&tx, nameless).await?;
        }
        Fault::Stale => late(&tx).await?,
        Fault::Constraint => twice(&shop, &tx).await?,
        Fault::ConstraintIgnored => {
            assert!(twice(&shop, &tx).await.is_err(), "a code can be given twice");
            assert!(tx.commit().await.is_err(), "what has failed in part is committed");
            return Ok(Outcome::RolledBack);
        }
        Fault::Nothing | Fault::Locked | Fault::Cancelled(_) => {}
    }
    tx.commit().await?;
    Ok(Outcome::Committed)
}

/// A project goes that was changed meanwhile.
async fn late(tx: &WriteTx) -> Result<(), Problem> {
    match tx.find::<project::Entity>().one().await? {
        Some(project) => projects::delete(tx, project.id, project.version + 1).await,
        None => Err(Problem::of(CommonProblem::Stale)),
    }
}

/// The same code for two customers.
async fn twice(shop: &Shop, tx: &WriteTx) -> Result<(), Problem> {
    let code = shop.name();
    acts::customer(shop, tx, &code, Some(code.clone())).await?;
    acts::customer(shop, tx, &shop.name(), Some(code)).await
}

async fn attempt(shop: &Shop, step: &Step) -> Outcome {
    let held = match step.fault {
        Fault::Locked => Some(hold(shop).await),
        _ => None,
    };
    let (names, done): (Vec<String>, _) = (step.acts.iter().map(|_| shop.name()).collect(), Done::default());
    let unit = tokio::spawn(unit(shop.clone(), step.clone(), names.clone(), done.clone()));
    if let Fault::Cancelled(after) = step.fault {
        tokio::time::sleep(Duration::from_micros(after)).await;
        unit.abort();
    }
    let outcome = match unit.await {
        Ok(ended) => ended.unwrap_or(Outcome::RolledBack),
        Err(error) if error.is_panic() => Outcome::RolledBack,
        Err(_) => Outcome::Unknown,
    };
    drop(held);
    let done = std::mem::take(&mut *done.lock().unwrap());
    shop.note(Unit { outcome, names, done });
    outcome
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
fn an_event_exists_if_and_only_if_its_change_was_committed(#[case] engine: Engine) {
    let runtime = Runtime::new().unwrap();
    let Some(shop) = runtime.block_on(Shop::open(engine)) else { return };
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 10,
        failure_persistence: None,
        max_shrink_iters: 0,
        ..Default::default()
    });
    let counts = RefCell::new([0_usize; 3]);
    let count = |outcome: Outcome| {
        counts.borrow_mut()[match outcome {
            Outcome::Committed => 0,
            Outcome::RolledBack => 1,
            Outcome::Unknown => 2,
        }] += 1;
    };
    let held = runner.run(&work(), |(lanes, asks)| {
        runtime
            .block_on(async {
                let lane = async |steps: &Vec<Step>| {
                    for step in steps {
                        count(attempt(&shop, step).await);
                    }
                };
                let asked = async {
                    for ask in &asks {
                        ask.send(&shop).await.into_iter().for_each(&count);
                    }
                };
                futures_util::future::join(futures_util::future::join_all(lanes.iter().map(lane)), asked).await;
                check::both_ways(&shop).await
            })
            .map_err(TestCaseError::fail)
    });
    held.unwrap();
    let published = runtime.block_on(check::published(&shop));
    let [committed, rolled_back, unknown] = counts.into_inner();
    println!("{committed} committed, {rolled_back} rolled back, {unknown} of which nobody knows; {published:?}");
    assert!(committed >= 30 && rolled_back >= 30 && unknown >= 5, "{committed}, {rolled_back}, {unknown}");
    assert!(published.len() >= 12, "{published:?}");
    runtime.block_on(async {
        check::numbered_without_a_gap(&shop).await;
        drop(shop);
    });
}
