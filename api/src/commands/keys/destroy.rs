//! `purser keys destroy`.
use super::named;
use crate::{Failure, report, wiring::Services};
use purser_tenancy::entity::organization::Status;

pub(super) async fn run(services: &Services, name: &str, confirm: &str) -> Result<(), Failure> {
    let organization = named(services, name).await?;
    if organization.slug != confirm {
        return Err(Failure::new(format!("--confirm does not name {}", organization.slug)).advise(
            "What its keys have sealed never opens again. Say --confirm with its name in addresses if that is meant.",
        ));
    }
    if organization.status != Status::Closed {
        return Err(Failure::new(format!("{confirm} is not closed")).advise(
            "It could keep no secret any more. One of its owners closes it with POST /v1/organization/close first.",
        ));
    }
    let destroyed = services.store.destroy_organization_keys(organization.id).await?;
    report::ok(&format!("{confirm}: {destroyed} keys were destroyed"));
    report::say(
        "        Other processes forget them within five minutes. Backups hold them until they are gone, wrapped by the master key.",
    );
    Ok(())
}
