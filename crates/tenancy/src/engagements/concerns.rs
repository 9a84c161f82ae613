//! Who hears of what happens to an engagement: who leads it and may see it.
use super::access::valid;
use crate::{Tenancy, members};
use async_trait::async_trait;
use purser_entity_tenancy::{
    engagement,
    engagement_access::{self, Column},
};
use purser_kernel::{Id, UserId, ids::EngagementId};
use purser_store::{
    outbox::Event,
    ports::{Concern, Concerns},
    prelude::*,
};
use std::collections::HashSet;
use uuid::Uuid;

#[async_trait]
impl Concerns for Tenancy {
    fn resource(&self) -> &'static str {
        "engagement"
    }

    async fn of(&self, tx: &ReadTx, event: &Event) -> Result<Option<Concern>, Problem> {
        let found = tx.find_by_id::<engagement::Entity>(Id::from_uuid(event.resource_id)).await?;
        let Some((engagement, lead)) = found.and_then(|found| found.lead_id.map(|lead| (found, lead))) else {
            return Ok(None);
        };
        // Being named gives no access.
        let seen = self.visible(tx, lead, &[event.resource_id]).await?;
        Ok((!seen.is_empty()).then(|| Concern { people: vec![lead], about: engagement.name, since: None }))
    }

    async fn visible(&self, tx: &ReadTx, person: UserId, ids: &[Uuid]) -> Result<HashSet<Uuid>, Problem> {
        let held = members::permissions_of(tx, &[person]).await?.remove(&person).unwrap_or_default();
        let these: Vec<EngagementId> = ids.iter().copied().map(Id::from_uuid).collect();
        let most = u64::try_from(ids.len()).unwrap_or(u64::MAX);
        if held.contains(Permission::EngagementsManage) {
            let found = tx.find::<engagement::Entity>().filter(engagement::Column::Id.is_in(these)).all(most).await?;
            return Ok(found.into_iter().map(|engagement| engagement.id.as_uuid()).collect());
        }
        let own = Column::EngagementId.is_in(these).and(valid(tx, person));
        let own = tx.find::<engagement_access::Entity>().filter(own).all(most).await?;
        Ok(own.into_iter().map(|access| access.engagement_id.as_uuid()).collect())
    }
}
