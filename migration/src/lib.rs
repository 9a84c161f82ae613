//! The schema's history, up and down, one code for both databases.
//!
//! Migrations stand in the order of their foreign keys, since SQLite has to be told every constraint in CREATE TABLE. Until the
//! first tagged release one may be edited for that; afterwards they are only added. They never name an entity: entities move
//! on, history does not. Tables are made by the builders of one file only, so that a tenant's table cannot be without its
//! key, its indexes and its policy.
//!
//! An id is `uuid` on PostgreSQL. On SQLite it is the 16 bytes as a BLOB, whatever the column's declared type (`uuid_text`)
//! says: bytes compare in the order of the ids. In the shell it reads `hex(id)`, and is written `x'0199…'`.
#![expect(elided_lifetimes_in_paths, reason = "async_trait takes the trait's own spelling only")]
mod grants;
mod m20261120_000100_organizations;
mod m20261120_000200_tenancy;
mod m20261120_000300_auth;
mod m20261120_000400_platform;
mod m20261120_000500_integrations;
mod m20261120_000600_ordering_customers;
mod m20261120_000700_ordering_catalogue;
mod m20261120_000800_messaging;
mod m20261120_000900_ordering_orders;
mod m20261120_001000_agents;
mod m20261120_001100_billing;
mod m20261121_000100_approvals;
mod m20261121_000200_workspaces;
mod m20261121_000300_invitations;
mod m20261121_000400_one_time_tokens;
mod m20261121_000410_signing_keys;
mod m20261121_000500_api_keys;
mod m20261121_000501_mfa;
mod m20261121_000600_identities;
mod m20261129_000100_organization_secrets;
mod m20261129_000101_master_keys;
mod m20261129_000200_platform;
mod m20261129_000300_oidc_sign_ins;
mod m20261129_000400_four_eyes;
mod m20261129_000500_sign_in_networks;
mod m20261129_000600_compliance;
mod m20261130_000100_notifications;
mod m20261130_000200_deletions;
mod m20261130_000300_pii;
mod m20261130_000400_retention;
mod m20261130_000500_sign_ups;
mod partitions;
mod roles;
mod table;
mod tables;

pub use grants::{apply_grants, grants};
pub use partitions::{BY_MONTH, make_parts, remove_empty_parts};
pub use roles::{RoleState, lock, reporting_grants, role_state};
pub use sea_orm_migration::{DbErr, MigratorTrait};
pub use tables::{APPEND_ONLY, GLOBAL_TABLES, HISTORY_TABLE, PERSON_TABLES, global_tables, tenant_tables};

use sea_orm_migration::MigrationTrait;

/// The history. `Migrator::up(connection, None)` brings a database to the present.
#[derive(Clone, Copy, Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261120_000100_organizations::Migration),
            Box::new(m20261120_000200_tenancy::Migration),
            Box::new(m20261120_000300_auth::Migration),
            Box::new(m20261120_000400_platform::Migration),
            Box::new(m20261120_000500_integrations::Migration),
            Box::new(m20261120_000600_ordering_customers::Migration),
            Box::new(m20261120_000700_ordering_catalogue::Migration),
            Box::new(m20261120_000800_messaging::Migration),
            Box::new(m20261120_000900_ordering_orders::Migration),
            Box::new(m20261120_001000_agents::Migration),
            Box::new(m20261120_001100_billing::Migration),
            Box::new(m20261121_000100_approvals::Migration),
            Box::new(m20261121_000200_workspaces::Migration),
            Box::new(m20261121_000300_invitations::Migration),
            Box::new(m20261121_000400_one_time_tokens::Migration),
            Box::new(m20261121_000410_signing_keys::Migration),
            Box::new(m20261121_000500_api_keys::Migration),
            Box::new(m20261121_000600_identities::Migration),
            Box::new(m20261121_000501_mfa::Migration),
            Box::new(m20261129_000100_organization_secrets::Migration),
            Box::new(m20261129_000101_master_keys::Migration),
            Box::new(m20261129_000200_platform::Migration),
            Box::new(m20261129_000300_oidc_sign_ins::Migration),
            Box::new(m20261129_000400_four_eyes::Migration),
            Box::new(m20261129_000500_sign_in_networks::Migration),
            Box::new(m20261129_000600_compliance::Migration),
            Box::new(m20261130_000100_notifications::Migration),
            Box::new(m20261130_000200_deletions::Migration),
            Box::new(m20261130_000300_pii::Migration),
            Box::new(m20261130_000400_retention::Migration),
            Box::new(m20261130_000500_sign_ups::Migration),
        ]
    }
}
