//! Deleted rows come back.
use super::{Deletion, deleted, marking};
use crate::{WriteTx, error::internal, read::not_found};
use purser_entity_core::{IdOf, SoftDelete, TenantEntity};
use purser_kernel::Problem;
use sea_orm::{ColumnTrait, QueryFilter};

impl WriteTx {
    /// Brings the row of a deletion back as it was. What is unique meanwhile in another row is `already_exists`; `not_found` when the
    /// row is there no more.
    pub async fn restore<E: TenantEntity + SoftDelete>(&self, deletion: &Deletion) -> Result<E::Model, Problem> {
        let id = IdOf::<E>::from_uuid(deletion.resource_id);
        let restored = marking::<E>(None, None)
            .filter(deleted::<E>(self.organization()))
            .filter(E::id_column().eq(id))
            .exec_with_returning(self.connection())
            .await
            .map_err(internal)?;
        restored.into_iter().next().ok_or_else(not_found::<E>)
    }

    /// Brings back the rows of `E` that went with it, and no others.
    pub async fn restore_parts<E: TenantEntity + SoftDelete>(
        &self,
        deletion: &Deletion,
    ) -> Result<Vec<E::Model>, Problem> {
        let ids = deletion.parts(E::default().table_name());
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let restored = marking::<E>(None, None)
            .filter(deleted::<E>(self.organization()))
            .filter(E::id_column().is_in(ids))
            .exec_with_returning(self.connection());
        restored.await.map_err(internal)
    }
}
