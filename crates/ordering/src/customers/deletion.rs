//! Deleted customers: they come back with their contacts, or go for good.
use super::code_taken;
use async_trait::async_trait;
use purser_entity_ordering::{
    customer::{self, Column},
    customer_contact, customer_label_assignment,
};
use purser_kernel::ids::CustomerId;
use purser_store::{
    Deletion,
    ports::{Deletable, Progress, Reference, Restorable},
    prelude::*,
};

/// Customers, as what is deleted.
pub(crate) struct DeletedCustomers;

#[async_trait]
impl Restorable for DeletedCustomers {
    fn about(&self) -> Deletable {
        Deletable {
            table: "customers",
            resource: "customer",
            parts: &["customer_contacts"],
            read: Permission::CustomersRead,
            manage: Permission::CustomersManage,
            is_personal: true,
            referred_to_by: const {
                &[Reference::new("orders", "customer_id"), Reference::new("conversations", "customer_id")]
            },
            removed_first: &[],
        }
    }

    async fn restore(&self, tx: &WriteTx, deletion: &Deletion) -> Result<(), Problem> {
        tx.restore::<customer::Entity>(deletion).await.on_unique("uq_customers_customer_code", code_taken)?;
        let contacts = tx.restore_parts::<customer_contact::Entity>(deletion).await;
        contacts.on_unique(super::contacts::NUMBER_INDEX, super::contacts::number_taken).map(|_| ())
    }

    async fn remove(&self, tx: &WriteTx, deletion: &Deletion) -> Result<Progress, Problem> {
        tx.purge::<customer::Entity>(Column::Id.eq(deletion.resource_id)).await?;
        Ok(Progress::Done)
    }

    /// Orders name their customer by id alone: the company's name and code stay with them, and everything by which people are reached
    /// goes.
    async fn empty(&self, tx: &WriteTx, deletion: &Deletion) -> Result<Progress, Problem> {
        let id = CustomerId::from_uuid(deletion.resource_id);
        tx.purge::<customer_contact::Entity>(customer_contact::Column::CustomerId.eq(id)).await?;
        let labels = customer_label_assignment::Column::CustomerId.eq(id);
        tx.remove::<customer_label_assignment::Entity>(labels).await?;
        let forget = |row: &mut customer::ActiveModel| {
            row.email = Set(None);
            row.phone = Set(None);
            row.address = Set(None);
            row.tax_id = Set(None);
            row.payment_terms = Set(None);
            row.owner_id = Set(None);
        };
        tx.change_deleted::<customer::Entity>(Column::Id.eq(id), forget).await?;
        Ok(Progress::Done)
    }
}
