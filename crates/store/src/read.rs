//! A unit of work that reads.
use crate::{Global, Scoped, System, Vault, connection::Connection, error::internal, names::singular, system::Unit};
use purser_entity_core::{GlobalEntity, IdOf, TenantEntity};
use purser_kernel::{OrganizationId, Problem, Scope, Timestamp};
use sea_orm::{ActiveModelTrait, EntityName, EntityTrait, IntoActiveModel, ModelTrait, TryIntoModel};

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

    /// The global tables, in this transaction.
    pub fn system(&self) -> System<'_> {
        System::new(&self.unit)
    }

    /// Seals and opens what belongs to no organization.
    pub fn vault(&self) -> &Vault {
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

    /// The row that `change` makes of `before`, or of nothing, and that is not written: what a write would lead to. A new row
    /// has its id already; `change` sets all of its own columns.
    pub fn draft<M>(
        &self,
        before: Option<&M>,
        change: impl FnOnce(&mut <M::Entity as EntityTrait>::ActiveModel),
    ) -> Result<M, Problem>
    where
        M: ModelTrait<Entity: TenantEntity + EntityTrait<Model = M>>,
        M: IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
        <M::Entity as EntityTrait>::ActiveModel: TryIntoModel<M>,
    {
        let mut row = before.map_or_else(ActiveModelTrait::default, |row| row.clone().into_active_model());
        if before.is_none() {
            row.set(M::Entity::organization_column(), self.organization().into());
            row.set(M::Entity::id_column(), IdOf::<M::Entity>::generate().into());
            crate::write::fill(&mut row, self.now());
        }
        change(&mut row);
        row.try_into_model().map_err(internal)
    }

    /// The rows of a global table, such as the organization itself.
    pub fn global<E: GlobalEntity>(&self) -> Global<'_, E> {
        Global::new(&self.unit.connection)
    }
}

/// `not_found`, naming the resource by its table: `price_tiers` is a "price tier".
pub(crate) fn not_found<E: EntityName + Default>() -> Problem {
    Problem::not_found(&singular(E::default().table_name()).replace('_', " "))
}
