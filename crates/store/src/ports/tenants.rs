//! Organizations and who belongs to them, as sign-up and sign-in need them.
use crate::{ReadTx, System, WriteTx};
use async_trait::async_trait;
use purser_kernel::{OrganizationId, PermissionSet, Problem, Timestamp, UserId};
use std::collections::HashMap;

/// An organization that was just founded.
#[derive(Clone, Debug)]
pub struct Founded {
    /// Its id.
    pub id: OrganizationId,
    /// Its name.
    pub name: String,
    /// Its name in addresses.
    pub slug: String,
}

/// An organization that a person belongs to.
#[derive(Clone, Debug)]
pub struct MemberOf {
    /// Its id.
    pub organization: OrganizationId,
    /// Its name.
    pub name: String,
}

/// What a person is in an organization.
#[derive(Clone, Debug)]
pub struct Membership {
    /// The names of the roles.
    pub roles: Vec<String>,
    /// What the roles allow together.
    pub permissions: PermissionSet,
    /// Sessions that were opened in the organization before are over.
    pub sessions_valid_from: Option<Timestamp>,
    /// Whether the organization is suspended: they may read and re-activate it, whatever else the roles allow.
    pub suspended: bool,
}

/// Implemented by tenancy.
#[async_trait]
pub trait Tenants: Send + Sync {
    /// Founds the organization of `tx` with `owner` as its first member: its row, settings, roles and encryption key. The
    /// owner's row in `users` must be there.
    async fn found(&self, tx: &WriteTx, name: &str, owner: UserId) -> Result<Founded, Problem>;

    /// The organizations in which the person of `system` is an active member, the oldest membership first, suspended ones behind the
    /// others. Closed ones are left out.
    async fn organizations_of(&self, system: System<'_>) -> Result<Vec<MemberOf>, Problem>;

    /// Whether the organization of `tx` asks its members for a second factor.
    async fn requires_mfa(&self, tx: &ReadTx) -> Result<bool, Problem>;

    /// Whether the organization of `tx` lets platform administrators act for its members.
    async fn allows_impersonation(&self, tx: &ReadTx) -> Result<bool, Problem>;

    /// What the person is in the organization of `tx`, or `None` when they are no active member or it is closed.
    async fn membership(&self, tx: &ReadTx, user: UserId) -> Result<Option<Membership>, Problem>;

    /// What each of these people may do in the organization of `tx`, by a fixed number of statements. Who is no active member is
    /// not among them.
    async fn permissions_of(&self, tx: &ReadTx, users: &[UserId]) -> Result<HashMap<UserId, PermissionSet>, Problem>;

    /// Active members who hold all of this, at most `limit`, the oldest memberships first.
    async fn holders(&self, tx: &ReadTx, of: PermissionSet, limit: usize) -> Result<Vec<UserId>, Problem>;

    /// Writes down that the person has just been active in the organization of `tx`.
    async fn seen(&self, tx: &WriteTx, user: UserId) -> Result<(), Problem>;

    /// Organizations in the order of their ids, after `after`, for work that goes through all of them.
    async fn page(
        &self,
        system: System<'_>,
        after: Option<OrganizationId>,
        limit: u64,
    ) -> Result<Vec<OrganizationId>, Problem>;
}
