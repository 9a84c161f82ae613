//! What can go wrong while somebody signs up or in.
use purser_kernel::{ProblemKind, ProblemType};

/// The kinds of problems of this domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::VariantArray, strum::EnumMessage)]
pub enum AuthProblem {
    /// Somebody has signed up with this mail address.
    EmailTaken,
    /// The installation signs nobody up before they have answered a mail: `POST /v1/auth/signup/request` sends it.
    SignUpByMail,
    /// Somebody has this user name, in whatever case.
    UsernameTaken,
    /// The mail address, the password or the organization is wrong; which one is not told.
    InvalidCredentials,
    /// The API key was revoked or has expired; a new one is needed.
    ApiKeyEnded,
    /// An API key asked for what only a person who is signed in has or does.
    PersonRequired,
    /// The password is right, and a code is asked for: `challenge` is good for `POST /v1/auth/mfa/verify`, for five minutes.
    MfaRequired,
    /// The challenge is unknown, used or too old; signing in begins anew.
    InvalidMfaChallenge,
    /// The code in the second step of signing in is wrong, or was used before.
    InvalidMfaCode,
    /// The code that changing the second factor asks for is wrong, or was used before.
    WrongMfaCode,
    /// The organization asks for a second factor: until they have one, the session is good for getting it and for nothing else.
    MfaEnrolmentRequired,
    /// There is an app already; it has to be taken away first.
    MfaAlreadyEnrolled,
    /// There is no second factor that this could be done with.
    MfaNotEnrolled,
    /// The current password, which changing it asks for, is wrong.
    WrongPassword,
    /// The token is unknown, used, expired, for something else, or its owner's no longer; which one is not told.
    InvalidToken,
    /// The refresh token is unknown, expired or used, or its session has ended.
    InvalidRefreshToken,
    /// The directory or the provider knows the person and does not name a mail address for them, which everybody here needs.
    IdentityIncomplete,
    /// The invitation is unknown, expired, revoked or used, or whoever sent it may not give its role any more.
    InvalidInvitation,
    /// The sign-in was not begun at this connection, was completed before, or has run out; it begins anew.
    InvalidOidcSignIn,
    /// The provider does not vouch for the person, what it says cannot be believed, or they were disabled here; which one is not
    /// told.
    SignInRefused,
    /// An OpenID provider vouches for the caller: a second factor is its to ask for, or nobody's.
    MfaByProvider,
    /// An organization's own directory or provider vouches for the caller, and it can do so for its own members only.
    VouchedForOneOrganization,
    /// Nobody does this to their own account.
    OwnAccount,
    /// The person administers the platform: nobody acts for them or takes their second factor away, before a command of the operator's has
    /// taken the office from them.
    PlatformAdministrator,
    /// The organization does not let platform administrators act for its members.
    ImpersonationNotAllowed,
    /// A platform administrator who acts for somebody asked for what only that person does themselves.
    NotWhileActing,
    /// Cookies came with a request that another site may have made a browser send: it lacks `X-Session: cookie`, or comes from elsewhere.
    CrossSiteRequest,
    /// The invitation was sent to another address than the caller's.
    InvitationForAnother,
}

impl ProblemKind for AuthProblem {
    fn definition(self) -> ProblemType {
        let (id, status, title) = match self {
            Self::EmailTaken => ("email_taken", 409, "The mail address is already in use"),
            Self::SignUpByMail => ("sign_up_by_mail", 403, "Signing up begins with a mail"),
            Self::UsernameTaken => ("username_taken", 409, "The user name is already in use"),
            Self::InvalidCredentials => ("invalid_credentials", 401, "The mail address or the password is wrong"),
            Self::ApiKeyEnded => ("api_key_ended", 409, "The API key has ended"),
            Self::PersonRequired => ("person_required", 403, "Only a person who is signed in can do this"),
            Self::MfaRequired => ("mfa_required", 401, "The second factor is asked for"),
            Self::InvalidMfaChallenge => ("invalid_mfa_challenge", 401, "The challenge is not valid"),
            Self::InvalidMfaCode => ("invalid_mfa_code", 401, "The code is not valid"),
            Self::WrongMfaCode => ("wrong_mfa_code", 403, "The code is wrong"),
            Self::MfaEnrolmentRequired => ("mfa_enrolment_required", 403, "A second factor must be set up first"),
            Self::MfaAlreadyEnrolled => ("mfa_already_enrolled", 409, "There is a second factor already"),
            Self::MfaNotEnrolled => ("mfa_not_enrolled", 409, "There is no second factor"),
            Self::WrongPassword => ("wrong_password", 403, "The current password is wrong"),
            Self::InvalidToken => ("invalid_token", 400, "The token is not valid"),
            Self::IdentityIncomplete => ("identity_incomplete", 403, "Too little is said about the person"),
            Self::InvalidInvitation => ("invalid_invitation", 404, "The invitation is not valid"),
            Self::InvalidOidcSignIn => ("invalid_oidc_sign_in", 401, "The sign-in was not begun here"),
            Self::SignInRefused => ("sign_in_refused", 401, "The provider does not vouch for the sign-in"),
            Self::MfaByProvider => ("mfa_by_provider", 409, "The second factor is the provider's to ask for"),
            Self::VouchedForOneOrganization => {
                ("vouched_for_one_organization", 403, "The caller's directory vouches for one organization")
            }
            Self::InvitationForAnother => ("invitation_for_another", 403, "The invitation is for somebody else"),
            Self::CrossSiteRequest => ("cross_site_request", 403, "The request may have come from another site"),
            Self::OwnAccount => ("own_account", 403, "Nobody does this to their own account"),
            Self::PlatformAdministrator => ("platform_administrator", 403, "The person administers the platform"),
            Self::ImpersonationNotAllowed => {
                ("impersonation_not_allowed", 403, "The organization does not let administrators act for its members")
            }
            Self::NotWhileActing => ("not_while_acting", 403, "Only the person themselves does this"),
            Self::InvalidRefreshToken => ("invalid_refresh_token", 401, "The refresh token is not valid"),
        };
        ProblemType::new(id, status, title)
    }
}
