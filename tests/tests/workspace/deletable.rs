//! Whose rows can be deleted and come back.
use crate::sources::rust_files;
use purser_api::wiring::restorables;
use std::collections::BTreeSet;

/// What is between the quotes behind `table_name = `.
fn table(source: &str) -> Option<&str> {
    source.split("table_name = \"").nth(1)?.split('"').next()
}

/// `tx.soft_delete` takes what is `SoftDelete` and nothing else: each such table of an organization's has a domain that says how its rows
/// come back and how they go for good, or is a part of one that has.
#[test]
fn whatever_can_be_deleted_can_be_brought_back() {
    let files = rust_files("entity");
    let of_tenants = files.iter().filter(|(path, source)| {
        path != "entity/core/src/traits.rs"
            && source.contains("SoftDelete for Entity")
            && source.contains("pub organization_id: OrganizationId")
    });
    let deletable: BTreeSet<&str> = of_tenants.map(|(path, source)| table(source).unwrap_or(path)).collect();
    let known = restorables();
    let known = known.iter().map(|domain| domain.about()).flat_map(|about| [&[about.table], about.parts].concat());
    assert_eq!(deletable, known.collect());
}
