//! What other domains see of this one.
use crate::{
    engagements::{self, Level},
    limits, members, organizations, secrets, settings,
};
use async_trait::async_trait;
use chrono::TimeDelta;
use purser_kernel::{Id, OrganizationId, PermissionSet, Problem, SecretString, UserId, ids::EngagementId};
use purser_store::{
    ReadTx, System, WriteTx,
    ports::{
        AccessLevel, EngagementAccess, Founded, Limits, MemberOf, Membership, OrderSettings, ResourceReaders, Secrets,
        Settings, Tenants,
    },
};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Implements the ports that tenancy owns. It has no state: everything is in the transaction it is given.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tenancy;

#[async_trait]
impl Tenants for Tenancy {
    async fn found(&self, tx: &WriteTx, name: &str, owner: UserId) -> Result<Founded, Problem> {
        let organization = organizations::found(tx, name, owner).await?;
        Ok(Founded { id: organization.id, name: organization.name, slug: organization.slug })
    }

    async fn organizations_of(&self, system: System<'_>) -> Result<Vec<MemberOf>, Problem> {
        members::organizations_of(system).await
    }

    async fn membership(&self, tx: &ReadTx, user: UserId) -> Result<Option<Membership>, Problem> {
        members::membership(tx, user).await
    }

    async fn requires_mfa(&self, tx: &ReadTx) -> Result<bool, Problem> {
        settings::requires_mfa(tx).await
    }

    async fn allows_impersonation(&self, tx: &ReadTx) -> Result<bool, Problem> {
        settings::allows_impersonation(tx).await
    }

    async fn permissions_of(&self, tx: &ReadTx, users: &[UserId]) -> Result<HashMap<UserId, PermissionSet>, Problem> {
        members::permissions_of(tx, users).await
    }

    async fn holders(&self, tx: &ReadTx, of: PermissionSet, limit: usize) -> Result<Vec<UserId>, Problem> {
        members::holders(tx, of, limit).await
    }

    async fn seen(&self, tx: &WriteTx, user: UserId) -> Result<(), Problem> {
        members::seen(tx, user).await
    }

    async fn page(
        &self,
        system: System<'_>,
        after: Option<OrganizationId>,
        limit: u64,
    ) -> Result<Vec<OrganizationId>, Problem> {
        organizations::page(system, after, limit).await
    }
}

#[async_trait]
impl Settings for Tenancy {
    async fn for_orders(&self, tx: &ReadTx) -> Result<OrderSettings, Problem> {
        settings::for_orders(tx).await
    }

    async fn retention_days(&self, tx: &ReadTx) -> Result<Option<i32>, Problem> {
        settings::retention_days(tx).await
    }

    async fn deletion_retention(&self, tx: &ReadTx) -> Result<TimeDelta, Problem> {
        settings::deletion_retention(tx).await
    }
}

#[async_trait]
impl Limits for Tenancy {
    async fn take_storage(&self, tx: &WriteTx, bytes: i64) -> Result<(), Problem> {
        limits::take_storage(tx, bytes).await
    }
}

#[async_trait]
impl Secrets for Tenancy {
    async fn open(&self, tx: &ReadTx, name: &str) -> Result<Option<SecretString>, Problem> {
        secrets::open(tx, name).await
    }
}

#[async_trait]
impl EngagementAccess for Tenancy {
    async fn require(&self, tx: &ReadTx, engagement: EngagementId, level: AccessLevel) -> Result<(), Problem> {
        let level = match level {
            AccessLevel::Read => Level::Read,
            AccessLevel::Write => Level::Write,
            AccessLevel::Admin => Level::Admin,
        };
        engagements::require(tx, engagement, level).await.map(|_| ())
    }
}

#[async_trait]
impl ResourceReaders for Tenancy {
    fn resource(&self) -> &'static str {
        engagements::RESOURCE
    }

    async fn readable(&self, tx: &ReadTx, ids: &[Uuid]) -> Result<Vec<Uuid>, Problem> {
        // An engagement of which there is more to tell is named once.
        let ids: BTreeSet<EngagementId> = ids.iter().copied().map(Id::from_uuid).collect();
        let ids: Vec<EngagementId> = ids.into_iter().collect();
        Ok(engagements::readable(tx, &ids).await?.into_iter().map(Id::as_uuid).collect())
    }
}
