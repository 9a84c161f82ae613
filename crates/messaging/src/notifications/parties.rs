//! What telling people needs of other domains.
use super::{
    Kind,
    preferences::Kept,
    rules::{Audience, RULES},
};
use purser_entity_messaging::notification::Model;
use purser_kernel::UserId;
use purser_store::{
    ports::{Concerns, NotificationSettings, People, Tenants},
    prelude::*,
};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use uuid::Uuid;

/// Who belongs to the organization, what they may see, and how they want to be told.
#[derive(Clone)]
pub struct Parties {
    /// Who belongs to it.
    pub tenants: Arc<dyn Tenants>,
    /// Names and mailboxes.
    pub people: Arc<dyn People>,
    /// What they prefer.
    pub settings: Arc<dyn NotificationSettings>,
    /// Whom things concern.
    pub concerns: Vec<Arc<dyn Concerns>>,
}

impl Parties {
    /// `internal` for a kind of thing that nobody knows.
    pub(super) fn concerns(&self, resource: &str) -> Result<&dyn Concerns, Problem> {
        let found = self.concerns.iter().find(|concerns| concerns.resource() == resource);
        found.map(AsRef::as_ref).ok_or_else(|| Problem::internal("nobody knows whom this kind of thing concerns"))
    }

    /// Those of these people who are active members and may read what is of this kind, in their order.
    pub(super) async fn readers(&self, tx: &ReadTx, kind: Kind, people: &[UserId]) -> Result<Vec<UserId>, Problem> {
        let held = self.tenants.permissions_of(tx, people).await?;
        let sees = |person: &&UserId| held.get(person).is_some_and(|held| held.is_superset(kind.spec().sees));
        Ok(people.iter().filter(sees).copied().collect())
    }

    /// Those of a person's notifications that they may read now and want by mail, whatever was so when they were made.
    pub(super) async fn mailable(&self, tx: &ReadTx, person: UserId, rows: Vec<Model>) -> Result<Vec<Model>, Problem> {
        let held = self.tenants.permissions_of(tx, &[person]).await?.remove(&person);
        let chosen = self.settings.of(tx, &[person]).await?.remove(&person);
        let (Some(held), Some(chosen)) = (held, chosen) else {
            return Ok(Vec::new());
        };
        let kept = Kept::of(&chosen);
        let mut rows: Vec<(Kind, Model)> =
            rows.into_iter().filter_map(|row| row.kind.parse().ok().map(|kind| (kind, row))).collect();
        rows.retain(|(kind, _)| held.is_superset(kind.spec().sees) && kept.channels(*kind).is_mailed());
        let mut things: HashMap<&'static str, Vec<Uuid>> = HashMap::new();
        for (kind, row) in &rows {
            if let Some(resource) = resource(*kind) {
                things.entry(resource).or_default().push(row.resource_id);
            }
        }
        let mut hidden = HashSet::new();
        for (resource, ids) in things {
            let seen = self.concerns(resource)?.visible(tx, person, &ids).await?;
            hidden.extend(ids.into_iter().filter(|id| !seen.contains(id)));
        }
        Ok(rows.into_iter().map(|(_, row)| row).filter(|row| !hidden.contains(&row.resource_id)).collect())
    }
}

/// Whose things notifications of a kind are about, where their owner is asked whom they concern.
fn resource(kind: Kind) -> Option<&'static str> {
    RULES.iter().filter(|rule| rule.kind == kind).find_map(|rule| match rule.audience {
        Audience::Concerned(resource) => Some(resource),
        Audience::Holders(_) | Audience::Named(_) => None,
    })
}
