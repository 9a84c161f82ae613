//! Members whom a directory brings, and roles that follow its groups.
use crate::{ReadTx, WriteTx};
use async_trait::async_trait;
use purser_kernel::{Problem, UserId, ids::RoleId};

/// A role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleBrief {
    /// Its id.
    pub id: RoleId,
    /// Its name.
    pub name: String,
}

/// Implemented by tenancy.
#[async_trait]
pub trait Memberships: Send + Sync {
    /// Makes the person, who has a row in `users` and no membership here, an active member without a role.
    async fn admit(&self, tx: &WriteTx, user: UserId) -> Result<(), Problem>;

    /// Gives an active member those of the roles in `mapped` that are in `given`, and takes the others of `mapped` from them.
    /// Roles outside of `mapped` stay. The last owner keeps their role.
    async fn follow(&self, tx: &WriteTx, user: UserId, mapped: &[RoleId], given: &[RoleId]) -> Result<(), Problem>;

    /// Those of these roles that there are and that hold in the whole organization.
    async fn roles(&self, tx: &ReadTx, ids: &[RoleId]) -> Result<Vec<RoleBrief>, Problem>;

    /// Refuses unless the caller holds everything that these roles allow: nobody grants what they do not hold.
    async fn may_give(&self, tx: &WriteTx, roles: &[RoleId]) -> Result<(), Problem>;
}
