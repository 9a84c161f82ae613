//! A unit of work that reads.
use crate::{Global, Scoped, System, Vault, connection::Connection, system::Unit};
use purser_entity_core::{GlobalEntity, IdOf, TenantEntity};
use purser_kernel::{OrganizationId, Problem, Scope, Timestamp};
use sea_orm::EntityName;

/// An open transaction that reads the rows of one organization.
pub struct ReadTx {
    unit: Unit,
    scope: Scope,
}

impl ReadTx {
    pub(crate) fn new(unit: Unit, scope: Scope) -> Self {
        Self { unit, scope }
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.unit.connection
    }

    pub(crate) fn into_connection(self) -> Connection {
        self.unit.connection
    }

    pub(crate) fn unit(&self) -> System<'_> {
        System::new(&self.unit)
    }

    pub(crate) fn vault(&self) -> &Vault {
        &self.unit.vault
    }

    /// On whose behalf.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The tenant.
    pub fn organization(&self) -> OrganizationId {
        self.scope.organization
    }

    /// The time that this unit of work writes down.
    pub fn now(&self) -> Timestamp {
        self.unit.clock.now()
    }

    /// The organization's rows of `E`, without deleted ones.
    pub fn find<E: TenantEntity>(&self) -> Scoped<'_, E> {
        Scoped::new(self)
    }

    /// The row with this id. Another tenant's row is `not_found` like one that never was.
    pub async fn get<E: TenantEntity>(&self, id: IdOf<E>) -> Result<E::Model, Problem> {
        let row = self.find::<E>().key(id.into()).one().await?;
        row.ok_or_else(not_found::<E>)
    }

    /// The row with this id, if there is one: for references in a body, which are not `not_found` but a field's fault.
    pub async fn find_by_id<E: TenantEntity>(&self, id: IdOf<E>) -> Result<Option<E::Model>, Problem> {
        self.find::<E>().key(id.into()).one().await
    }

    /// The rows of a global table, such as the organization itself.
    pub fn global<E: GlobalEntity>(&self) -> Global<'_, E> {
        Global::new(&self.unit.connection)
    }
}

/// `not_found`, naming the resource by its table: `price_tiers` is a "price tier".
pub(crate) fn not_found<E: EntityName + Default>() -> Problem {
    let table = E::default().table_name().replace('_', " ");
    let singular = match table.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => table.strip_suffix('s').unwrap_or(&table).to_owned(),
    };
    Problem::not_found(&singular)
}
