//! The roles that every organization is given.
use purser_entity_tenancy::role::{self, Scope};
use purser_kernel::{SystemRole, ids::RoleId};
use purser_store::{WriteTx, prelude::*};
use strum::VariantArray;

/// Writes the system roles and returns the owner's. They have no rows in `role_permissions`: the code says what they allow.
pub(crate) async fn give(tx: &WriteTx) -> Result<RoleId, Problem> {
    let owner = RoleId::generate();
    let rows = SystemRole::VARIANTS.iter().map(|system| role::ActiveModel {
        id: Set(if *system == SystemRole::Owner { owner } else { RoleId::generate() }),
        name: Set(system.as_str().to_owned()),
        name_normalized: Set(system.as_str().to_owned()),
        description: Set(Some(description(*system).to_owned())),
        is_system: Set(true),
        rank: Set(system.rank()),
        scope: Set(Scope::Organization),
        created_by: Set(None),
        ..Default::default()
    });
    tx.insert_many(rows).await?;
    Ok(owner)
}

fn description(role: SystemRole) -> &'static str {
    match role {
        SystemRole::Owner => "May do everything.",
        SystemRole::Admin => "May do everything but what only an owner decides.",
        SystemRole::Manager => "Runs the daily business and decides about orders.",
        SystemRole::Operator => "Works with customers and orders.",
        SystemRole::Viewer => "Reads.",
    }
}
