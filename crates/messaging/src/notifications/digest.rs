//! Digests: once a day, at the hour that each person has chosen, where they are.
use super::{Parties, mail, preferences::Kept};
use async_trait::async_trait;
use chrono::{Days, NaiveDate, TimeDelta, TimeZone};
use chrono_tz::Tz;
use purser_entity_messaging::notification::{ActiveModel, Column, Entity};
use purser_kernel::UserId;
use purser_store::{
    jobs::{Job, JobHandler},
    prelude::*,
};

/// Puts what waits into the digests that are due, by a schedule.
pub struct SendDigests {
    parties: Parties,
}

impl SendDigests {
    /// The kind of the job.
    pub const KIND: &'static str = "notifications.digest";

    /// The handler.
    pub fn new(parties: Parties) -> Self {
        Self { parties }
    }

    /// Takes what waits for those whose hour has come since it began to wait, and queues their mails in the same transaction: of two at
    /// once, one finds nothing to take. What comes later waits for the next day.
    async fn take(&self, store: &Store, scope: &Scope) -> Result<(), Problem> {
        let tx = store.write_in_any_state(scope).await?;
        let waiting = tx.find::<Entity>().filter(Column::DigestFrom.is_not_null()).aggregate();
        let waiting = waiting.by(Column::UserId).min(Column::DigestFrom).rows::<(UserId, Timestamp)>().await?;
        if waiting.is_empty() {
            return Ok(());
        }
        let people: Vec<UserId> = waiting.iter().map(|(person, _)| *person).collect();
        let chosen = self.parties.settings.of(&tx, &people).await?;
        let now = tx.now();
        let is_due = |person: &UserId, since: Timestamp| {
            let chosen = chosen.get(person)?;
            let zone = chosen.timezone.parse().unwrap_or(Tz::UTC);
            Some(since < last(now, zone, Kept::of(chosen).digest_hour())?)
        };
        let due: Vec<UserId> = waiting
            .into_iter()
            .filter(|(person, since)| is_due(person, *since).unwrap_or(false))
            .map(|(person, _)| person)
            .collect();
        let theirs = Column::UserId.is_in(due.iter().copied()).and(Column::DigestFrom.is_not_null());
        let take = |row: &mut ActiveModel| {
            row.digest_from = Set(None);
            row.digested_at = Set(Some(now));
        };
        if !due.is_empty() && tx.update_where(theirs, take).await? > 0 {
            tx.enqueue_many(due.into_iter().map(|person| mail::digest(person, now)).collect()).await?;
        }
        tx.commit().await
    }
}

#[async_trait]
impl JobHandler for SendDigests {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    async fn run(&self, store: &Store, job: &Job) -> Result<(), Problem> {
        let mut each = store.each_organization(self.parties.tenants.as_ref());
        while let Some(organization) = each.next().await? {
            each.note(self.take(store, &Scope::system(organization, format!("job-{}", job.id()))).await);
        }
        each.end()
    }
}

/// The last time that it was this hour there. An hour that clocks leave out is the one after it, one that they repeat the first of both.
fn last(now: Timestamp, zone: Tz, hour: u8) -> Option<Timestamp> {
    let today = now.with_timezone(&zone).date_naive();
    let on = |day: NaiveDate| {
        let time = day.and_hms_opt(hour.into(), 0, 0)?;
        let at = |time| zone.from_local_datetime(&time).earliest();
        at(time).or_else(|| at(time + TimeDelta::hours(1))).map(|time| time.to_utc())
    };
    let yesterday = today.checked_sub_days(Days::new(1));
    [Some(today), yesterday].into_iter().flatten().filter_map(on).find(|time| *time <= now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_hour_is_the_one_where_the_person_is() {
        let (paris, kolkata) = (Tz::Europe__Paris, Tz::Asia__Kolkata);
        for (now, zone, hour, expected) in [
            ("2026-11-20T07:00:00Z", paris, 8, "2026-11-20T07:00:00Z"),
            ("2026-11-20T06:59:59Z", paris, 8, "2026-11-19T07:00:00Z"),
            ("2026-11-20T02:30:00Z", kolkata, 8, "2026-11-20T02:30:00Z"),
            ("2026-11-20T23:00:00Z", paris, 0, "2026-11-20T23:00:00Z"),
            // The night in which two o'clock is left out, and the one in which it comes twice.
            ("2026-03-29T12:00:00Z", paris, 2, "2026-03-29T01:00:00Z"),
            ("2026-10-25T12:00:00Z", paris, 2, "2026-10-25T00:00:00Z"),
        ] {
            assert_eq!(last(at(now), zone, hour), Some(at(expected)), "{now} {zone} {hour}");
        }
    }
}
