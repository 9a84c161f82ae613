//! `purser maintain`: what the owner of the tables does each night.
use crate::{Config, Failure, app, migrations, report, wiring};
use purser_compliance::retention::{Accesses, RetentionRules, trail};
use purser_kernel::{Clock, Id, Kept, OrganizationId, Problem, Scope};
use purser_store::{Store, ports::Retention, retention::RemoveExpired};
use purser_tenancy::Tenancy;
use std::{process::ExitCode, sync::Arc};

/// Makes parts of tables ahead, removes from organizations' trails what they keep no longer, and drops the parts in which nothing is left.
///
/// Each step is whole: whatever stops it, run again it goes on.
pub async fn run(config: Config) -> Result<ExitCode, Failure> {
    for part in migrations::make_parts(&config).await? {
        report::ok(&format!("made {part}"));
    }
    let store = app::open_as_owner(&config, Clock::system()).await?;
    let done = remove_old(&store, &wiring::retention(&config)).await;
    store.close().await;
    for part in migrations::remove_empty_parts(&config).await? {
        report::ok(&format!("dropped {part}, in which nothing was left"));
    }
    // What is wrong with one organization, which the log names, is seen to the next night. Everything else is done.
    done?;
    report::ok("maintained");
    Ok(ExitCode::SUCCESS)
}

async fn remove_old(store: &Store, rules: &RetentionRules) -> Result<(), Problem> {
    let request = format!("command-{}", Id::<()>::generate());
    let accesses = RemoveExpired::new(Arc::new(Tenancy), Arc::new(rules.clone()), vec![Arc::new(Accesses)]);
    let mut each = store.each_organization(&Tenancy);
    while let Some(organization) = each.next().await? {
        each.note(accesses.remove_from(store, organization, &request).await);
        each.note(expire_trail(store, rules, organization, &request).await);
    }
    each.end()
}

async fn expire_trail(
    store: &Store,
    rules: &RetentionRules,
    organization: OrganizationId,
    request: &str,
) -> Result<(), Problem> {
    let tx = store.read_in_any_state(&Scope::system(organization, request)).await?;
    let since = rules.kept_since(&tx, Kept::AuditTrail).await?;
    drop(tx);
    let Some(since) = since else { return Ok(()) };
    let seals = trail::expire(store, organization, request, since).await?;
    if seals > 0 {
        report::ok(&format!("removed the entries of {seals} seals of the trail of organization {organization}"));
    }
    Ok(())
}
