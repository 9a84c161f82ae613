//! What an actor may do: one closed list, published in the API.
use enumset::{EnumSet, EnumSetType};
use serde::{Deserialize, Serialize};
use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};

/// One thing an actor may do. The name on the wire is `resource.verb`.
#[derive(Debug, Hash, EnumSetType, EnumMessage, EnumString, IntoStaticStr, VariantArray, Serialize, Deserialize)]
pub enum Permission {
    /// Read the organization and its settings.
    #[strum(serialize = "organization.read")]
    #[serde(rename = "organization.read")]
    OrganizationRead,
    /// Change the organization and its settings.
    #[strum(serialize = "organization.manage")]
    #[serde(rename = "organization.manage")]
    OrganizationManage,
    /// Decide what only an owner decides: suspend, re-activate and close the organization.
    #[strum(serialize = "organization.own")]
    #[serde(rename = "organization.own")]
    OrganizationOwn,
    /// Replace and remove the organization's secrets, such as its keys at providers. Nobody reads them.
    #[strum(serialize = "secrets.manage")]
    #[serde(rename = "secrets.manage")]
    SecretsManage,
    /// Read members and their roles.
    #[strum(serialize = "members.read")]
    #[serde(rename = "members.read")]
    MembersRead,
    /// Invite members, change their roles, disable them.
    #[strum(serialize = "members.manage")]
    #[serde(rename = "members.manage")]
    MembersManage,
    /// Read API keys, never their secrets.
    #[strum(serialize = "api_keys.read")]
    #[serde(rename = "api_keys.read")]
    ApiKeysRead,
    /// Create, rotate and revoke API keys.
    #[strum(serialize = "api_keys.manage")]
    #[serde(rename = "api_keys.manage")]
    ApiKeysManage,
    /// Read roles, and the permissions there are.
    #[strum(serialize = "roles.read")]
    #[serde(rename = "roles.read")]
    RolesRead,
    /// Make roles and change what they allow.
    #[strum(serialize = "roles.manage")]
    #[serde(rename = "roles.manage")]
    RolesManage,
    /// Read projects and who works in them.
    #[strum(serialize = "projects.read")]
    #[serde(rename = "projects.read")]
    ProjectsRead,
    /// Create and change projects, and say who works in them.
    #[strum(serialize = "projects.manage")]
    #[serde(rename = "projects.manage")]
    ProjectsManage,
    /// See the engagements that one was given access to.
    #[strum(serialize = "engagements.read")]
    #[serde(rename = "engagements.read")]
    EngagementsRead,
    /// Create and delete engagements; every access to every engagement.
    #[strum(serialize = "engagements.manage")]
    #[serde(rename = "engagements.manage")]
    EngagementsManage,
    /// Read requests for approval with what they are about, policies and delegations; delegate one's own approvals.
    #[strum(serialize = "approvals.read")]
    #[serde(rename = "approvals.read")]
    ApprovalsRead,
    /// Say what needs approval and who approves it.
    #[strum(serialize = "approvals.manage")]
    #[serde(rename = "approvals.manage")]
    ApprovalsManage,
    /// Read the audit trail.
    #[strum(serialize = "audit.read")]
    #[serde(rename = "audit.read")]
    AuditRead,
    /// Erase personal data from the audit trail, for good: a decision, for owners.
    #[strum(serialize = "audit.erase")]
    #[serde(rename = "audit.erase")]
    AuditErase,
    /// Say how long what is kept: a decision, for owners.
    #[strum(serialize = "retention.manage")]
    #[serde(rename = "retention.manage")]
    RetentionManage,
    /// Read what was deleted, of what one may read otherwise.
    #[strum(serialize = "deletions.read")]
    #[serde(rename = "deletions.read")]
    DeletionsRead,
    /// Bring back what was deleted, of what one may delete.
    #[strum(serialize = "deletions.restore")]
    #[serde(rename = "deletions.restore")]
    DeletionsRestore,
    /// Purge what was deleted before its time, for good: a decision.
    #[strum(serialize = "deletions.purge")]
    #[serde(rename = "deletions.purge")]
    DeletionsPurge,
    /// Read where personal data was found in free texts, and by which rules; never what stands there.
    #[strum(serialize = "pii.read")]
    #[serde(rename = "pii.read")]
    PiiRead,
    /// Say what is looked for as personal data, have texts looked at, and review what was found: a decision, for people.
    #[strum(serialize = "pii.manage")]
    #[serde(rename = "pii.manage")]
    PiiManage,
    /// Read what was used and what it costs.
    #[strum(serialize = "usage.read")]
    #[serde(rename = "usage.read")]
    UsageRead,
    /// Read integrations, never their credentials.
    #[strum(serialize = "integrations.read")]
    #[serde(rename = "integrations.read")]
    IntegrationsRead,
    /// Connect and change integrations.
    #[strum(serialize = "integrations.manage")]
    #[serde(rename = "integrations.manage")]
    IntegrationsManage,
    /// Read where events are sent, what was sent there and what was answered; never the secrets that sign it.
    #[strum(serialize = "webhooks.read")]
    #[serde(rename = "webhooks.read")]
    WebhooksRead,
    /// Say where events are sent, and have them sent again: a decision, because what happens in the organization leaves it.
    #[strum(serialize = "webhooks.manage")]
    #[serde(rename = "webhooks.manage")]
    WebhooksManage,
    /// Connect the directory that vouches for members, and map its groups to roles: a decision, for owners.
    #[strum(serialize = "identities.manage")]
    #[serde(rename = "identities.manage")]
    IdentitiesManage,
    /// Read the catalogue.
    #[strum(serialize = "products.read")]
    #[serde(rename = "products.read")]
    ProductsRead,
    /// Change the catalogue and its prices.
    #[strum(serialize = "products.manage")]
    #[serde(rename = "products.manage")]
    ProductsManage,
    /// Read customers and their contacts.
    #[strum(serialize = "customers.read")]
    #[serde(rename = "customers.read")]
    CustomersRead,
    /// Change customers and their contacts.
    #[strum(serialize = "customers.manage")]
    #[serde(rename = "customers.manage")]
    CustomersManage,
    /// Read conversations and messages.
    #[strum(serialize = "conversations.read")]
    #[serde(rename = "conversations.read")]
    ConversationsRead,
    /// Link, assign and close conversations, mark them as read.
    #[strum(serialize = "conversations.manage")]
    #[serde(rename = "conversations.manage")]
    ConversationsManage,
    /// Read orders.
    #[strum(serialize = "orders.read")]
    #[serde(rename = "orders.read")]
    OrdersRead,
    /// Draft, change and cancel orders.
    #[strum(serialize = "orders.manage")]
    #[serde(rename = "orders.manage")]
    OrdersManage,
    /// Confirm orders: a decision, for people only.
    #[strum(serialize = "orders.confirm")]
    #[serde(rename = "orders.confirm")]
    OrdersConfirm,
    /// Read files, and what is in them.
    #[strum(serialize = "media.read")]
    #[serde(rename = "media.read")]
    MediaRead,
    /// Upload and delete files.
    #[strum(serialize = "media.manage")]
    #[serde(rename = "media.manage")]
    MediaManage,
    /// Read what readers and models answered, and what was corrected.
    #[strum(serialize = "training.read")]
    #[serde(rename = "training.read")]
    TrainingRead,
}

/// A set of permissions.
pub type PermissionSet = EnumSet<Permission>;

impl Permission {
    /// The name on the wire, such as `orders.confirm`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// What it allows, for people.
    pub fn about(self) -> String {
        crate::text::comment(&self)
    }

    /// What decides, spends or grants. Agents, API keys and Purser's own work never hold these.
    pub fn decisions() -> PermissionSet {
        Self::OrdersConfirm
            | Self::ApprovalsManage
            | Self::MembersManage
            | Self::RolesManage
            | Self::OrganizationManage
            | Self::OrganizationOwn
            | Self::SecretsManage
            | Self::EngagementsManage
            | Self::IntegrationsManage
            | Self::WebhooksManage
            | Self::ApiKeysManage
            | Self::IdentitiesManage
            | Self::AuditErase
            | Self::RetentionManage
            | Self::DeletionsPurge
            | Self::PiiManage
    }
}

/// The roles that every organization has. Their permissions come from here, so that old tenants get new ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumMessage, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum SystemRole {
    /// Everything; an organization has at least one.
    Owner,
    /// Everything but what only an owner may decide.
    Admin,
    /// Runs the daily business, decides about orders.
    Manager,
    /// Works with customers and orders.
    Operator,
    /// Reads.
    Viewer,
}

impl SystemRole {
    /// The name, as it stands in `roles.name`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Who has it, for people.
    pub fn about(self) -> String {
        crate::text::comment(&self)
    }

    /// The order among roles: a higher rank may what a lower one may.
    pub fn rank(self) -> i32 {
        match self {
            Self::Owner => 100,
            Self::Admin => 80,
            Self::Manager => 60,
            Self::Operator => 40,
            Self::Viewer => 20,
        }
    }

    /// What the role may do.
    pub fn permissions(self) -> PermissionSet {
        use Permission as P;
        let viewer = P::OrganizationRead
            | P::ProjectsRead
            | P::EngagementsRead
            | P::ProductsRead
            | P::CustomersRead
            | P::ConversationsRead
            | P::OrdersRead
            | P::MediaRead;
        let operator = viewer
            | P::CustomersManage
            | P::ConversationsManage
            | P::OrdersManage
            | P::MediaManage
            | P::DeletionsRead
            | P::DeletionsRestore
            | P::MembersRead
            | P::RolesRead
            | P::ApprovalsRead;
        let manager = operator
            | P::ProjectsManage
            | P::ProductsManage
            | P::OrdersConfirm
            | P::UsageRead
            | P::IntegrationsRead
            | P::WebhooksRead
            | P::TrainingRead
            | P::PiiRead;
        match self {
            Self::Owner => PermissionSet::all(),
            // Whoever names the directory can become everybody it vouches for, an owner among them.
            // And whoever is looked after by the trail does not thin it out.
            Self::Admin => {
                PermissionSet::all() - P::OrganizationOwn - P::IdentitiesManage - P::AuditErase - P::RetentionManage
            }
            Self::Manager => manager,
            Self::Operator => operator,
            Self::Viewer => viewer,
        }
    }
}
