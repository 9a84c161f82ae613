//! Numbers without a gap.
use crate::{ReadTx, WriteTx, error::internal, prelude::*};
use purser_entity_platform::number_sequence::{ActiveModel, Column, Entity};
use sea_orm::EntityTrait;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};

impl WriteTx {
    /// The next number of the organization's sequence `name`, beginning with 1.
    ///
    /// Without a gap: a transaction that does not commit gives its number back. Therefore the sequence is held until the
    /// transaction ends, and whoever asks next waits; ask for a number late.
    pub async fn next_number(&self, name: &'static str) -> Result<i64, Problem> {
        let row = self.owned(ActiveModel { name: Set(name.to_owned()), next_value: Set(2), ..Default::default() })?;
        let next = Expr::col((Entity, Column::NextValue)).add(1);
        let conflict = OnConflict::columns([Column::OrganizationId, Column::Name])
            .value(Column::NextValue, next)
            .value(Column::UpdatedAt, Expr::val(self.now()))
            .to_owned();
        let insert = Entity::insert(row).on_conflict(conflict);
        let sequence = insert.exec_with_returning(self.connection()).await.map_err(internal)?;
        Ok(sequence.next_value - 1)
    }

    /// Lets the organization's sequence `name`, which has begun, go on behind `number`. One that is there already stays where it is.
    pub async fn skip_numbers(&self, name: &'static str, number: i64) -> Result<(), Problem> {
        let before = Column::Name.eq(name).and(Column::NextValue.lte(number));
        let skip = |row: &mut ActiveModel| row.next_value = Set(number.saturating_add(1));
        self.update_where::<Entity>(before, skip).await.map(|_| ())
    }
}

impl ReadTx {
    /// The number that the organization's sequence `name` gave last; 0 before the first.
    pub async fn current_number(&self, name: &'static str) -> Result<i64, Problem> {
        let sequence = self.find::<Entity>().filter(Column::Name.eq(name)).one().await?;
        Ok(sequence.map_or(0, |sequence| sequence.next_value - 1))
    }
}
