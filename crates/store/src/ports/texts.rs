//! Texts that people write freely, for whoever looks for something in them whatever they are about.
use crate::{ReadTx, WriteTx};
use async_trait::async_trait;
use purser_kernel::Problem;
use std::collections::HashSet;
use uuid::Uuid;

/// The texts of a resource.
#[derive(Clone, Debug)]
pub struct FreeText {
    /// The resource.
    pub id: Uuid,
    /// Its fields that have a text, by their names.
    pub fields: Vec<(&'static str, String)>,
}

/// Where texts of one kind of resource are. Implemented by the crate that owns it.
#[async_trait]
pub trait FreeTexts: Send + Sync {
    /// The kind, such as `message`.
    fn resource(&self) -> &'static str;

    /// The types of events after which a text may be another. They are about the resource.
    fn event_types(&self) -> &'static [&'static str];

    /// The texts of these resources, which nobody changes until the transaction ends. Those that are gone or deleted are left out.
    async fn texts(&self, tx: &WriteTx, ids: &[Uuid]) -> Result<Vec<FreeText>, Problem>;

    /// The resources there are, in the order of their ids, after `after`: for work that goes through all of them.
    async fn page(&self, tx: &ReadTx, after: Option<Uuid>, limit: u64) -> Result<Vec<Uuid>, Problem>;
}

/// Which numbers are an organization's own. Implemented by ordering.
#[async_trait]
pub trait KnownNumbers: Send + Sync {
    /// Which of these words are an SKU or the number of an order, however they are written; by a fixed number of statements.
    async fn known(&self, tx: &ReadTx, words: &[String]) -> Result<HashSet<String>, Problem>;
}
