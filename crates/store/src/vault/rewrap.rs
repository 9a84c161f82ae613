//! One master key after another: organizations' keys and what belongs to no organization follow, while others work.
//!
//! Every process has both keys by then. From one commit on the new one seals; who was about to seal by the old one is waited for; then
//! everything that the old one has sealed is gone through once, in short transactions. Wherever that stops, the next run goes on.
use super::{
    Place, SEALED_GLOBALLY, SealedGlobally,
    ring::{Master, Ring, global_context, wrapping_context},
};
use crate::{Store, SystemTx, error::internal, ports::Tenants, prelude::*};
use purser_entity_platform::{
    encryption_key,
    master_key::{ActiveModel, Column, Entity, Status},
};
use purser_kernel::{Id, OrganizationId, UserId};
use sea_orm::{
    ConnectionTrait,
    sea_query::{Expr, ExprTrait, LockType, Order, Query},
};
use std::ops::AddAssign;
use uuid::Uuid;

/// Rows or organizations that are looked at in one go.
const BATCH: u64 = 100;
/// Keys of one organization, and master keys that were ever used.
const MOST_KEYS: u64 = 1_000;

/// How a rotation of the master key went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MasterRotation {
    /// The master key of this process seals already, and nothing is left on another.
    UpToDate,
    /// The one that has sealed until now is not among the keys of this process.
    PreviousMissing,
    /// Everything that opens is wrapped with this process's key.
    Done(Rewrapped),
}

/// What a master key has sealed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rewrapped {
    /// Organizations' keys.
    pub keys: u64,
    /// Keys that sign, and second factors.
    pub secrets: u64,
    /// What opens with no master key that is here.
    pub unreadable: u64,
}

impl AddAssign for Rewrapped {
    fn add_assign(&mut self, other: Self) {
        self.keys += other.keys;
        self.secrets += other.secrets;
        self.unreadable += other.unreadable;
    }
}

impl Store {
    /// Wraps everything with this process's own master key; goes on where an earlier rotation stopped.
    pub async fn rotate_master_key(&self, tenants: &dyn Tenants) -> Result<MasterRotation, Problem> {
        match self.begin_master_rotation().await? {
            Begun::UpToDate => return Ok(MasterRotation::UpToDate),
            Begun::PreviousMissing => return Ok(MasterRotation::PreviousMissing),
            Begun::GoesOn => {}
        }
        let done = self.on_other_master_keys(tenants, true).await?;
        if done.unreadable == 0 {
            let tx = self.system().await?;
            let retire = |row: &mut ActiveModel| row.status = Set(Status::Retired);
            tx.system().update_where(Column::Status.eq(Status::Retiring), retire).await?;
            tx.commit().await?;
        }
        Ok(MasterRotation::Done(done))
    }

    async fn begin_master_rotation(&self) -> Result<Begun, Problem> {
        let own = self.vault().ring.own()?.name;
        let tx = self.system().await?;
        let system = tx.system();
        // There is one from now on, if there was none.
        system.sealing_master_key().await?;
        let active = system.find::<Entity>().filter(Column::Status.eq(Status::Active)).for_update().one().await?;
        let active = active.ok_or_else(|| Problem::of(CommonProblem::Unavailable))?;
        if active.fingerprint != own {
            if self.vault().ring.named(&active.fingerprint).is_none() {
                return Ok(Begun::PreviousMissing);
            }
            let now = system.now();
            let retire = |row: &mut ActiveModel| {
                row.status = Set(Status::Retiring);
                row.rotated_at = Set(Some(now));
            };
            system.update_where(Column::Id.eq(active.id), retire).await?;
            let next = ActiveModel {
                id: Set(Id::generate()),
                fingerprint: Set(own.to_vec()),
                status: Set(Status::Active),
                rotated_at: Set(None),
                ..Default::default()
            };
            let columns = [Column::Status, Column::RotatedAt, Column::UpdatedAt];
            system.upsert_many([next], [Column::Fingerprint], columns).await?;
        }
        tx.commit().await?;
        // Whoever seals by the one before is waited for.
        let tx = self.system().await?;
        let retiring = tx.system().find::<Entity>().filter(Column::Status.eq(Status::Retiring));
        let retiring = retiring.locked_as(LockType::Update).all(MOST_KEYS).await?;
        if retiring.is_empty() {
            return Ok(Begun::UpToDate);
        }
        let known = retiring.iter().all(|row| self.vault().ring.named(&row.fingerprint).is_some());
        Ok(if known { Begun::GoesOn } else { Begun::PreviousMissing })
    }

    /// What other master keys than this process's own have sealed; when `rewrap`, until now.
    pub(super) async fn on_other_master_keys(&self, tenants: &dyn Tenants, rewrap: bool) -> Result<Rewrapped, Problem> {
        let mut found = Rewrapped::default();
        let mut after = None;
        loop {
            let tx = self.system_read().await?;
            let organizations = tenants.page(tx.system(), after, BATCH).await?;
            drop(tx);
            for organization in &organizations {
                found += self.keys_of(*organization, rewrap).await?;
            }
            after = organizations.last().copied();
            if after.is_none() {
                break;
            }
        }
        for column in SEALED_GLOBALLY {
            found += if column.personal {
                self.personal(*column, rewrap).await?
            } else {
                self.global(*column, rewrap).await?
            };
        }
        Ok(found)
    }

    async fn keys_of(&self, organization: OrganizationId, rewrap: bool) -> Result<Rewrapped, Problem> {
        use encryption_key::{Column, Entity, Status};
        let own = self.vault().ring.own()?.name;
        let kept = || Column::Status.ne(Status::Destroyed);
        let wrapped_by = |row: &encryption_key::Model| {
            let context = wrapping_context(organization, row.id);
            self.vault().ring.open(|master| &master.wrapping, &row.wrapped_key, &context)
        };
        let mut found = Rewrapped::default();
        let tx = self.read_in_any_state(&Scope::system(organization, "keys")).await?;
        for row in tx.find::<Entity>().filter(kept()).all(MOST_KEYS).await? {
            match wrapped_by(&row) {
                Ok((name, _)) if name == own => {}
                Ok(_) => found.keys += 1,
                Err(_) => found.unreadable += 1,
            }
        }
        drop(tx);
        if !rewrap || found.keys == 0 {
            return Ok(found);
        }
        let tx = self.upkeep(organization).await?;
        for row in tx.find_for_update::<Entity>().filter(kept()).all(MOST_KEYS).await? {
            if let Some((_, key)) = wrapped_by(&row).ok().filter(|(name, _)| *name != own) {
                let wrapped = tx.wrap_key(row.id, &key).await?;
                let wrap = |row: &mut encryption_key::ActiveModel| row.wrapped_key = Set(wrapped);
                tx.update_keys(Column::Id.eq(row.id), wrap).await?;
            }
        }
        tx.commit().await?;
        Ok(found)
    }

    /// Rows that nobody in particular sees.
    async fn global(&self, column: SealedGlobally, rewrap: bool) -> Result<Rewrapped, Problem> {
        let (mut found, mut after) = (Rewrapped::default(), Uuid::nil());
        loop {
            let tx = if rewrap { self.system().await? } else { self.system_read().await? };
            let (batch, last) = self.batch(&tx, column, after, rewrap).await?;
            tx.commit().await?;
            found += batch;
            match last {
                Some(last) => after = last,
                None => return Ok(found),
            }
        }
    }

    /// Rows that PostgreSQL shows to their person alone: person by person.
    async fn personal(&self, column: SealedGlobally, rewrap: bool) -> Result<Rewrapped, Problem> {
        let (mut found, mut after) = (Rewrapped::default(), Uuid::nil());
        loop {
            let tx = self.system_read().await?;
            let users = Query::select()
                .column("id")
                .from("users")
                .and_where(Expr::col("id").gt(after))
                .order_by("id", Order::Asc)
                .limit(BATCH)
                .to_owned();
            let users = tx.system().connection().query_all(&users).await.map_err(internal)?;
            drop(tx);
            let Some(last) = users.last() else {
                return Ok(found);
            };
            after = last.try_get_by_index(0).map_err(internal)?;
            for user in users {
                let user = UserId::from_uuid(user.try_get_by_index(0).map_err(internal)?);
                found += self.of_person(column, user, rewrap).await?;
            }
        }
    }

    async fn of_person(&self, column: SealedGlobally, user: UserId, rewrap: bool) -> Result<Rewrapped, Problem> {
        let (mut found, mut after) = (Rewrapped::default(), Uuid::nil());
        loop {
            let tx = self.person_read(user).await?;
            let (batch, last) = self.batch(&tx, column.of(user), after, false).await?;
            drop(tx);
            if rewrap && batch.secrets > 0 {
                let tx = self.person(user).await?;
                self.batch(&tx, column.of(user), after, true).await?;
                tx.commit().await?;
            }
            found += batch;
            match last {
                Some(last) => after = last,
                None => return Ok(found),
            }
        }
    }

    /// A batch of rows behind `after`, and its last one.
    async fn batch(
        &self,
        tx: &SystemTx,
        rows: impl Into<Rows>,
        after: Uuid,
        rewrap: bool,
    ) -> Result<(Rewrapped, Option<Uuid>), Problem> {
        let Rows { column: SealedGlobally { table, column, .. }, user } = rows.into();
        let mut select = Query::select()
            .columns(["id", column])
            .from(table)
            .and_where(Expr::col("id").gt(after))
            .and_where(Expr::col(column).is_not_null())
            .order_by("id", Order::Asc)
            .limit(BATCH)
            .to_owned();
        if let Some(user) = user {
            select.and_where(Expr::col("user_id").eq(user));
        }
        if rewrap {
            select.lock(LockType::NoKeyUpdate);
        }
        let connection = tx.system().connection();
        let own = self.vault().ring.own()?.name;
        let (mut found, mut last) = (Rewrapped::default(), None);
        for row in connection.query_all(&select).await.map_err(internal)? {
            let (row, sealed): (Uuid, Vec<u8>) = row.try_get_many_by_index().map_err(internal)?;
            last = Some(row);
            let place = Place { table, column, row };
            let Ok((name, secret)) = global(&self.vault().ring, place, &sealed) else {
                found.unreadable += 1;
                continue;
            };
            if name == own {
                continue;
            }
            found.secrets += 1;
            if rewrap {
                let sealed = tx.system().seal_global(place, &secret).await?;
                let update =
                    Query::update().table(table).value(column, sealed).and_where(Expr::col("id").eq(row)).to_owned();
                connection.execute(&update).await.map_err(internal)?;
            }
        }
        Ok((found, last))
    }
}

enum Begun {
    UpToDate,
    PreviousMissing,
    GoesOn,
}

/// Rows of a global table: all, or those of one person.
struct Rows {
    column: SealedGlobally,
    user: Option<UserId>,
}

impl From<SealedGlobally> for Rows {
    fn from(column: SealedGlobally) -> Self {
        Self { column, user: None }
    }
}

impl SealedGlobally {
    fn of(self, user: UserId) -> Rows {
        Rows { column: self, user: Some(user) }
    }
}

fn global(
    ring: &Ring,
    place: Place,
    sealed: &[u8],
) -> Result<(super::master::Fingerprint, zeroize::Zeroizing<Vec<u8>>), Problem> {
    ring.open(|master: &Master| &master.global, sealed, &global_context(place))
}
