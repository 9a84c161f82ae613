//! What can go wrong in this domain.
use purser_kernel::{ProblemKind, ProblemType};

/// The problems of organizations and what they own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::VariantArray, strum::EnumMessage)]
pub enum TenancyProblem {
    /// The organization has as many of something as it may have: `limit` names what, `allowed` and `used` say how many.
    LimitReached,
    /// The caller would give somebody what they do not hold themselves; `permissions` names it.
    PermissionNotHeld,
    /// The role or the member stands above the caller; `rank` and `own_rank` say how far.
    RankTooHigh,
    /// Nobody disables themselves or changes their own permissions.
    OwnMembership,
    /// Every organization has the role, and the code says what it allows.
    SystemRole,
    /// Another role has the name.
    RoleTaken,
    /// The mail address is a member's, be it one who is disabled.
    AlreadyMember,
    /// An invitation to the mail address can be accepted already; it can be sent again.
    AlreadyInvited,
    /// The organization would be left without an owner who can sign in.
    LastOwner,
    /// Promotions need a second person, who has to agree that this ends.
    SecondPersonNeeded,
    /// Another organization has the name in addresses, or once had it.
    SlugTaken,
    /// The caller's access to the engagement allows less: `needed` and `held` name the levels.
    EngagementLevelTooLow,
    /// A platform administrator has suspended the organization, and only one re-activates it.
    SuspendedByPlatform,
    /// The organization has an owner, who invites others.
    HasOwner,
    /// Access would be given for longer than the caller's own lasts.
    AccessOutlastsOwn,
}

impl ProblemKind for TenancyProblem {
    fn definition(self) -> ProblemType {
        let (id, status, title) = match self {
            Self::EngagementLevelTooLow => {
                ("engagement_level_too_low", 403, "The access to the engagement does not allow this")
            }
            Self::AccessOutlastsOwn => {
                ("access_outlasts_own", 403, "Nobody gives access for longer than their own lasts")
            }
            Self::SuspendedByPlatform => {
                ("suspended_by_platform", 403, "A platform administrator has suspended the organization")
            }
            Self::HasOwner => ("has_owner", 409, "The organization has an owner"),
            Self::SecondPersonNeeded => ("second_person_needed", 409, "A second person has to agree"),
            Self::SlugTaken => ("slug_taken", 409, "Another organization has or had this name in addresses"),
            Self::LimitReached => ("limit_reached", 409, "The organization has as many as it may have"),
            Self::PermissionNotHeld => ("permission_not_held", 403, "Nobody grants what they do not hold"),
            Self::RankTooHigh => ("rank_too_high", 403, "Nobody gives, takes or changes what stands above them"),
            Self::OwnMembership => ("own_membership", 403, "Somebody else has to do this"),
            Self::SystemRole => ("system_role", 409, "A role that every organization has cannot be changed"),
            Self::RoleTaken => ("role_taken", 409, "Another role has this name"),
            Self::AlreadyMember => ("already_member", 409, "They are a member already"),
            Self::AlreadyInvited => ("already_invited", 409, "They are invited already"),
            Self::LastOwner => ("last_owner", 409, "An organization keeps at least one owner"),
        };
        ProblemType::new(id, status, title)
    }
}
