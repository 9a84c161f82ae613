//! The seals, as they are read.
use crate::statement::Statement;
use purser_entity_compliance::{
    audit_seal::{Column, Entity, Model},
    audit_seal_entry,
};
use purser_kernel::{hex, ids::AuditLogId};
use purser_store::prelude::*;
use serde::{Deserialize, Serialize};

/// A seal and its signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    /// What is signed.
    pub statement: Statement,
    /// 64 bytes in hexadecimal digits.
    pub signature: String,
}

impl From<&Model> for Seal {
    fn from(seal: &Model) -> Self {
        Self { statement: seal.into(), signature: hex::encode(&seal.signature) }
    }
}

/// The seals of the organization, the newest first.
pub async fn list(tx: &ReadTx, page: &PageRequest) -> Result<Page<Seal>, Problem> {
    tx.scope().require(Permission::AuditRead)?;
    let page = tx.find::<Entity>().order_by(Column::Number, Desc).page(page).await?;
    Ok(page.map(|seal| Seal::from(&seal)))
}

/// The seal with this number.
pub(crate) async fn numbered(tx: &ReadTx, number: i64) -> Result<Option<Model>, Problem> {
    tx.find::<Entity>().filter(Column::Number.eq(number)).one().await
}

/// The place of an entry, if it is sealed.
pub(crate) async fn place_of(tx: &ReadTx, entry: AuditLogId) -> Result<Option<audit_seal_entry::Model>, Problem> {
    tx.find::<audit_seal_entry::Entity>().filter(audit_seal_entry::Column::AuditId.eq(entry)).one().await
}
