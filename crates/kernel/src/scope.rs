//! On whose behalf something is done.
use crate::{Client, CommonProblem, OrganizationId, Permission, PermissionSet, Problem, UserId};
use uuid::Uuid;

/// Who acts. People decide; the other kinds never approve and hold no permission to spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person, signed in.
    User(UserId),
    /// A program with a key of the organization.
    ApiKey(Uuid),
    /// An agent of the organization.
    Agent(Uuid),
    /// Purser itself: a worker, or a person before there is a session.
    System,
}

impl Actor {
    /// The kind, as it stands in the audit trail.
    pub fn kind(self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::ApiKey(_) => "api_key",
            Self::Agent(_) => "agent",
            Self::System => "system",
        }
    }

    /// The id, where the actor has one.
    pub fn id(self) -> Option<Uuid> {
        match self {
            Self::User(id) => Some(id.as_uuid()),
            Self::ApiKey(id) | Self::Agent(id) => Some(id),
            Self::System => None,
        }
    }

    /// The person, if it is one.
    pub fn user(self) -> Option<UserId> {
        match self {
            Self::User(id) => Some(id),
            Self::ApiKey(_) | Self::Agent(_) | Self::System => None,
        }
    }
}

/// The organization whose rows are reached, who reaches them, and what they may do.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The tenant.
    pub organization: OrganizationId,
    /// Who acts.
    pub actor: Actor,
    /// What they may do.
    pub permissions: PermissionSet,
    /// The request that this belongs to, in logs and in the audit trail.
    pub request_id: String,
    /// Where the request came from.
    pub client: Client,
}

impl Scope {
    /// The scope of Purser's own work for an organization. It holds every permission that the work of an agent may need
    /// and none that decides or spends.
    pub fn system(organization: OrganizationId, request_id: impl Into<String>) -> Self {
        Self {
            organization,
            actor: Actor::System,
            permissions: PermissionSet::all() - Permission::decisions(),
            request_id: request_id.into(),
            client: Client::default(),
        }
    }

    /// The scope of a person.
    pub fn user(organization: OrganizationId, user: UserId, permissions: PermissionSet) -> Self {
        Self {
            organization,
            actor: Actor::User(user),
            permissions,
            request_id: String::new(),
            client: Client::default(),
        }
    }

    /// `forbidden`, naming the permission, unless the caller holds it.
    pub fn require(&self, permission: Permission) -> Result<(), Problem> {
        if self.permissions.contains(permission) {
            return Ok(());
        }
        let name = permission.as_str();
        Err(Problem::of(CommonProblem::Forbidden)
            .detail(format!("This needs the permission {name}."))
            .with("permission", name))
    }
}
