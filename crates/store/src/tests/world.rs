//! A database of this crate's own tables.
use super::entities::{
    depot, entry,
    parcel::{self, ParcelId},
};
use crate::{DatabaseOptions, MasterKey, Store, Vault, WriteTx, prelude::*};
use purser_entity_platform::{deletion, job};
use purser_kernel::{Clock, Id, OrganizationId, PermissionSet, UserId};
use sea_orm::sea_query::{ColumnDef, Index, Table};
use sea_orm::{ConnectionTrait, DbBackend, Schema};
use std::time::SystemTime;
use tempfile::TempDir;

pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    /// Gone when the test ends.
    _folder: TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let clock = Clock::fixed(SystemTime::UNIX_EPOCH.into());
        let options = DatabaseOptions::new(format!("sqlite://{}", folder.path().join("store.db").display()));
        let vault = Vault::new(&MasterKey::new([7; 32])).unwrap();
        let store = Store::connect(&options, clock.clone(), vault).await.unwrap();
        let tx = store.system().await.unwrap();
        let (connection, schema) = (tx.system().connection(), Schema::new(DbBackend::Sqlite));
        connection.execute(&schema.create_table_from_entity(parcel::Entity)).await.unwrap();
        connection.execute(&schema.create_table_from_entity(entry::Entity)).await.unwrap();
        connection.execute(&schema.create_table_from_entity(depot::Entity)).await.unwrap();
        connection.execute(&schema.create_table_from_entity(job::Entity)).await.unwrap();
        connection.execute(&schema.create_table_from_entity(deletion::Entity)).await.unwrap();
        // Of the organizations' own table, what is asked where a transaction begins. There are none: they are being founded.
        let (id, status) = (ColumnDef::new("id").uuid().to_owned(), ColumnDef::new("status").string().to_owned());
        let organizations = Table::create().table("organizations").col(id).col(status).to_owned();
        connection.execute(&organizations).await.unwrap();
        let code = Index::create()
            .unique()
            .name("uq_parcels_code")
            .table(parcel::Entity)
            .col(parcel::Column::OrganizationId)
            .col(parcel::Column::Code)
            .to_owned();
        connection.execute(&code).await.unwrap();
        tx.commit().await.unwrap();
        Self { store, clock, _folder: folder }
    }

    /// Two organizations, each seen by a person.
    pub(crate) async fn two() -> (Self, Scope, Scope) {
        let person = || Scope::user(OrganizationId::generate(), UserId::generate(), PermissionSet::all());
        (Self::new().await, person(), person())
    }
}

/// A parcel that is to be inserted.
pub(crate) fn parcel(code: &str) -> parcel::ActiveModel {
    parcel::ActiveModel { code: Set(code.to_owned()), weight: Set(1), keeper: Set(None), ..Default::default() }
}

/// Inserts a parcel with an entry.
pub(crate) async fn add(tx: &WriteTx, code: &str, text: &str) -> parcel::Model {
    let row = tx.insert(parcel(code)).await.unwrap();
    tx.insert(entry_of(row.id, text)).await.unwrap();
    row
}

/// An entry that is to be inserted.
pub(crate) fn entry_of(parcel: ParcelId, text: &str) -> entry::ActiveModel {
    entry::ActiveModel { parcel_id: Set(parcel), text: Set(text.to_owned()), ..Default::default() }
}

/// A depot that is to be inserted.
pub(crate) fn depot(name: &str) -> depot::ActiveModel {
    depot::ActiveModel { id: Set(Id::generate()), name: Set(name.to_owned()), ..Default::default() }
}

/// The codes of parcels, in order.
pub(crate) fn codes(mut rows: Vec<parcel::Model>) -> Vec<String> {
    rows.sort_by(|a, b| a.code.cmp(&b.code));
    rows.into_iter().map(|row| row.code).collect()
}
