//! What people are told of: made from events by rules, listed and read by the person, mailed as they prefer.
//!
//! A notification is one person's. Programs have none.
mod digest;
mod kinds;
mod letters;
mod mail;
mod notify;
mod parties;
pub mod preferences;
mod retention;
mod rules;

pub use digest::SendDigests;
pub use kinds::{Kind, MailTiming, Spec};
pub use mail::SendNotifications;
pub use notify::Notify;
pub use parties::Parties;
pub use purser_entity_messaging::notification::Priority;
pub use retention::Notifications;

use purser_entity_messaging::notification::{ActiveModel, Column, Entity, Model};
use purser_kernel::ids::NotificationId;
use purser_store::prelude::*;

/// Which notifications are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct NotificationFilter {
    /// Only those that were not read, or were.
    pub unread: Option<bool>,
    /// Only those of this kind.
    pub kind: Option<Kind>,
}

/// The types of events that something follows from, and the kinds: for the documentation, and the tests that compare it.
pub fn rules() -> impl Iterator<Item = (&'static str, Kind)> {
    rules::RULES.iter().map(|rule| (rule.event_type, rule.kind))
}

/// The caller's notifications, the newest first.
pub async fn list(tx: &ReadTx, filter: NotificationFilter, page: &PageRequest) -> Result<Page<Model>, Problem> {
    let NotificationFilter { unread, kind } = filter;
    tx.find::<Entity>()
        .filter(own(tx)?)
        .filter_if(unread.map(|unread| if unread { Column::ReadAt.is_null() } else { Column::ReadAt.is_not_null() }))
        .filter_if(kind.map(|kind| Column::Kind.eq(kind.as_str())))
        .filter_now(visible(tx))
        .order_by(Column::Number, Desc)
        .page(page)
        .await
}

/// How many of the caller's notifications were not read.
pub async fn unread_count(tx: &ReadTx) -> Result<i64, Problem> {
    let unread = own(tx)?.and(visible(tx)).and(Column::ReadAt.is_null());
    tx.find::<Entity>().filter(unread).count().await
}

/// Says that the caller has read a notification, or has not after all. What was read is in no digest any more. Twice is as good as once;
/// `not_found` for another person's.
pub async fn mark(tx: &WriteTx, id: NotificationId, read: bool) -> Result<Model, Problem> {
    let this = || own(tx).map(|own| own.and(visible(tx)).and(Column::Id.eq(id)));
    let now = tx.now();
    let (wrong, read_at) =
        if read { (Column::ReadAt.is_null(), Some(now)) } else { (Column::ReadAt.is_not_null(), None) };
    let change = |row: &mut ActiveModel| {
        row.read_at = Set(read_at);
        row.digest_from = Set(None);
    };
    tx.update_where(this()?.and(wrong), change).await?;
    let found = tx.find::<Entity>().filter(this()?).one().await?;
    found.ok_or_else(|| Problem::not_found("notification"))
}

/// Says that the caller has read this notification and everything before it, and returns how many of them were unread. What came
/// after it, which they may not have seen, stays as it is: numbers are given in the order in which rows become visible.
///
/// `validation_failed` when the caller has no such notification.
pub async fn mark_all(tx: &WriteTx, up_to: NotificationId) -> Result<u64, Problem> {
    let last = tx.find::<Entity>().filter(own(tx)?.and(Column::Id.eq(up_to))).one().await?;
    let last = last.ok_or_else(|| Problem::unknown_reference("/up_to", "notification"))?;
    let unread = own(tx)?.and(Column::ReadAt.is_null()).and(Column::Number.lte(last.number));
    let now = tx.now();
    let read = |row: &mut ActiveModel| {
        row.read_at = Set(Some(now));
        row.digest_from = Set(None);
    };
    tx.update_where(unread, read).await
}

/// What is in the caller's list. `not_found` for an actor who is no person.
fn own(tx: &ReadTx) -> Result<Filter<Entity>, Problem> {
    let person = tx.scope().actor.user().ok_or_else(|| Problem::not_found("person"))?;
    Ok(Column::UserId.eq(person).and(Column::InApp.eq(true)))
}

/// Without what the caller may not read any more.
fn visible(tx: &ReadTx) -> Filter<Entity> {
    Column::Kind.is_in(Kind::visible(tx.scope().permissions))
}
