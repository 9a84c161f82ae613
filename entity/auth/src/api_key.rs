//! A key with which a program acts for an organization.
use purser_kernel::{
    OrganizationId,
    ids::{ApiKeyId, UserId},
};
use sea_orm::{FromJsonQueryResult, entity::prelude::*};
use serde::{Deserialize, Serialize};

/// Permissions by name. A name that the code no longer knows is ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Scopes(pub Vec<String>);

/// Networks in CIDR notation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Networks(pub Vec<String>);

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ApiKeyId,
    pub name: String,
    /// SHA-256.
    pub key_hash: Vec<u8>,
    /// The person who made the secret and so has seen it: it is worth nothing without them, and goes no further than they do.
    pub secret_by: UserId,
    /// SHA-256 of the secret before the last rotation.
    pub previous_key_hash: Option<Vec<u8>>,
    /// The person who made that one.
    pub previous_secret_by: Option<UserId>,
    /// Until when that one works.
    pub previous_expires_at: Option<DateTimeUtc>,
    pub scopes: Scopes,
    /// Where requests may come from; empty for anywhere.
    pub allowed_ips: Option<Networks>,
    /// The person beyond whose rights the key never goes.
    pub created_by: UserId,
    /// Empty for a key without an end.
    pub expires_at: Option<DateTimeUtc>,
    /// To the minute.
    pub last_used_at: Option<DateTimeUtc>,
    pub revoked_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
