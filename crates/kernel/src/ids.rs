//! Typed identifiers. One generic type, so that the conversions to the database exist once.
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, hash, marker::PhantomData, str::FromStr};
use uuid::Uuid;

/// The id of a `K`. `K` is an empty type that only names what is identified.
pub struct Id<K> {
    value: Uuid,
    kind: PhantomData<fn() -> K>,
}

/// A kind of thing that has an id.
pub trait Kind {
    /// The name of the id's type, such as `CustomerId`.
    const ID: &'static str;
}

/// Names each kind of thing that has an id, and the id's type.
macro_rules! kinds {
    ($($kind:ident => $id:ident, $what:literal;)*) => {$(
        #[doc = concat!("Names ", $what, " in an id.")]
        pub enum $kind {}
        impl Kind for $kind {
            const ID: &'static str = stringify!($id);
        }
        #[doc = concat!("The id of ", $what, ".")]
        pub type $id = Id<$kind>;
    )*};
}

kinds! {
    // tenancy
    Organization => OrganizationId, "an organization, the tenant";
    OrganizationSettings => OrganizationSettingsId, "an organization's settings";
    OrganizationSecret => OrganizationSecretId, "a secret that an organization has Purser keep";
    OrganizationSlug => OrganizationSlugId, "a name that an organization has or had in addresses";
    Project => ProjectId, "a project";
    ProjectMember => ProjectMemberId, "a member of a project";
    Engagement => EngagementId, "an engagement";
    EngagementAccess => EngagementAccessId, "access to an engagement";
    UserPreferences => UserPreferencesId, "what a person prefers";
    Membership => MembershipId, "a person's membership in an organization";
    Role => RoleId, "a role";
    MembershipRole => MembershipRoleId, "the assignment of a role";
    RolePermission => RolePermissionId, "a permission of a role";
    Invitation => InvitationId, "an invitation to join an organization";
    RoleChangeRequest => RoleChangeRequestId, "a promotion that waits for a second person";
    // auth
    User => UserId, "a person";
    UserCredential => UserCredentialId, "a person's password";
    Session => SessionId, "a session";
    RefreshToken => RefreshTokenId, "a refresh token";
    ApiKey => ApiKeyId, "an API key";
    MfaFactor => MfaFactorId, "a second factor";
    MfaChallenge => MfaChallengeId, "a sign-in that waits for its second factor";
    SignInNetwork => SignInNetworkId, "a network that a person has signed in from";
    SigningKey => SigningKeyId, "a key that signs access tokens";
    OneTimeToken => OneTimeTokenId, "a token that a mail carries";
    SignInStranger => SignInStrangerId, "wrong passwords for a name that nobody has";
    SignUp => SignUpId, "a sign-up that waits for its mail to be answered";
    UserIdentity => UserIdentityId, "what a directory knows a person by";
    OidcSignIn => OidcSignInId, "a sign-in with an OpenID provider that was begun";
    IdentityGroupRole => IdentityGroupRoleId, "the role that a directory's group gives";
    PlatformSession => PlatformSessionId, "a session of a platform administrator";
    Impersonation => ImpersonationId, "a time in which a platform administrator acts for a person";
    // approvals
    ApprovalPolicy => ApprovalPolicyId, "a policy of approvals";
    ApprovalRequest => ApprovalRequestId, "a request for approval";
    ApprovalDecision => ApprovalDecisionId, "a decision about a request for approval";
    ApprovalDelegation => ApprovalDelegationId, "a delegation of approvals";
    ApprovalLink => ApprovalLinkId, "a link by which somebody decides";
    // platform
    AuditLog => AuditLogId, "an entry of the audit trail";
    AuditDetail => AuditDetailId, "the personal data of an entry of the audit trail";
    PlatformAuditLog => PlatformAuditLogId, "an entry of the platform's audit trail";
    OutboxEvent => OutboxEventId, "a domain event";
    Job => JobId, "a job";
    Schedule => ScheduleId, "a schedule";
    IdempotencyKey => IdempotencyKeyId, "an idempotency key";
    NumberSequence => NumberSequenceId, "a number sequence";
    MasterKey => MasterKeyId, "a master key";
    EncryptionKey => EncryptionKeyId, "an encryption key";
    MediaFile => MediaFileId, "a media file";
    Deletion => DeletionId, "a deletion";
    // compliance
    AuditSeal => AuditSealId, "a seal over entries of the audit trail";
    AuditSealEntry => AuditSealEntryId, "an entry's place in a seal";
    AuditSealKey => AuditSealKeyId, "a key that signs seals";
    DataAccess => DataAccessId, "a reading of personal data";
    RetentionRule => RetentionRuleId, "how long something is kept";
    PiiFinding => PiiFindingId, "personal data that was found in a text";
    PiiRule => PiiRuleId, "a rule by which personal data is found";
    PiiScan => PiiScanId, "a look at all texts for personal data";
    // integrations
    Integration => IntegrationId, "an integration";
    InboundEvent => InboundEventId, "an event received from a provider";
    InboundEventKey => InboundEventKeyId, "the provider's id of an event";
    InboundPosition => InboundPositionId, "how far a provider's news of something have come";
    ExternalMapping => ExternalMappingId, "a mapping to a provider's id";
    WebhookEndpoint => WebhookEndpointId, "an address that events are sent to";
    WebhookEndpointState => WebhookEndpointStateId, "how sending to an endpoint goes";
    WebhookDelivery => WebhookDeliveryId, "an event that is sent to an endpoint";
    WebhookAttempt => WebhookAttemptId, "an attempt at a delivery";
    // messaging
    Conversation => ConversationId, "a conversation";
    Message => MessageId, "a message";
    MessageAttachment => MessageAttachmentId, "an attachment of a message";
    Notification => NotificationId, "what a person was told of";
    // ordering
    Customer => CustomerId, "a customer";
    CustomerContact => CustomerContactId, "a contact of a customer";
    CustomerLabel => CustomerLabelId, "a label for customers";
    CustomerLabelAssignment => CustomerLabelAssignmentId, "a label that a customer has";
    ProductCategory => ProductCategoryId, "a product category";
    Product => ProductId, "a product";
    ProductVariant => ProductVariantId, "a variant of a product";
    PriceTier => PriceTierId, "a price tier";
    Duration => DurationId, "a contract term";
    Order => OrderId, "an order";
    OrderLine => OrderLineId, "a line of an order";
    OrderMessage => OrderMessageId, "the effect of a message on an order";
    OrderStatusChange => OrderStatusChangeId, "a change of an order's status";
    // agents
    AiResponse => AiResponseId, "an answer of a reader or a model";
    TrainingExample => TrainingExampleId, "a training example";
    // billing
    UsageEvent => UsageEventId, "a metered use";
    ExchangeRate => ExchangeRateId, "an exchange rate";
    UsageEventKey => UsageEventKeyId, "the key that meters a use once";
}

impl<K> Id<K> {
    /// The id with this value.
    pub const fn from_uuid(value: Uuid) -> Self {
        Self { value, kind: PhantomData }
    }

    /// The bare value.
    pub const fn as_uuid(self) -> Uuid {
        self.value
    }

    /// A new id. Time-ordered (UUIDv7, RFC 9562), so that new rows land at the right edge of the index.
    #[expect(clippy::disallowed_methods, reason = "this is the seam for ids")]
    pub fn generate() -> Self {
        Self::from_uuid(Uuid::now_v7())
    }
}

// Written by hand: a derive would demand the same of `K`.
impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.value.cmp(&other.value)
    }
}
impl<K> hash::Hash for Id<K> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}
impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.value, f)
    }
}
impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.value, f)
    }
}
impl<K> FromStr for Id<K> {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::from_str(text).map(Self::from_uuid)
    }
}
impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}
impl<'de, K> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Uuid::deserialize(deserializer).map(Self::from_uuid)
    }
}

#[cfg(feature = "sea-orm")]
mod database {
    use super::Id;
    use sea_orm::sea_query::{ArrayType, Nullable, ValueType, ValueTypeErr};
    use sea_orm::{
        ActiveValue, ColIdx, ColumnType, DbErr, IntoActiveValue, QueryResult, TryFromU64, TryGetError, TryGetable,
        Value,
    };
    use uuid::Uuid;

    impl<K> From<Id<K>> for Value {
        fn from(id: Id<K>) -> Self {
            id.value.into()
        }
    }
    impl<K> TryGetable for Id<K> {
        fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
            Uuid::try_get_by(row, index).map(Self::from_uuid)
        }
    }
    impl<K> ValueType for Id<K> {
        fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
            <Uuid as ValueType>::try_from(value).map(Self::from_uuid)
        }
        fn type_name() -> String {
            "Id".to_owned()
        }
        fn array_type() -> ArrayType {
            <Uuid as ValueType>::array_type()
        }
        fn column_type() -> ColumnType {
            ColumnType::Uuid
        }
    }
    impl<K> Nullable for Id<K> {
        fn null() -> Value {
            Uuid::null()
        }
    }
    impl<K> TryFromU64 for Id<K> {
        fn try_from_u64(_: u64) -> Result<Self, DbErr> {
            Err(DbErr::ConvertFromU64("Id"))
        }
    }
    impl<K> IntoActiveValue<Self> for Id<K> {
        fn into_active_value(self) -> ActiveValue<Self> {
            ActiveValue::Set(self)
        }
    }
}
