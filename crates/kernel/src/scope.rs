//! On whose behalf something is done.
use crate::{Client, CommonProblem, OrganizationId, Permission, PermissionSet, Problem, UserId};
use uuid::Uuid;

/// Who acts. People decide; the other kinds never approve and hold no permission to spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person, signed in.
    User(UserId),
    /// A platform administrator who acts for a person, within what that person may do, and decides nothing.
    Acting {
        /// Who acts.
        admin: UserId,
        /// For whom.
        user: UserId,
    },
    /// A platform administrator, in their own name.
    PlatformAdmin(UserId),
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
            Self::Acting { .. } | Self::PlatformAdmin(_) => "platform_admin",
            Self::ApiKey(_) => "api_key",
            Self::Agent(_) => "agent",
            Self::System => "system",
        }
    }

    /// The id, where the actor has one.
    pub fn id(self) -> Option<Uuid> {
        match self {
            Self::User(id) | Self::PlatformAdmin(id) | Self::Acting { admin: id, .. } => Some(id.as_uuid()),
            Self::ApiKey(id) | Self::Agent(id) => Some(id),
            Self::System => None,
        }
    }

    /// The member as whom it is done, be it by themselves or by an administrator who acts for them.
    pub fn user(self) -> Option<UserId> {
        match self {
            Self::User(id) | Self::Acting { user: id, .. } => Some(id),
            Self::PlatformAdmin(_) | Self::ApiKey(_) | Self::Agent(_) | Self::System => None,
        }
    }

    /// The member, if they do it themselves: for what nobody does in their place.
    pub fn in_person(self) -> Option<UserId> {
        match self {
            Self::User(id) => Some(id),
            _ => None,
        }
    }

    /// The member for whom an administrator acts.
    pub fn on_behalf_of(self) -> Option<UserId> {
        match self {
            Self::Acting { user, .. } => Some(user),
            _ => None,
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

/// Who administers the installation: a platform administrator who is signed in, or a command of the operator's.
#[derive(Clone, Debug)]
pub struct PlatformScope {
    /// Who acts; nobody for a command.
    pub admin: Option<UserId>,
    /// The request that this belongs to, in logs and in the trail.
    pub request_id: String,
    /// Where the request came from.
    pub client: Client,
}

impl PlatformScope {
    /// A command of the operator's.
    pub fn command(request_id: impl Into<String>) -> Self {
        Self { admin: None, request_id: request_id.into(), client: Client::default() }
    }

    /// The scope in which something is done to an organization from outside, with just what that needs.
    pub fn in_organization(&self, organization: OrganizationId, permissions: PermissionSet) -> Scope {
        Scope {
            organization,
            actor: self.admin.map_or(Actor::System, Actor::PlatformAdmin),
            permissions,
            request_id: self.request_id.clone(),
            client: self.client.clone(),
        }
    }
}

impl From<&Scope> for PlatformScope {
    /// Of what is done in an organization and concerns the platform's trail: an administrator's deed while they act for somebody, else
    /// nobody's of theirs.
    fn from(scope: &Scope) -> Self {
        let admin = match scope.actor {
            Actor::PlatformAdmin(admin) | Actor::Acting { admin, .. } => Some(admin),
            Actor::User(_) | Actor::ApiKey(_) | Actor::Agent(_) | Actor::System => None,
        };
        Self { admin, request_id: scope.request_id.clone(), client: scope.client.clone() }
    }
}
