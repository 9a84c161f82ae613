//! What a domain needs from outside and names without knowing who gives it: pure ports, with no database in them.
//!
//! Ports that act inside a transaction stand in `purser_store::ports`.
mod blobs;
mod mailer;

pub use blobs::{BlobBytes, BlobEntry, BlobKey, BlobStore, BlobWriter};
pub use mailer::{Mail, Mailer};
