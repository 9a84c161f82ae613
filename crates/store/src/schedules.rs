//! Work that comes again: each schedule queues a job when its time has come, once, however many processes look.
use crate::{Store, error::internal, jobs::NewJob, prelude::*};
use chrono::TimeDelta;
use croner::Cron;
use purser_entity_platform::schedule::{self, Column};
use purser_kernel::{Id, clock::Stopwatch};
use sea_orm::EntityTrait;
use sea_orm::sea_query::OnConflict;
use serde_json::json;
use std::{collections::HashMap, str::FromStr, time::Duration};
use tokio_util::sync::CancellationToken;

/// How often the table is looked at; five-field cron has minutes.
const TICK: Duration = Duration::from_secs(20);

/// How far apart the clocks of processes may be. One that is a little ahead runs a schedule before its time has come for the others. If these set
/// that right, it would run twice.
const APART: TimeDelta = TimeDelta::minutes(5);
/// How long a schedule that was set right is left alone: where a clock stays ahead, each would undo the other's word at every look.
const LEFT_ALONE: Duration = Duration::from_hours(1);

/// Queues the jobs whose time has come.
pub struct Scheduler {
    store: Store,
    schedules: Vec<(&'static str, Cron)>,
    set_right: SetRight,
}

impl Scheduler {
    /// `schedules` names kinds of jobs without an organization, and when they run: five fields as in crontab(5), in UTC.
    pub fn new(store: Store, schedules: &[(&'static str, &str)]) -> Result<Self, Problem> {
        let parse = |(kind, cron): &(&'static str, &str)| {
            Cron::from_str(cron).map(|cron| (*kind, cron)).map_err(Problem::internal)
        };
        let schedules = schedules.iter().map(parse).collect::<Result<_, _>>()?;
        Ok(Self { store, schedules, set_right: SetRight::default() })
    }

    /// Runs until `stop` is cancelled.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut registered = false;
        while !stop.is_cancelled() {
            let tick = async {
                if !registered {
                    self.register().await?;
                    registered = true;
                }
                self.tick().await
            };
            if let Err(problem) = tick.await {
                tracing::warn!(%problem, "the schedules could not be looked at");
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(TICK) => {}
            }
        }
    }

    /// Writes down the schedules that are not in the table yet, or stand there as another version had them.
    async fn register(&self) -> Result<(), Problem> {
        let tx = self.store.system().await?;
        let now = tx.system().now();
        let rows = self.schedules.iter().map(|(kind, cron)| {
            Ok(schedule::ActiveModel {
                id: Set(Id::generate()),
                kind: Set((*kind).to_owned()),
                cron: Set(cron.pattern.to_string()),
                next_run_at: Set(next(cron, now)?),
                last_run_at: Set(None),
                created_at: Set(now),
                updated_at: Set(now),
            })
        });
        let rows = rows.collect::<Result<Vec<_>, Problem>>()?;
        if !rows.is_empty() {
            let nothing = OnConflict::column(Column::Kind).do_nothing().to_owned();
            let insert = schedule::Entity::insert_many(rows).on_conflict(nothing);
            insert.exec_without_returning(tx.system().connection()).await.map_err(internal)?;
        }
        for row in tx.system().find::<schedule::Entity>().all(100).await? {
            let Some((_, cron)) = self.schedules.iter().find(|(kind, _)| *kind == row.kind) else {
                continue;
            };
            let (pattern, following) = (cron.pattern.to_string(), next(cron, now)?);
            if row.cron != pattern {
                let change = |row: &mut schedule::ActiveModel| {
                    row.cron = Set(pattern);
                    row.next_run_at = Set(following);
                };
                tx.system().update_where(Column::Id.eq(row.id), change).await?;
            }
        }
        tx.commit().await
    }

    async fn tick(&mut self) -> Result<(), Problem> {
        let tx = self.store.system().await?;
        let now = tx.system().now();
        let rows = tx.system().find::<schedule::Entity>().all(100).await?;
        let mut jobs = Vec::new();
        for row in rows {
            let Some((kind, cron)) = self.schedules.iter().find(|(kind, _)| *kind == row.kind) else {
                continue;
            };
            let is_due = row.next_run_at <= now;
            // By whoever's clock was ahead when it ran: it would not run again until it is that late.
            let is_astray = row.next_run_at > next(cron, now + APART)?;
            if !(is_due || is_astray && self.set_right.may(kind)) {
                continue;
            }
            // Compare-and-set: another process that saw the same row changes nothing.
            let unchanged = Column::Id.eq(row.id).and(Column::NextRunAt.eq(row.next_run_at));
            let following = next(cron, now)?;
            let set = |row: &mut schedule::ActiveModel| {
                row.next_run_at = Set(following);
                if is_due {
                    row.last_run_at = Set(Some(now));
                }
            };
            let taken = tx.system().update_where(unchanged, set).await?;
            if is_due && taken == 1 {
                jobs.push(NewJob::new(kind, json!({})));
            }
        }
        if jobs.is_empty() {
            return tx.commit().await;
        }
        let kinds: Vec<_> = jobs.iter().map(NewJob::kind).collect();
        tx.system().enqueue(None, jobs).await?;
        tx.commit().await?;
        self.store.job_news().committed(kinds);
        Ok(())
    }
}

/// Which schedules this process has set right, and when.
#[derive(Default)]
struct SetRight(HashMap<&'static str, Stopwatch>);

impl SetRight {
    /// Whether it may do so with this one now; then it has.
    fn may(&mut self, kind: &'static str) -> bool {
        let may = self.0.get(kind).is_none_or(|since| since.elapsed() >= LEFT_ALONE);
        if may {
            self.0.insert(kind, Stopwatch::start());
        }
        may
    }
}

fn next(cron: &Cron, after: Timestamp) -> Result<Timestamp, Problem> {
    cron.find_next_occurrence(&after, false).map_err(Problem::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_set_right_is_left_alone_for_a_while() {
        let mut set_right = SetRight::default();
        assert_eq!(["nightly", "hourly", "nightly"].map(|kind| set_right.may(kind)), [true, true, false]);
    }
}
