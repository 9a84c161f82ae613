//! The kinds of notifications there are, and what is so for everybody who has chosen nothing.
use purser_entity_messaging::notification::Priority;
use purser_kernel::{Permission, PermissionSet};
use serde::{Deserialize, Serialize};
use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;

/// A kind of notification.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    EnumMessage,
    EnumString,
    IntoStaticStr,
    VariantArray,
    Serialize,
    Deserialize,
    ToSchema,
)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[schema(as = NotificationKind)]
pub enum Kind {
    /// An order was made from a message, and waits to be looked at.
    OrderDrafted,
    /// Somebody confirmed an order.
    OrderConfirmed,
    /// Somebody cancelled an order.
    OrderCancelled,
    /// An approval waits for the reader's decision.
    ApprovalAsked,
    /// It still waits, and may expire.
    ApprovalReminded,
    /// What the reader asked for was approved or rejected.
    ApprovalDecided,
    /// Nobody decided in time about what the reader asked for.
    ApprovalExpired,
    /// Somebody is an active member from now on.
    MemberJoined,
    /// The reader has other roles.
    RolesChanged,
    /// A platform administrator acts for the reader.
    ImpersonationStarted,
    /// A secret of the organization was replaced or removed.
    SecretChanged,
    /// A webhook endpoint that the reader made was switched off, and what it missed can be replayed.
    WebhookDisabled,
    /// Somebody changed an engagement that the reader leads.
    EngagementChanged,
}

/// When somebody is mailed of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = NotificationMail)]
pub enum MailTiming {
    /// Each in a mail of its own.
    Immediately,
    /// Once a day, all together, what has not been read by then.
    Digest,
    /// Never.
    Off,
}

/// What is so for a kind.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    /// What the reader must hold: what they may not read they are not told of.
    pub sees: PermissionSet,
    /// How much it matters.
    pub priority: Priority,
    /// Whether nobody can keep it out of their list.
    pub always_in_app: bool,
    /// When it is mailed to who has chosen nothing. `None`: it is mailed by whoever else mails it, and never from here.
    pub mail: Option<MailTiming>,
}

impl Kind {
    /// The name on the wire, such as `order_confirmed`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// When somebody is told of it, for people.
    pub fn about(self) -> String {
        self.get_documentation().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// What is so for it.
    pub fn spec(self) -> Spec {
        use MailTiming::{Digest, Immediately, Off};
        use Permission as P;
        let spec = |sees, priority, always_in_app, mail| Spec { sees, priority, always_in_app, mail };
        match self {
            Self::OrderConfirmed => spec(P::OrdersRead.into(), Priority::Low, false, Some(Off)),
            Self::OrderDrafted | Self::OrderCancelled => {
                spec(P::OrdersRead.into(), Priority::Normal, false, Some(Digest))
            }
            Self::ApprovalAsked | Self::ApprovalReminded => spec(P::ApprovalsRead.into(), Priority::High, true, None),
            Self::ApprovalDecided | Self::ApprovalExpired => {
                spec(P::ApprovalsRead.into(), Priority::Normal, false, None)
            }
            Self::MemberJoined => spec(P::MembersRead.into(), Priority::Low, false, Some(Off)),
            Self::RolesChanged | Self::ImpersonationStarted => {
                spec(PermissionSet::empty(), Priority::High, true, Some(Immediately))
            }
            Self::SecretChanged => spec(P::SecretsManage.into(), Priority::High, true, Some(Digest)),
            Self::WebhookDisabled => spec(P::WebhooksRead.into(), Priority::High, true, Some(Immediately)),
            Self::EngagementChanged => spec(P::EngagementsRead.into(), Priority::Low, false, Some(Off)),
        }
    }

    /// The names of the kinds that somebody with these permissions may read.
    pub(super) fn visible(held: PermissionSet) -> impl Iterator<Item = &'static str> {
        Self::VARIANTS.iter().filter(move |kind| held.is_superset(kind.spec().sees)).map(|kind| kind.as_str())
    }
}
