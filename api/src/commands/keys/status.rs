//! `purser keys status`.
use crate::{Failure, report, wiring::Services};
use purser_store::{KeysLeft, Rewrapped};

pub(super) async fn show(services: &Services) -> Result<(), Failure> {
    let KeysLeft { own_master_key_seals, on_other_master_keys, organizations } =
        services.store.keys_left(&*services.tenants).await?;
    if own_master_key_seals {
        report::ok("PURSER_MASTER_KEY seals");
    } else {
        report::warned(
            "PURSER_MASTER_KEY_PREVIOUS seals",
            "`purser keys rotate --master` lets PURSER_MASTER_KEY take its place",
        );
    }
    let Rewrapped { keys, secrets, unreadable } = on_other_master_keys;
    report::say(&format!(
        "        {keys} organizations' keys and {secrets} other secrets are left on PURSER_MASTER_KEY_PREVIOUS"
    ));
    if unreadable > 0 {
        report::warned(&format!("{unreadable} keys or secrets"), "they open with no master key that is here");
    }
    for keys in &organizations {
        report::say(&format!(
            "        organization {}: {} secrets are left on older keys",
            keys.organization, keys.left
        ));
    }
    let left: u64 = organizations.iter().map(|keys| keys.left).sum();
    report::say(&format!(
        "        {} organizations are being given a new key, {left} secrets are left on older ones",
        organizations.len()
    ));
    Ok(())
}
