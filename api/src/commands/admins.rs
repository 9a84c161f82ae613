//! `purser admins`: who administers the platform. Decided here, and never over HTTP.
use crate::{Config, Failure, app, report};
use clap::Subcommand;
use purser_auth::platform::Granted;
use purser_kernel::{Clock, Email, Id, PlatformScope};
use std::process::ExitCode;

/// What is done about platform administrators.
#[derive(Debug, Subcommand)]
pub enum AdminsCommand {
    /// Make somebody one, who has an account, has verified their mail address and has set up a second factor.
    Grant {
        /// Their mail address.
        email: String,
    },
    /// Make somebody an ordinary person again. Their sessions as an administrator are over.
    Revoke {
        /// Their mail address.
        email: String,
    },
    /// Show who is one.
    List,
}

/// Does it.
pub async fn run(config: Config, command: AdminsCommand) -> Result<ExitCode, Failure> {
    let services = app::open(&config, Clock::system()).await?;
    let who = PlatformScope::command(format!("command-{}", Id::<()>::generate()));
    let ended = match &command {
        AdminsCommand::Grant { email } => {
            let email = address(email)?;
            let granted = services.auth.grant_platform_admin(&who, &email).await?;
            told(granted, &format!("{} administers the platform", email.as_str()))
        }
        AdminsCommand::Revoke { email } => {
            let email = address(email)?;
            let revoked = services.auth.revoke_platform_admin(&who, &email).await?;
            told(revoked, &format!("{} does not administer the platform", email.as_str()))
        }
        AdminsCommand::List => {
            for admin in services.auth.platform_admins().await? {
                report::ok(&format!("{} ({})", admin.email, admin.full_name));
            }
            Ok(())
        }
    };
    services.store.close().await;
    ended.map(|()| ExitCode::SUCCESS)
}

fn address(text: &str) -> Result<Email, Failure> {
    Email::parse("/email", text).map_err(|_| Failure::new(format!("{text} is no mail address")))
}

fn told(granted: Granted, what: &str) -> Result<(), Failure> {
    let failure = match granted {
        Granted::Done => {
            report::ok(what);
            return Ok(());
        }
        Granted::Already => {
            report::ok(&format!("{what}, as before"));
            return Ok(());
        }
        Granted::Unknown => Failure::new("Nobody has signed up with this address"),
        Granted::Unverified => Failure::new("The person has not verified the address")
            .advise("Whoever signed up with it may be somebody else. They get the mail again at POST /v1/auth/email/verification."),
        Granted::NoSecondFactor => Failure::new("The person has no second factor")
            .advise("They set one up at POST /v1/auth/mfa/totp, before they have anything worth stealing."),
    };
    Err(failure)
}
