//! What a service must not be able to write. Each attempt fails to compile.
//!
//! As doc tests these cost seconds. What they cannot see is *why* an attempt fails, so each names only what the first
//! example, which must compile, shows to exist.
//!
//! ```no_run
//! use purser_entity_ordering::{customer, order, order_line};
//! use purser_entity_platform::job;
//! use purser_kernel::ids::{OrderId, OrderLineId};
//! use purser_store::prelude::*;
//! # #[expect(unused_imports, reason = "these exist, and the attempts below name them")]
//! use sea_orm::{
//!     ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, LoaderTrait as _,
//!     sea_query::{Expr, Query},
//! };
//!
//! async fn allowed(
//!     tx: WriteTx,
//!     customer: customer::Model,
//!     order: order::Model,
//!     line: order_line::Model,
//! ) -> Result<(), Problem> {
//!     let (id, line_id): (OrderId, OrderLineId) = (order.id, line.id);
//!     let bolts = tx.find::<order_line::Entity>().filter(order_line::Column::ProductName.eq("bolt"));
//!     assert_eq!(bolts.count().await?, 1);
//!     tx.get::<order::Entity>(id).await?;
//!     tx.get::<order_line::Entity>(line_id).await?;
//!     tx.global::<job::Entity>().all(10).await?;
//!     tx.insert(order_line::ActiveModel { line_number: Set(2), ..Default::default() }).await?;
//!     tx.update(order, |row| row.total_minor = Set(2)).await?;
//!     tx.soft_delete(customer).await?;
//!     tx.commit().await
//! }
//! ```
//!
//! SeaORM's own insert, without a tenant.
//! ```compile_fail
//! use purser_entity_ordering::order_line;
//! use purser_store::WriteTx;
//! use sea_orm::ActiveModelTrait;
//!
//! async fn attempt(tx: &WriteTx, row: order_line::ActiveModel) {
//!     let _ = row.insert(tx).await;
//! }
//! ```
//!
//! SeaORM's own query, without a tenant.
//! ```compile_fail
//! use purser_entity_ordering::order;
//! use purser_store::WriteTx;
//! use sea_orm::EntityTrait;
//!
//! async fn attempt(tx: &WriteTx) {
//!     let _ = order::Entity::find().all(tx).await;
//! }
//! ```
//!
//! SeaORM's loader, whose query names no tenant and shows deleted rows.
//! ```compile_fail
//! use purser_entity_ordering::{order, order_line};
//! use purser_store::ReadTx;
//! use sea_orm::LoaderTrait;
//!
//! async fn attempt(tx: &ReadTx, orders: Vec<order::Model>) {
//!     let _ = orders.load_many(order_line::Entity, tx).await;
//! }
//! ```
//!
//! The connection beneath.
//! ```compile_fail
//! use purser_store::WriteTx;
//!
//! fn attempt(tx: &WriteTx) {
//!     let _ = tx.connection();
//! }
//! ```
//!
//! A condition on a table that is not in the query.
//! ```compile_fail
//! use purser_entity_ordering::{order, order_line};
//! use purser_store::prelude::*;
//!
//! fn attempt(tx: &ReadTx) {
//!     let _ = tx.find::<order::Entity>().filter(order_line::Column::ProductName.eq("bolt"));
//! }
//! ```
//!
//! SeaORM's condition, which can hold a sub-select.
//! ```compile_fail
//! use purser_entity_ordering::{order, order_line};
//! use purser_store::ReadTx;
//! use sea_orm::{ColumnTrait, sea_query::Query};
//!
//! fn attempt(tx: &ReadTx) {
//!     let lines = Query::select().column(order_line::Column::OrderId).from(order_line::Entity).to_owned();
//!     let _ = tx.find::<order::Entity>().filter(order::Column::Id.in_subquery(lines));
//! }
//! ```
//!
//! A sub-select as the value of a condition.
//! ```compile_fail
//! use purser_entity_ordering::{order, order_line};
//! use purser_store::prelude::*;
//! use sea_orm::sea_query::{Expr, Query};
//!
//! fn attempt(tx: &ReadTx) {
//!     let lines = Query::select().column(order_line::Column::OrderId).from(order_line::Entity).to_owned();
//!     let _ = tx.find::<order::Entity>().filter(Field::eq(order::Column::Id, Expr::from(lines)));
//! }
//! ```
//!
//! A table of nobody's as if it were a tenant's.
//! ```compile_fail
//! use purser_entity_platform::job;
//! use purser_store::prelude::*;
//!
//! fn attempt(tx: &ReadTx) {
//!     let _ = tx.find::<job::Entity>();
//! }
//! ```
//!
//! A tenant's table as if it were nobody's.
//! ```compile_fail
//! use purser_entity_ordering::order;
//! use purser_store::prelude::*;
//!
//! fn attempt(tx: &ReadTx) {
//!     let _ = tx.global::<order::Entity>();
//! }
//! ```
//!
//! A tenant's table declared global.
//! ```compile_fail
//! mod theirs {
//!     use purser_kernel::{Id, OrganizationId};
//!     use sea_orm::entity::prelude::*;
//!     pub enum Note {}
//!
//!     #[sea_orm::model]
//!     #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
//!     #[sea_orm(table_name = "notes")]
//!     pub struct Model {
//!         #[sea_orm(primary_key, auto_increment = false)]
//!         pub organization_id: OrganizationId,
//!         #[sea_orm(primary_key, auto_increment = false)]
//!         pub id: Id<Note>,
//!     }
//!     impl ActiveModelBehavior for ActiveModel {}
//!     impl purser_entity_core::GlobalEntity for Entity {}
//! }
//! ```
//!
//! The id of a line where an order is asked for.
//! ```compile_fail
//! use purser_entity_ordering::order;
//! use purser_kernel::ids::OrderLineId;
//! use purser_store::prelude::*;
//!
//! async fn attempt(tx: &ReadTx, id: OrderLineId) {
//!     let _ = tx.get::<order::Entity>(id).await;
//! }
//! ```
//!
//! A write where only reading was begun.
//! ```compile_fail
//! use purser_entity_ordering::order_line;
//! use purser_store::prelude::*;
//!
//! async fn attempt(tx: &ReadTx, row: order_line::ActiveModel) {
//!     let _ = tx.insert(row).await;
//! }
//! ```
//!
//! An update of a table that counts no versions.
//! ```compile_fail
//! use purser_entity_ordering::order_line;
//! use purser_store::prelude::*;
//!
//! async fn attempt(tx: &WriteTx, line: order_line::Model) {
//!     let _ = tx.update(line, |row| row.line_number = Set(2)).await;
//! }
//! ```
//!
//! Deleting what nobody has said how to bring back.
//! ```compile_fail
//! use purser_entity_ordering::order;
//! use purser_store::prelude::*;
//!
//! async fn attempt(tx: &WriteTx, order: order::Model) {
//!     let _ = tx.soft_delete(order).await;
//! }
//! ```
//!
//! Marking as deleted where there is no such column.
//! ```compile_fail
//! use purser_entity_ordering::order_line;
//! use purser_store::prelude::*;
//!
//! async fn attempt(tx: &WriteTx, line: order_line::Model) {
//!     let _ = tx.soft_delete(line).await;
//! }
//! ```
//!
//! A commit while a query still borrows the transaction.
//! ```compile_fail
//! use purser_entity_ordering::order;
//! use purser_store::prelude::*;
//!
//! async fn attempt(tx: WriteTx) {
//!     let query = tx.find::<order::Entity>();
//!     let _ = tx.commit().await;
//!     let _ = query.count().await;
//! }
//! ```
//!
//! A transaction that has ended.
//! ```compile_fail
//! use purser_entity_ordering::order;
//! use purser_store::prelude::*;
//!
//! async fn attempt(tx: WriteTx) {
//!     let _ = tx.commit().await;
//!     let _ = tx.find::<order::Entity>().count().await;
//! }
//! ```
