//! What one domain offers another inside the caller's transaction. Implemented by the crate that owns the thing, handed over as
//! `Arc<dyn …>` where the program is put together.
mod answers;
mod approvals;
mod concerns;
mod deletions;
mod engagements;
mod identities;
mod inbox;
mod invitations;
mod limits;
mod memberships;
mod notification_settings;
mod people;
mod rates;
mod resource_readers;
mod retention;
mod secrets;
mod settings;
mod tenants;
mod texts;
mod usage;

pub use answers::{Answers, Correction, NewAnswer};
pub use approvals::{ApprovalSubject, Approvals, Counterparty, Ending, Matter, Verdict};
pub use concerns::{Concern, Concerns};
pub use deletions::{Deletable, Progress, Reference, Restorable};
pub use engagements::{AccessLevel, EngagementAccess};
pub use identities::{
    Assertion, IdentityProviders, OpenIdProvider, PasswordDirectory, Renewal, SignInAttempt, Vouched,
};
pub use inbox::{
    AttachmentKind, CustomerDirectory, DeliveryStatus, InboundMessage, Inbox, NewAttachment, OrderItem, Reading,
    ReceivedMessage, StatusUpdate,
};
pub use invitations::{Invitations, OpenInvitation};
pub use limits::Limits;
pub use memberships::{Memberships, RoleBrief};
pub use notification_settings::{ChosenNotifications, NotificationSettings};
pub use people::{Mailbox, People, PersonBrief};
pub use rates::{ExchangeRate, ExchangeRates};
pub use resource_readers::ResourceReaders;
pub use retention::Retention;
pub use secrets::Secrets;
pub use settings::{OrderSettings, Settings};
pub use tenants::{Founded, MemberOf, Membership, Tenants};
pub use texts::{FreeText, FreeTexts, KnownNumbers};
pub use usage::{Usage, UsageMeter};
