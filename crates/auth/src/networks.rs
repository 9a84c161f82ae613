//! Networks that a person has signed in from.
//!
//! Wrong passwords that come from such a network are counted there, and all others with the account: whoever guesses from
//! elsewhere pauses others from elsewhere, and never the person where they are at home.
use crate::throttle::Attempts;
use chrono::TimeDelta;
use purser_entity_auth::sign_in_network::{ActiveModel, Column, Entity, Model};
use purser_kernel::{Client, UserId, ids::SignInNetworkId};
use purser_store::prelude::*;

/// How long a network is remembered after the last session that was opened from there: as long as a session lasts at the most.
const REMEMBERED_FOR: TimeDelta = TimeDelta::days(90);

/// The network of the client, if the person has signed in from there.
pub(crate) async fn known(system: System<'_>, user: UserId, client: &Client) -> Result<Option<Model>, Problem> {
    let Some(network) = client.network() else {
        return Ok(None);
    };
    let recent = Column::LastUsedAt.gte(system.now() - REMEMBERED_FOR);
    let here = Column::UserId.eq(user).and(Column::Network.eq(network.to_string())).and(recent);
    system.find::<Entity>().filter(here).one().await
}

/// Remembers where the person is, who has just shown that it is them. What went wrong there before is forgiven.
pub(crate) async fn remember(system: System<'_>, user: UserId, client: &Client) -> Result<(), Problem> {
    let now = system.now();
    let old = Column::UserId.eq(user).and(Column::LastUsedAt.lt(now - REMEMBERED_FOR));
    system.remove::<Entity>(old).await?;
    let Some(network) = client.network() else {
        return Ok(());
    };
    let row = ActiveModel {
        id: Set(SignInNetworkId::generate()),
        user_id: Set(user),
        network: Set(network.to_string()),
        last_used_at: Set(now),
        failed_logins: Set(0),
        next_try_at: Set(None),
        ..Default::default()
    };
    let key = [Column::UserId, Column::Network];
    let columns = [Column::LastUsedAt, Column::FailedLogins, Column::NextTryAt, Column::UpdatedAt];
    system.upsert_many([row], key, columns).await
}

/// The wrong passwords that came from there lately.
pub(crate) fn attempts_of(network: &Model) -> Attempts {
    Attempts { failures: network.failed_logins, next_try_at: network.next_try_at }
}

/// Writes down how many there were.
pub(crate) async fn note(system: System<'_>, network: &Model, attempts: Attempts) -> Result<(), Problem> {
    write(system, Column::Id.eq(network.id), attempts).await
}

/// Forgives what went wrong in all of the person's networks.
pub(crate) async fn forgive_all(system: System<'_>, user: UserId) -> Result<(), Problem> {
    write(system, Column::UserId.eq(user).and(Column::FailedLogins.gt(0)), Attempts::default()).await
}

async fn write(system: System<'_>, rows: Filter<Entity>, attempts: Attempts) -> Result<(), Problem> {
    let change = |row: &mut ActiveModel| {
        row.failed_logins = Set(attempts.failures);
        row.next_try_at = Set(attempts.next_try_at);
    };
    system.update_where(rows, change).await.map(|_| ())
}
