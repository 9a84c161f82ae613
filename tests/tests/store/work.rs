//! Workers that stop by themselves, so that a test waits for what happens and not for time to pass.
use async_trait::async_trait;
use purser_entity_platform::job;
use purser_kernel::Problem;
use purser_store::{
    Store,
    jobs::{Job, JobHandler, Worker, WorkerOptions},
};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// No test waits for longer.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// Counts the runs of a handler, and stops the workers after the last that is wanted.
struct Counted {
    handler: Arc<dyn JobHandler>,
    left: Arc<AtomicUsize>,
    stop: CancellationToken,
}

/// Counts when it is dropped: a handler that panics has run, too.
struct Run<'a>(&'a Counted);

impl Drop for Run<'_> {
    fn drop(&mut self) {
        if self.0.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.stop.cancel();
        }
    }
}

#[async_trait]
impl JobHandler for Counted {
    fn kind(&self) -> &'static str {
        self.handler.kind()
    }

    fn at_once(&self, slots: usize) -> usize {
        self.handler.at_once(slots)
    }

    fn is_quick(&self) -> bool {
        self.handler.is_quick()
    }

    async fn run(&self, store: &Store, job: &Job) -> Result<(), Problem> {
        let _run = Run(self);
        self.handler.run(store, job).await
    }
}

pub(crate) fn options() -> WorkerOptions {
    WorkerOptions { poll: Duration::from_millis(10), ..WorkerOptions::default() }
}

/// One worker for each of `stores`, until `runs` jobs were run by any of them and everything that they hold has ended.
pub(crate) async fn work(stores: &[&Store], handlers: &[Arc<dyn JobHandler>], runs: usize) {
    work_beside(stores, handlers, &[], runs).await;
}

/// As [`work`], with `others` that are run and not counted.
pub(crate) async fn work_beside(
    stores: &[&Store],
    handlers: &[Arc<dyn JobHandler>],
    others: &[Arc<dyn JobHandler>],
    runs: usize,
) {
    work_with(options(), stores, handlers, others, runs).await;
}

/// As [`work_beside`], with workers that work otherwise.
pub(crate) async fn work_with(
    options: WorkerOptions,
    stores: &[&Store],
    handlers: &[Arc<dyn JobHandler>],
    others: &[Arc<dyn JobHandler>],
    runs: usize,
) {
    let stop = CancellationToken::new();
    let left = Arc::new(AtomicUsize::new(runs));
    let counted = |handler: &Arc<dyn JobHandler>| -> Arc<dyn JobHandler> {
        Arc::new(Counted { handler: handler.clone(), left: left.clone(), stop: stop.clone() })
    };
    let handlers: Vec<_> = handlers.iter().map(counted).chain(others.iter().cloned()).collect();
    let workers: Vec<_> = stores
        .iter()
        .map(|store| tokio::spawn(Worker::new((*store).clone(), handlers.clone(), options).run(stop.clone())))
        .collect();
    for worker in workers {
        tokio::time::timeout(PATIENCE, worker).await.expect("the jobs are done").unwrap();
    }
}

/// Every job there is, by id.
pub(crate) async fn jobs(store: &Store) -> Vec<job::Model> {
    let tx = store.system_read().await.unwrap();
    tx.system().find::<job::Entity>().order_by(job::Column::Id, purser_store::prelude::Asc).all(1000).await.unwrap()
}
