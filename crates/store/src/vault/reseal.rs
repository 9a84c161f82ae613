//! One key of an organization after another: how what is sealed follows, while others read and write it.
//!
//! A new key seals from one commit on. Who was about to seal by the old one holds on to it until their transaction ends, and that is
//! waited for; from then on nothing new comes under it. What is there is sealed anew row by row, each under its lock, in batches of a
//! transaction each. Wherever that stops, the next run goes on.
use super::{
    Place, SEALED, SealedColumn,
    organization::{active, organization_key, secret_context},
};
use crate::{ReadTx, Store, WriteTx, error::internal, prelude::*};
use purser_entity_platform::encryption_key::{self, Column, Entity, Status};
use purser_kernel::{OrganizationId, ids::EncryptionKeyId};
use sea_orm::{
    ConnectionTrait,
    sea_query::{Expr, ExprTrait, LockType, Order, Query, SelectStatement},
};
use uuid::Uuid;

/// Rows that are sealed anew in one transaction.
const BATCH: u64 = 100;

/// Keys of one organization that are there at once: one that seals, and those before it.
const MOST_KEYS: u64 = 1_000;

/// What a rotation has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    /// The version of the key that seals now.
    pub version: i32,
    /// Secrets that were sealed anew.
    pub done: u64,
    /// Secrets that are still on an older key: those that do not open with it.
    pub left: u64,
}

impl Store {
    /// Gives the organization a new key and seals everything with it; goes on where an earlier rotation stopped. `None` when its keys
    /// are destroyed.
    pub async fn rotate_organization_key(&self, organization: OrganizationId) -> Result<Option<Resealed>, Problem> {
        let Some(version) = self.begin_key_rotation(organization).await? else {
            return Ok(None);
        };
        let done = self.reseal(organization, u64::MAX).await?;
        let left = self.retire_keys(organization).await?;
        Ok(Some(Resealed { version, done, left }))
    }

    /// The first step: a new key seals what is new, unless an earlier rotation is not finished. Returns its version.
    pub async fn begin_key_rotation(&self, organization: OrganizationId) -> Result<Option<i32>, Problem> {
        let tx = self.upkeep(organization).await?;
        let mut locked = active(&tx).locked().one().await?;
        if locked.is_none() {
            // Another rotation was faster: its key is there now.
            locked = active(&tx).locked().one().await?;
        }
        let Some(before) = locked else {
            return Ok(None);
        };
        if tx.find::<Entity>().filter(Column::Status.eq(Status::Retiring)).exists().await? {
            return Ok(Some(before.version));
        }
        let now = tx.now();
        tx.update_keys(Column::Id.eq(before.id), |row: &mut encryption_key::ActiveModel| {
            row.status = Set(Status::Retiring);
            row.rotated_at = Set(Some(now));
        })
        .await?;
        let version = before.version.saturating_add(1);
        let id = tx.add_encryption_key(version).await?;
        let entry = AuditEntry::new("encryption_key.rotate", "encryption_key", id);
        tx.audit(entry.category(crate::AuditCategory::Security).after(&serde_json::json!({ "version": version })))
            .await?;
        tx.commit().await?;
        Ok(Some(version))
    }

    /// Seals anew what is left on older keys, at most `most` secrets. Returns how many it were.
    pub async fn reseal(&self, organization: OrganizationId, most: u64) -> Result<u64, Problem> {
        let mut done = 0;
        for old in self.retiring(organization).await? {
            for column in SEALED {
                // What does not open stays, and is not tried again in this run.
                let mut after = Uuid::nil();
                while done < most {
                    let tx = self.upkeep(organization).await?;
                    let batch = reseal_batch(&tx, old, *column, after, std::cmp::min(BATCH, most - done)).await?;
                    tx.commit().await?;
                    done += batch.resealed;
                    match batch.last {
                        Some(last) => after = last,
                        None => break,
                    }
                }
            }
        }
        Ok(done)
    }

    /// The older keys, once nobody can seal by them any more.
    async fn retiring(&self, organization: OrganizationId) -> Result<Vec<EncryptionKeyId>, Problem> {
        let tx = self.upkeep(organization).await?;
        let retiring = tx.find::<Entity>().filter(Column::Status.eq(Status::Retiring));
        let keys = retiring.locked_as(LockType::Update).all(MOST_KEYS).await?;
        Ok(keys.into_iter().map(|key| key.id).collect())
    }

    /// The last step: older keys on which nothing is left are retired. Returns how much is left on the others.
    pub async fn retire_keys(&self, organization: OrganizationId) -> Result<u64, Problem> {
        let tx = self.upkeep(organization).await?;
        let retiring = tx.find::<Entity>().filter(Column::Status.eq(Status::Retiring));
        let mut left = 0;
        for key in retiring.locked_as(LockType::Update).all(MOST_KEYS).await? {
            let on_it = sealed_by(&tx, key.id).await?;
            if on_it == 0 {
                let retire = |row: &mut encryption_key::ActiveModel| row.status = Set(Status::Retired);
                tx.update_keys(Column::Id.eq(key.id), retire).await?;
            }
            left += on_it;
        }
        tx.commit().await?;
        Ok(left)
    }

    pub(super) async fn upkeep(&self, organization: OrganizationId) -> Result<WriteTx, Problem> {
        self.write_in_any_state(&Scope::system(organization, "keys")).await
    }
}

/// How many secrets of the organization the key has sealed.
pub(super) async fn sealed_by(tx: &ReadTx, key: EncryptionKeyId) -> Result<u64, Problem> {
    let mut sealed = 0;
    for column in SEALED {
        let count = of_key(tx, *column, key).expr(Expr::cust("count(*)")).to_owned();
        let row = tx.connection().query_one(&count).await.map_err(internal)?;
        let count: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0)).map_err(internal)?;
        sealed += u64::try_from(count).unwrap_or_default();
    }
    Ok(sealed)
}

struct Batch {
    resealed: u64,
    /// The row after which the next batch begins; `None` when there is none.
    last: Option<Uuid>,
}

async fn reseal_batch(
    tx: &WriteTx,
    old: EncryptionKeyId,
    column: SealedColumn,
    after: Uuid,
    limit: u64,
) -> Result<Batch, Problem> {
    let SealedColumn { table, column: sealed, key } = column;
    let select = of_key(tx, column, old)
        .columns(["id", sealed])
        .and_where(Expr::col("id").gt(after))
        .order_by("id", Order::Asc)
        .limit(limit)
        .lock(LockType::NoKeyUpdate)
        .to_owned();
    let rows = tx.connection().query_all(&select).await.map_err(internal)?;
    if rows.is_empty() {
        return Ok(Batch { resealed: 0, last: None });
    }
    let new = tx.sealing_key().await?.id;
    let (from, to) = (organization_key(tx, old).await?, organization_key(tx, new).await?);
    let (mut resealed, mut last) = (0, None);
    for row in rows {
        let (row, ciphertext): (Uuid, Vec<u8>) = row.try_get_many_by_index().map_err(internal)?;
        last = Some(row);
        let context = secret_context(tx.organization(), Place { table, column: sealed, row });
        let Some(secret) = from.open(&ciphertext, &context) else {
            tracing::warn!(table, %row, "a secret does not open and stays on its old key");
            continue;
        };
        let update = Query::update()
            .table(table)
            .value(sealed, to.seal(&secret, &context)?)
            .value(key, new)
            .and_where(Expr::col("organization_id").eq(tx.organization()))
            .and_where(Expr::col("id").eq(row))
            .to_owned();
        tx.connection().execute(&update).await.map_err(internal)?;
        resealed += 1;
    }
    Ok(Batch { resealed, last })
}

/// The rows of the organization in which something is sealed by the key, deleted ones among them. Tables of other crates are named
/// here by their names.
fn of_key(tx: &ReadTx, column: SealedColumn, key: EncryptionKeyId) -> SelectStatement {
    Query::select()
        .from(column.table)
        .and_where(Expr::col("organization_id").eq(tx.organization()))
        .and_where(Expr::col(column.key).eq(key))
        .to_owned()
}
