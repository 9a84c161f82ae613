//! What the mails say.
use purser_entity_auth::one_time_token::Purpose;
use purser_kernel::{Email, ExposeSecret, Links, SecretString, ports::Mail};
use uuid::Uuid;

/// The mail that carries a token.
pub(super) fn letter(purpose: Purpose, to: Email, token: &SecretString, links: &Links, reference: Uuid) -> Mail {
    let (subject, page, request, otherwise) = match purpose {
        Purpose::VerifyEmail => (
            "Confirm your mail address",
            "verify-email",
            "Please confirm that this mail address is yours. The link works once, for three days:",
            "If you have not signed up, you need not do anything.",
        ),
        Purpose::ResetPassword => (
            "Choose a new password",
            "reset-password",
            "Somebody, probably you, has asked for a new password. The link works once, for one hour:",
            "If it was not you, you need not do anything: your password stays as it is.",
        ),
    };
    let link = links.with_token(page, token.expose_secret());
    let text = format!("Hello,\n\n{request}\n\n{link}\n\n{otherwise}\n");
    Mail { to, subject: subject.to_owned(), text, html: None, reference }
}
