//! What a table is to the code above it: whose rows it holds, and how they change.
//!
//! Services are written against these traits; they never see a connection. A tenant table is *recognised* by the type of its
//! primary key, so nothing has to be declared and nothing can be forgotten.
mod shape;
mod traits;

pub use shape::{ColumnShape, TableShape, shape};
pub use traits::{GlobalEntity, GlobalKey, IdOf, PersonEntity, SoftDelete, Stateful, TenantEntity, Versioned};
