//! `purser keys rotate`.
use super::{named, stopped};
use crate::{Failure, report, wiring::Services};
use purser_auth::Rotated;
use purser_kernel::OrganizationId;
use purser_store::{MasterRotation, Resealed};

/// Organizations in one look at the list.
const BATCH: u64 = 100;

pub(super) async fn signing(services: &Services) -> Result<(), Failure> {
    match services.auth.rotate_signing_keys().await? {
        Rotated::Done(kid) => report::ok(&format!("{kid} signs access tokens from now on")),
        Rotated::NotBefore(time) => {
            return Err(Failure::new(format!("The next signing key may not be used before {time}"))
                .advise("Others keep the published keys for an hour and would refuse its tokens. Try again then."));
        }
    }
    Ok(())
}

pub(super) async fn master(services: &Services) -> Result<(), Failure> {
    match services.store.rotate_master_key(&*services.tenants).await.map_err(stopped)? {
        MasterRotation::UpToDate => {
            report::ok("everything is on PURSER_MASTER_KEY already; PURSER_MASTER_KEY_PREVIOUS can go");
            Ok(())
        }
        MasterRotation::PreviousMissing => Err(Failure::new("The key that has sealed until now is missing").advise(
            "Give every process the new key as PURSER_MASTER_KEY and the old one as PURSER_MASTER_KEY_PREVIOUS.",
        )),
        MasterRotation::Done(done) => {
            report::ok(&format!(
                "{} organizations' keys and {} other secrets were wrapped anew",
                done.keys, done.secrets
            ));
            if done.unreadable == 0 {
                report::ok("nothing is left on the old key; PURSER_MASTER_KEY_PREVIOUS can go");
                return Ok(());
            }
            let what = format!("{} keys or secrets open with neither master key", done.unreadable);
            Err(Failure::new(what).advise("Look for the key that opens them; until then they are as they were."))
        }
    }
}

pub(super) async fn organization(services: &Services, name: &str) -> Result<(), Failure> {
    let organization = named(services, name).await?;
    match one(services, organization.id).await? {
        None => Err(Failure::new(format!("The keys of {} are destroyed", organization.slug))),
        Some(resealed) => {
            report::ok(&format!("{}: {}", organization.slug, said(resealed)));
            finished(resealed.left)
        }
    }
}

pub(super) async fn all_organizations(services: &Services) -> Result<(), Failure> {
    let (mut after, mut rotated, mut done, mut left) = (None, 0_u64, 0, 0);
    loop {
        let tx = services.store.system_read().await?;
        let organizations = services.tenants.page(tx.system(), after, BATCH).await?;
        drop(tx);
        for id in &organizations {
            if let Some(resealed) = one(services, *id).await? {
                rotated += 1;
                done += resealed.done;
                left += resealed.left;
            }
        }
        after = organizations.last().copied();
        if after.is_none() {
            break;
        }
        report::say(&format!("        {rotated} organizations so far"));
    }
    report::ok(&format!(
        "{rotated} organizations have a new key, {done} secrets were sealed anew, {left} are left on older ones"
    ));
    finished(left)
}

async fn one(services: &Services, id: OrganizationId) -> Result<Option<Resealed>, Failure> {
    services.store.rotate_organization_key(id).await.map_err(stopped)
}

fn said(Resealed { version, done, left }: Resealed) -> String {
    format!("version {version} of its key seals, {done} secrets were sealed anew, {left} are left on older ones")
}

fn finished(left: u64) -> Result<(), Failure> {
    if left == 0 {
        return Ok(());
    }
    Err(Failure::new(format!("{left} secrets do not open with the key that they name"))
        .advise("They were altered in the database, and the log names their rows. Give them anew; their old keys stay until then."))
}
