//! What a person prefers in an organization.
use crate::{kept, regional};
use purser_entity_tenancy::user_preferences::{self, Column, Entity, Model};
use purser_kernel::{Expected, Patch, UserId, text::Findings};
use purser_store::{prelude::*, set_if};
use serde_json::{Map, Value, json};

pub use purser_entity_tenancy::user_preferences::Theme;

/// What changes in somebody's preferences. What is left out stays.
#[derive(Clone, Debug, Default)]
pub struct PreferencesChange {
    /// Light, dark, or as their machine has it.
    pub theme: Option<Theme>,
    /// BCP 47; empty: the organization's.
    pub locale: Patch<String>,
    /// Of the IANA database; empty: the organization's.
    pub timezone: Patch<String>,
    /// As a whole, at most 16 KiB.
    pub dashboard: Option<Map<String, Value>>,
}

/// The caller's preferences: those they have when they have chosen nothing yet, too. `not_found` for an actor who is no person.
pub async fn get(tx: &ReadTx) -> Result<Model, Problem> {
    let user = person(tx)?;
    match of(tx, user).await? {
        Some(preferences) => Ok(preferences),
        None => tx.draft(None::<&Model>, |row| unchosen(user, row)),
    }
}

/// Changes the caller's preferences, if they have a version that is expected. Those of who has chosen nothing have the first.
pub async fn update(tx: &WriteTx, expected: impl Into<Expected>, change: PreferencesChange) -> Result<Model, Problem> {
    let change = checked(change)?;
    let before = lock(tx, expected).await?;
    tx.update(before, |row| apply(change, row)).await
}

/// The caller's row, made if there was none, and nobody else changes it.
pub(crate) async fn lock(tx: &WriteTx, expected: impl Into<Expected>) -> Result<Model, Problem> {
    let user = person(tx)?;
    let mut row = user_preferences::ActiveModel::default();
    unchosen(user, &mut row);
    tx.insert_if_absent(row).await?;
    let before = tx.find_for_update::<Entity>().filter(Column::UserId.eq(user)).one().await?;
    let before = before.ok_or_else(|| Problem::internal("the row was just made"))?;
    tx.expect_version(&before, expected)?;
    Ok(before)
}

fn person(tx: &ReadTx) -> Result<UserId, Problem> {
    tx.scope().actor.user().ok_or_else(|| Problem::not_found("person"))
}

async fn of(tx: &ReadTx, user: UserId) -> Result<Option<Model>, Problem> {
    tx.find::<Entity>().filter(Column::UserId.eq(user)).one().await
}

/// What somebody prefers who has chosen nothing yet.
fn unchosen(user: UserId, row: &mut user_preferences::ActiveModel) {
    row.user_id = Set(user);
    row.theme = Set(Theme::System);
    row.locale = Set(None);
    row.timezone = Set(None);
    row.notification_settings = Set(json!({}));
    row.dashboard = Set(json!({}));
}

fn checked(change: PreferencesChange) -> Result<PreferencesChange, Problem> {
    let mut found = Findings::new();
    let locale = found.check(change.locale.try_map(|tag| regional::locale("/locale", &tag)))?.unwrap_or_default();
    let timezone = change.timezone.try_map(|name| regional::timezone("/timezone", &name));
    let timezone = found.check(timezone)?.unwrap_or_default();
    found.check(change.dashboard.as_ref().map_or(Ok(()), |kept| kept::check("/dashboard", kept)))?;
    found.finish()?;
    Ok(PreferencesChange { locale, timezone, ..change })
}

fn apply(change: PreferencesChange, row: &mut user_preferences::ActiveModel) {
    let PreferencesChange { theme, locale, timezone, dashboard } = change;
    set_if(&mut row.theme, theme);
    set_if(&mut row.locale, locale.into_change());
    set_if(&mut row.timezone, timezone.into_change());
    set_if(&mut row.dashboard, dashboard.map(Value::Object));
}
