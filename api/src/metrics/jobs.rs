//! How many jobs wait, and for how long, as they are when somebody asks.
use purser_kernel::Problem;
use purser_store::{
    Store,
    jobs::depth::{STATUSES, depth},
};
use std::{collections::BTreeMap, time::Duration};

/// Longer than that nobody who reads metrics waits for them.
const PATIENCE: Duration = Duration::from_secs(3);
/// What stands for kinds that this version does not know, so that labels cannot become more than there are kinds.
const OTHER: &str = "other";

/// The jobs in the database.
pub struct Queue {
    /// The database.
    pub store: Store,
    /// The kinds that this version knows.
    pub kinds: Vec<&'static str>,
}

impl Queue {
    /// Looks at the table, and sets what it finds. While the database does not answer, what was found last stays.
    pub(super) async fn look(&self) {
        match tokio::time::timeout(PATIENCE, self.set()).await {
            Ok(Ok(())) => {}
            Ok(Err(problem)) => tracing::warn!(%problem, "jobs could not be counted"),
            Err(_) => tracing::warn!("jobs could not be counted in time"),
        }
    }

    async fn set(&self) -> Result<(), Problem> {
        let tx = self.store.system_read().await?;
        let (found, now) = (depth(tx.system()).await?, tx.system().now());
        drop(tx);
        let kinds = || self.kinds.iter().copied().chain([OTHER]);
        // A kind without jobs is told of, too: what is gone must not be shown on.
        let mut jobs: BTreeMap<(&str, &str), i64> =
            kinds().flat_map(|kind| STATUSES.map(|status| ((kind, status), 0))).collect();
        let mut ages: BTreeMap<&str, Duration> = kinds().map(|kind| (kind, Duration::ZERO)).collect();
        for row in &found {
            let kind = self.kinds.iter().copied().find(|kind| *kind == row.kind).unwrap_or(OTHER);
            *jobs.entry((kind, row.status)).or_default() += row.jobs;
            if row.status == "ready" {
                let age = (now - row.oldest).to_std().unwrap_or_default();
                let oldest = ages.entry(kind).or_default();
                *oldest = age.max(*oldest);
            }
        }
        for ((kind, status), jobs) in jobs {
            // A gauge is a float; nobody has more jobs than it counts exactly.
            let jobs = u32::try_from(jobs).unwrap_or(u32::MAX);
            metrics::gauge!("purser_jobs", "kind" => kind.to_owned(), "status" => status.to_owned()).set(jobs);
        }
        for (kind, age) in ages {
            metrics::gauge!("purser_jobs_oldest_ready_age", "kind" => kind.to_owned()).set(age.as_secs_f64());
        }
        Ok(())
    }
}
