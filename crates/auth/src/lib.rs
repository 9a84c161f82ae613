//! Sign-up, sign-in, sessions, tokens and API keys.
//!
//! [`Auth`] does it all; each of its verbs stands in a file of its own. What a caller can do wrong is an [`AuthProblem`] or
//! one of the problems that all domains share.
//!
//! Three kinds of tokens. An access token is a signed JWT that lives for minutes and is looked up at most once a second; a
//! refresh token is opaque, works once and names its organization, person and session, so that nothing is looked up across
//! tenants; a one-time token comes by mail, and shows that its owner reads that mailbox.
pub mod api_keys;
mod authenticate;
mod change_password;
mod credentials;
mod directory;
mod directory_log_in;
mod forget;
pub mod group_roles;
mod identities;
mod joins;
mod log_in;
mod log_out;
mod mail_notice;
pub mod mfa;
mod networks;
mod oidc_log_in;
mod one_time;
mod options;
mod password;
pub mod people;
pub mod platform;
mod problem;
pub mod profile;
mod refresh;
mod service;
mod sessions;
mod sign_up;
mod signing;
mod standing;
mod strangers;
mod switch_organization;
mod throttle;
mod tokens;
mod unhurried;

/// The rows that the functions of this crate give out.
pub use purser_entity_auth as entity;

pub use authenticate::Authenticated;
pub use change_password::PasswordChange;
pub use directory::Directory;
pub use directory_log_in::DirectoryLogIn;
pub use forget::ForgetStrangers;
pub use identities::Identities;
pub use joins::{AcceptInvitation, InvitationPreview, Joins};
pub use log_in::{LogIn, SignedIn};
pub use mail_notice::MailNotice;
pub use oidc_log_in::{BegunSignIn, OidcLogIn};
pub use one_time::{MailToken, PasswordReset};
pub use options::{AuthOptions, SignUpMode};
pub use password::BreachedPasswords;
pub use people::Person;
pub use problem::AuthProblem;
pub use service::Auth;
pub use sessions::{OwnSession, Tokens};
pub use sign_up::{CompleteSignUp, MailSignUp, SignUp, SignedUp};
pub use signing::{PublicKey, RotateSigningKeys, Rotated};
