//! What people want to be told of, kept for whoever tells them.
use crate::{Tenancy, preferences};
use async_trait::async_trait;
use purser_entity_tenancy::{organization_settings, user_preferences};
use purser_kernel::{Expected, UserId};
use purser_store::{
    ports::{ChosenNotifications, NotificationSettings},
    prelude::*,
};
use serde_json::{Map, Value};
use std::collections::HashMap;

#[async_trait]
impl NotificationSettings for Tenancy {
    async fn of(&self, tx: &ReadTx, people: &[UserId]) -> Result<HashMap<UserId, ChosenNotifications>, Problem> {
        let theirs = user_preferences::Column::UserId.is_in(people.iter().copied());
        let most = u64::try_from(people.len()).unwrap_or(u64::MAX);
        let rows = tx.find::<user_preferences::Entity>().filter(theirs).all(most).await?;
        let zone = timezone(tx).await?;
        let unchosen = |person: &UserId| {
            (*person, ChosenNotifications { settings: Map::new(), timezone: zone.clone(), version: 1 })
        };
        let mut chosen: HashMap<UserId, ChosenNotifications> = people.iter().map(unchosen).collect();
        chosen.extend(rows.into_iter().map(|row| (row.user_id, view(row, &zone))));
        Ok(chosen)
    }

    async fn lock(&self, tx: &WriteTx, expected: Expected) -> Result<ChosenNotifications, Problem> {
        let row = preferences::lock(tx, expected).await?;
        Ok(view(row, &timezone(tx).await?))
    }

    async fn keep(&self, tx: &WriteTx, settings: Map<String, Value>) -> Result<i64, Problem> {
        let row = preferences::lock(tx, Expected::Any).await?;
        let row = tx.update(row, |row| row.notification_settings = Set(Value::Object(settings))).await?;
        Ok(row.version)
    }
}

fn view(row: user_preferences::Model, organization: &str) -> ChosenNotifications {
    let settings = match row.notification_settings {
        Value::Object(settings) => settings,
        _ => Map::new(),
    };
    let timezone = row.timezone.unwrap_or_else(|| organization.to_owned());
    ChosenNotifications { settings, timezone, version: row.version }
}

/// The organization's.
async fn timezone(tx: &ReadTx) -> Result<String, Problem> {
    let settings = tx.find::<organization_settings::Entity>().one().await?;
    Ok(settings.map_or_else(|| "UTC".to_owned(), |settings| settings.timezone))
}
