//! How many jobs a worker does in a second, beside what the database does with nothing around it:
//!
//! ```sh
//! cargo run --release -p purser-tests --example jobs_speed               # PostgreSQL, with pgbench
//! cargo run --release -p purser-tests --example jobs_speed sqlite
//! ```
//!
//! Jobs of four organizations wait, and do nothing. *Per job* each ends in a transaction of its own, as those do that have an effect in the
//! database; *batched*, those that end at the same time end together. Beside them stands a bare claim-and-delete, one row in a
//! transaction and no more (`DELETE … WHERE id = (SELECT … FOR UPDATE SKIP LOCKED LIMIT 1)`), by as many clients of pgbench as the worker
//! has slots, and one that deletes as many rows at once as there are slots. Rounds change between them; medians are shown, and
//! the least and the greatest. `PURSER_SPEED_ROUNDS` says how many rounds, 5 without it.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a program that prints what it measures"
)]
use async_trait::async_trait;
use purser_kernel::{Clock, Problem, clock::Stopwatch};
use purser_store::{
    DatabaseOptions, MasterKey, Store, Vault,
    jobs::{Job, JobHandler, Worker, WorkerOptions},
};
use purser_tests::{
    app::TestApp,
    database::{Engine, uuid_literal},
};
use std::{
    env, fs,
    path::PathBuf,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};
use tokio_util::sync::CancellationToken;

const KIND: &str = "speed";
const SLOTS: [usize; 3] = [1, 16, 64];
/// What is done in one round.
const PER_JOB: u32 = 2_000;
const BATCHED: u32 = 10_000;

/// With one slot there are no batches.
fn batched(slots: usize) -> u32 {
    if slots == 1 { PER_JOB } else { BATCHED }
}

#[tokio::main]
async fn main() {
    let engine = match env::args().nth(1).as_deref() {
        Some("sqlite") => Engine::Sqlite,
        _ => Engine::Postgres,
    };
    let rounds: usize = env::var("PURSER_SPEED_ROUNDS").map_or(5, |rounds| rounds.parse().expect("a number"));
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let mut tenants = Vec::new();
    for _ in 0..4 {
        tenants.push(app.tenant("Measured").await.organization_id);
    }
    println!("{engine:?}, {rounds} rounds; jobs in a second, and the part of the bare claim-and-delete");
    for slots in SLOTS {
        let [mut each, mut together, mut bare, mut bare_batch]: [Vec<f64>; 4] = Default::default();
        for _ in 0..rounds {
            each.push(work(&app, &tenants, slots, PER_JOB, true).await);
            together.push(work(&app, &tenants, slots, batched(slots), false).await);
            if engine == Engine::Postgres {
                bare.push(pgbench(&app, slots, 1, PER_JOB).await);
                bare_batch.push(pgbench(&app, 1, slots, batched(slots)).await);
            }
        }
        println!("{slots:2} slots: per job {}, batched {}", shown(&mut each), shown(&mut together));
        if engine == Engine::Postgres {
            println!("          bare, one row each {}, {slots} rows each {}", shown(&mut bare), shown(&mut bare_batch));
            let part = |own: &[f64], other: &[f64]| own[rounds / 2] / other[rounds / 2];
            println!(
                "          per job / bare {:.2}, batched / bare {:.2}, batched / bare in batches {:.2}",
                part(&each, &bare),
                part(&together, &bare),
                part(&together, &bare_batch)
            );
        }
    }
}

/// Jobs that do nothing.
struct Nothing {
    left: AtomicU32,
    stop: CancellationToken,
    /// Whether each ends in its own transaction.
    ends_itself: bool,
}

#[async_trait]
impl JobHandler for Nothing {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn is_quick(&self) -> bool {
        true
    }

    async fn run(&self, store: &Store, job: &Job) -> Result<(), Problem> {
        if self.ends_itself {
            let tx = store.write(&job.scope()?).await?;
            tx.finish_job(job).await?;
            tx.commit().await?;
        }
        if self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.stop.cancel();
        }
        Ok(())
    }
}

/// Jobs in a second, from a worker's start until the last of them has ended.
async fn work(app: &TestApp, tenants: &[String], slots: usize, jobs: u32, ends_itself: bool) -> f64 {
    let engine = app.database.engine;
    let mut owner = app.database.owner().await;
    owner.execute("delete from jobs").await.unwrap();
    for (tenant, number) in tenants.iter().zip(0_u32..) {
        let tenant = uuid_literal(engine, tenant);
        let (id, now) = match engine {
            Engine::Postgres => ("gen_random_uuid()", "now()"),
            Engine::Sqlite => ("randomblob(16)", "'2026-01-01 00:00:00+00:00'"),
        };
        let sql = format!(
            "with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < {})
             insert into jobs (id, organization_id, lane, kind, payload, status, priority, run_at, attempts, max_attempts,
                 created_at, updated_at)
             select {id}, {tenant}, {tenant}, '{KIND}', '{{}}', 'ready', 0, {now}, 0, 12, {now}, {now} from numbers",
            jobs / 4 + u32::from(number < jobs % 4)
        );
        owner.execute(&sql).await.unwrap();
    }
    owner.execute(if engine == Engine::Postgres { "vacuum analyze jobs" } else { "analyze jobs" }).await.unwrap();
    let mut options = DatabaseOptions::new(&app.database.application_url);
    options.max_connections = u32::try_from(slots).unwrap().min(32) + 2;
    let vault = Vault::new(&MasterKey::new([7; 32])).unwrap();
    let store = Store::connect(&options, Clock::system(), vault).await.unwrap();
    // Connections, and the standing of the organizations.
    drop(store.system_read().await.unwrap());
    let stop = CancellationToken::new();
    let nothing = Arc::new(Nothing { left: AtomicU32::new(jobs), stop: stop.clone(), ends_itself });
    let options = WorkerOptions { concurrency: slots, ..WorkerOptions::default() };
    let worker = Worker::new(store.clone(), vec![nothing], options);
    let watch = Stopwatch::start();
    worker.run(stop).await;
    let took = watch.elapsed().as_secs_f64();
    store.close().await;
    let left = owner.rows("select kind from jobs where status <> 'done'").await.unwrap().len();
    assert_eq!(left, 0, "every job was done");
    f64::from(jobs) / took
}

/// Rows in a second.
async fn pgbench(app: &TestApp, clients: usize, batch: usize, rows: u32) -> f64 {
    let mut owner = app.database.owner().await;
    owner
        .execute("drop table if exists bare; create table bare (like jobs); alter table bare add primary key (id)")
        .await
        .unwrap();
    owner.execute("create index on bare (priority desc, run_at)").await.unwrap();
    let fill = format!(
        "insert into bare (id, lane, kind, payload, status, priority, run_at, attempts, max_attempts, created_at, updated_at)
         select gen_random_uuid(), gen_random_uuid(), '{KIND}', '{{}}', 'ready', 0, now(), 0, 12, now(), now()
           from generate_series(1, {rows})"
    );
    owner.execute(&fill).await.unwrap();
    owner.execute("vacuum analyze bare").await.unwrap();
    let script = app.database.folder.path().join("bare.sql");
    let found = format!("select id from bare order by priority desc, run_at for update skip locked limit {batch}");
    let sql = match batch {
        1 => format!("delete from bare where id = ({found}) returning id, payload;"),
        _ => format!("with due as ({found}) delete from bare where id in (select id from due) returning id, payload;"),
    };
    fs::write(&script, sql).unwrap();
    let transactions = usize::try_from(rows).unwrap() / clients / batch;
    let mut command = Command::new(program());
    command.args([
        "-n",
        "-M",
        "prepared",
        "-j",
        "2",
        "-c",
        &clients.to_string(),
        "-t",
        &transactions.to_string(),
        "-f",
    ]);
    // Without what sqlx alone understands.
    command.arg(&script).arg(app.database.owner_url.split('?').next().unwrap());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let tps = said.lines().find_map(|line| line.strip_prefix("tps = "));
    let tps = tps.unwrap_or_else(|| panic!("{said} {}", String::from_utf8_lossy(&output.stderr)));
    let tps: f64 = tps.split(' ').next().unwrap().parse().unwrap();
    tps * f64::from(u32::try_from(batch).unwrap())
}

/// Where Debian keeps it, or wherever it is found.
fn program() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<_> =
        versions.map(|version| version.path().join("bin/pgbench")).filter(|path| path.exists()).collect();
    found.sort();
    found.pop().unwrap_or_else(|| PathBuf::from("pgbench"))
}

fn shown(rates: &mut [f64]) -> String {
    rates.sort_by(f64::total_cmp);
    format!("{:.0} ({:.0} to {:.0})", rates[rates.len() / 2], rates[0], rates[rates.len() - 1])
}
