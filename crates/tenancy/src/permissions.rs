//! The closed list of what somebody may do.
use purser_store::prelude::*;
use strum::VariantArray;

/// Every permission there is, by name.
pub fn list(scope: &Scope) -> Result<Vec<Permission>, Problem> {
    scope.require(Permission::RolesRead)?;
    let mut all = Permission::VARIANTS.to_vec();
    all.sort_by_key(|permission| permission.as_str());
    Ok(all)
}
