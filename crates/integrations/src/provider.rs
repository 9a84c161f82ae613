//! Which providers there are.
use purser_kernel::Problem;

pub use purser_entity_integrations::integration::Kind;

/// A provider that Purser can be connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// The WhatsApp Cloud API of Meta.
    WhatsApp,
    /// Twilio, for SMS and WhatsApp.
    Twilio,
    /// Twilio SendGrid, for mails.
    SendGrid,
    /// Gmail, whose changes Google's Pub/Sub pushes.
    Gmail,
    /// Anybody who signs with a shared secret.
    Hmac,
    /// An LDAP directory that vouches for members.
    Ldap,
    /// An OpenID provider that vouches for members.
    Oidc,
}

const ALL: [Provider; 7] = [
    Provider::WhatsApp,
    Provider::Twilio,
    Provider::SendGrid,
    Provider::Gmail,
    Provider::Hmac,
    Provider::Ldap,
    Provider::Oidc,
];

impl Provider {
    /// Parses what a request to connect without naming a provider in its path calls `kind` and `provider`.
    pub fn parse(kind: &str, provider: &str) -> Result<Self, Problem> {
        match (kind, provider) {
            ("messaging", "whatsapp") => Ok(Self::WhatsApp),
            ("messaging", "twilio" | "sendgrid" | "gmail" | "hmac") => {
                let why = format!("is connected at /v1/integrations/{provider}");
                Err(Problem::invalid("/provider", "unknown_provider", why))
            }
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

    /// The provider that a row names.
    pub(crate) fn named(name: &str) -> Result<Self, Problem> {
        let found = ALL.into_iter().find(|provider| provider.as_str() == name);
        found.ok_or_else(|| Problem::internal("a row names a provider that there is not"))
    }

    /// The name on the wire and in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WhatsApp => "whatsapp",
            Self::Twilio => "twilio",
            Self::SendGrid => "sendgrid",
            Self::Gmail => "gmail",
            Self::Hmac => "hmac",
            Self::Ldap => "ldap",
            Self::Oidc => "oidc",
        }
    }

    /// What it is for.
    pub const fn kind(self) -> Kind {
        match self {
            Self::WhatsApp | Self::Twilio | Self::SendGrid | Self::Gmail | Self::Hmac => Kind::Messaging,
            Self::Ldap | Self::Oidc => Kind::Auth,
        }
    }
}
