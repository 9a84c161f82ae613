//! An event exists if and only if its change was committed: whatever is done, and whatever goes wrong in the midst of it.
mod acts;
mod check;

use acts::{Act, Shop};
use proptest::{prelude::*, test_runner::TestRunner};
use purser_kernel::Problem;
use purser_store::WriteTx;
use purser_tenancy::projects::{self, NewProject};
use purser_tests::database::{Engine, Raw};
use rstest::rstest;
use std::time::Duration;
use tokio::runtime::Runtime;

/// What goes wrong when everything was done and before it is committed.
#[derive(Clone, Copy, Debug)]
enum Fault {
    Nothing,
    /// The transaction is dropped.
    Dropped,
    /// The handler finds that something else cannot be, and gives up.
    Refused,
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

/// How a unit of work ended, as far as whoever began it knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Committed,
    RolledBack,
    Unknown,
}

fn steps() -> impl Strategy<Value = Vec<Vec<Step>>> {
    let fault = prop_oneof![
        6 => Just(Fault::Nothing),
        1 => Just(Fault::Dropped),
        1 => Just(Fault::Refused),
        1 => Just(Fault::Panics),
        1 => Just(Fault::Constraint),
        1 => Just(Fault::ConstraintIgnored),
        1 => Just(Fault::Locked),
        3 => (0..15_000_u64).prop_map(Fault::Cancelled),
    ];
    let step = (prop::collection::vec(acts::any(), 1..4), fault).prop_map(|(acts, fault)| Step { acts, fault });
    // Three who work at the same time.
    prop::collection::vec(prop::collection::vec(step, 4..9), 3)
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

/// What a handler would do: its acts, what goes wrong, the commit. Returns what was said in events. Who was refused has rolled back.
async fn unit(shop: Shop, step: Step, names: Vec<String>) -> Result<(Outcome, Vec<String>), Problem> {
    let tx = shop.store().write(&shop.scope).await?;
    let mut said = Vec::new();
    for (act, name) in step.acts.iter().zip(&names) {
        said.extend(act.run(&shop, &tx, name).await?);
    }
    match step.fault {
        Fault::Dropped => return Ok((Outcome::RolledBack, said)),
        Fault::Panics => panic!("the test panics"),
        Fault::Refused => {
            let nameless = NewProject { name: " ".to_owned(), description: None, manager_id: None };
            projects::create(&tx, nameless).await?;
        }
        Fault::Constraint => twice(&shop, &tx).await?,
        Fault::ConstraintIgnored => {
            assert!(twice(&shop, &tx).await.is_err(), "a code can be given twice");
            // PostgreSQL answers this commit with a rollback, SQLite does not.
            tx.commit().await?;
            return Ok((Outcome::Unknown, said));
        }
        Fault::Nothing | Fault::Locked | Fault::Cancelled(_) => {}
    }
    tx.commit().await?;
    Ok((Outcome::Committed, said))
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
    let names: Vec<String> = step.acts.iter().map(|_| shop.name()).collect();
    let unit = tokio::spawn(unit(shop.clone(), step.clone(), names.clone()));
    if let Fault::Cancelled(after) = step.fault {
        tokio::time::sleep(Duration::from_micros(after)).await;
        unit.abort();
    }
    let (outcome, said) = match unit.await {
        Ok(Ok(ended)) => ended,
        Ok(Err(_)) => (Outcome::RolledBack, Vec::new()),
        Err(error) => (if error.is_panic() { Outcome::RolledBack } else { Outcome::Unknown }, Vec::new()),
    };
    drop(held);
    match outcome {
        Outcome::Committed => shop.committed.lock().unwrap().extend(said),
        Outcome::RolledBack => shop.rolled_back.lock().unwrap().extend(names),
        Outcome::Unknown => {}
    }
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
    let counts = std::cell::RefCell::new([0_usize; 3]);
    let held = runner.run(&steps(), |lanes| {
        runtime
            .block_on(async {
                let lane = async |steps: &Vec<Step>| {
                    for step in steps {
                        let outcome = attempt(&shop, step).await;
                        counts.borrow_mut()[match outcome {
                            Outcome::Committed => 0,
                            Outcome::RolledBack => 1,
                            Outcome::Unknown => 2,
                        }] += 1;
                    }
                };
                futures_util::future::join_all(lanes.iter().map(lane)).await;
                check::both_ways(&shop).await
            })
            .map_err(TestCaseError::fail)
    });
    held.unwrap();
    let [committed, rolled_back, unknown] = counts.into_inner();
    println!("{committed} committed, {rolled_back} rolled back, {unknown} of which nobody knows");
    assert!(committed >= 30 && rolled_back >= 30 && unknown >= 5, "{committed}, {rolled_back}, {unknown}");
    runtime.block_on(async {
        check::numbered_without_a_gap(&shop).await;
        drop(shop);
    });
}
