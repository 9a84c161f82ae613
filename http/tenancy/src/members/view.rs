//! What is shown of a member.
use chrono::{DateTime, Utc};
use purser_kernel::{
    Permission, UserId,
    ids::{MembershipId, RoleId},
};
use purser_tenancy::{
    entity::{membership::Status, role},
    members::Member,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a member stands.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemberStatus {
    /// Has not been here yet.
    Invited,
    /// May sign in.
    Active,
    /// Is shut out.
    Disabled,
    /// Is gone, and shown nowhere.
    Removed,
}

impl From<Status> for MemberStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Invited => Self::Invited,
            Status::Active => Self::Active,
            Status::Disabled => Self::Disabled,
            Status::Removed => Self::Removed,
        }
    }
}

impl From<MemberStatus> for Status {
    fn from(status: MemberStatus) -> Self {
        match status {
            MemberStatus::Invited => Self::Invited,
            MemberStatus::Active => Self::Active,
            MemberStatus::Disabled => Self::Disabled,
            MemberStatus::Removed => Self::Removed,
        }
    }
}

/// A role, in short.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoleBrief {
    id: RoleId,
    name: String,
    rank: i32,
}

impl From<role::Model> for RoleBrief {
    fn from(role: role::Model) -> Self {
        Self { id: role.id, name: role.name, rank: role.rank }
    }
}

/// A person in the organization.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberView {
    id: MembershipId,
    /// The person, who is the same in all their organizations.
    user_id: UserId,
    /// Null when the person's account was deleted.
    email: Option<String>,
    /// Null when the person's account was deleted.
    full_name: Option<String>,
    status: MemberStatus,
    /// The highest first.
    roles: Vec<RoleBrief>,
    /// What the member may do whatever their roles say.
    grants: Vec<Permission>,
    /// What they may not do whatever their roles and grants say.
    denials: Vec<Permission>,
    /// What they may do, all in all.
    permissions: Vec<Permission>,
    /// When they last signed in here or renewed a session, which clients that work do every few minutes. Null for who was not here yet.
    last_active_at: Option<DateTime<Utc>>,
    pub(super) version: i64,
    /// When they joined first.
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<Member> for MemberView {
    fn from(member: Member) -> Self {
        let Member { membership, person, roles, extras, permissions } = member;
        let (email, full_name) = person.map(|person| (person.email, person.full_name)).unzip();
        Self {
            id: membership.id,
            user_id: membership.user_id,
            email,
            full_name,
            status: membership.status.into(),
            roles: roles.into_iter().map(RoleBrief::from).collect(),
            grants: extras.grants.iter().collect(),
            denials: extras.denials.iter().collect(),
            permissions: permissions.iter().collect(),
            last_active_at: membership.last_active_at,
            version: membership.version,
            created_at: membership.created_at,
            updated_at: membership.updated_at,
        }
    }
}
