//! `purser demo`.
use super::{migrate, signal::asked_to_end};
use crate::{Config, Failure, app::App, demo, report};
use purser_auth::SignUpMode;
use std::{net::SocketAddr, process::ExitCode};

/// Shows the whole job on a fresh database and leaves the server running, or with `once` ends after the job. Fails when a step
/// does not hold.
///
/// Without a database in the configuration it makes an embedded one in a folder that goes with it.
pub async fn run(mut config: Config, once: bool) -> Result<ExitCode, Failure> {
    if config.is_production() {
        return Err(Failure::new("The demonstration's people have passwords that everybody can read")
            .advise("Run it in development; PURSER_ENVIRONMENT says production."));
    }
    let folder = tempfile::tempdir().map_err(|error| Failure::new("There is no room for a folder").because(error))?;
    if config.database_url.is_none() {
        config.data_dir = folder.path().to_owned();
    } else {
        migrate::up(&config).await?;
    }
    // The demonstration's people read no mail.
    config.sign_up = SignUpMode::AtOnce;
    config.workers = config.workers.max(1);
    if once || !is_free(config.listen) {
        // Somebody may be serving where a newcomer would be.
        config.listen.set_port(0);
        config.metrics_listen = None;
    }
    let app = App::start(config).await?;
    let url = format!("http://{}", app.address);
    let told = demo::tell(&url).await;
    if let (Ok(login), false) = (&told, once) {
        report::say(&format!("\n  API documentation  {url}/docs"));
        report::say(&format!("  sign in as         {} / {}", login.email, login.password));
        report::say("\nThe server keeps running; Ctrl-C ends it.");
        tokio::select! {
            asked = asked_to_end() => asked?,
            () = app.broken() => {}
        }
    }
    app.stop().await?;
    told.map(|_| ExitCode::SUCCESS)
}

fn is_free(address: SocketAddr) -> bool {
    std::net::TcpListener::bind(address).is_ok()
}
