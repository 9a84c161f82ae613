//! Which providers there are.
use purser_kernel::Problem;

pub use purser_entity_integrations::integration::Kind;

/// A provider that Purser can be connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// The WhatsApp Cloud API of Meta.
    WhatsApp,
    /// An LDAP directory that vouches for members.
    Ldap,
    /// An OpenID provider that vouches for members.
    Oidc,
}

impl Provider {
    /// Parses what a request calls `kind` and `provider`.
    pub fn parse(kind: &str, provider: &str) -> Result<Self, Problem> {
        match (kind, provider) {
            ("messaging", "whatsapp") => Ok(Self::WhatsApp),
            ("messaging", _) => {
                Err(Problem::invalid("/provider", "unknown_provider", "must be whatsapp for the kind messaging"))
            }
            ("auth", _) => {
                let why = "must be messaging; sign-in is connected at /v1/integrations/ldap and /v1/integrations/oidc";
                Err(Problem::invalid("/kind", "unknown_kind", why))
            }
            _ => Err(Problem::invalid("/kind", "unknown_kind", "must be messaging")),
        }
    }

    /// The name on the wire and in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WhatsApp => "whatsapp",
            Self::Ldap => "ldap",
            Self::Oidc => "oidc",
        }
    }

    /// What it is for.
    pub const fn kind(self) -> Kind {
        match self {
            Self::WhatsApp => Kind::Messaging,
            Self::Ldap | Self::Oidc => Kind::Auth,
        }
    }
}
