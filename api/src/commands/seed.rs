//! `purser seed`.
use crate::{Config, Failure, app, report, seed};
use purser_auth::{AuthProblem, SignUpMode};
use purser_kernel::{Clock, Problem};
use std::process::ExitCode;

/// Makes what is missing of the demonstration, and says how to sign in.
pub async fn run(mut config: Config) -> Result<ExitCode, Failure> {
    if config.is_production() {
        return Err(Failure::new("The demonstration's administrator has a password that everybody knows")
            .advise("Seed a development database; in production, sign up with POST /v1/auth/signup/request."));
    }
    // The demonstration's administrator reads no mail.
    config.sign_up = SignUpMode::AtOnce;
    let services = app::open(&config, Clock::system()).await?;
    let seeded = seed::seed(&services).await.map_err(explained)?;
    services.store.close().await;
    for thing in &seeded.made {
        report::ok(thing);
    }
    if seeded.made.is_empty() {
        report::ok("everything is there already");
    }
    report::say(&format!("Sign in as {} with the password {}", seed::EMAIL, seed::PASSWORD));
    Ok(ExitCode::SUCCESS)
}

fn explained(problem: Problem) -> Failure {
    if problem.is(AuthProblem::InvalidCredentials) {
        return Failure::new(format!("{} has another password than the demonstration's", seed::EMAIL))
            .advise("Somebody changed it: there is nothing to seed into. `purser migrate fresh` starts anew.");
    }
    Failure::new("The demonstration could not be seeded").because(problem)
}
