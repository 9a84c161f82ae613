//! Looks at texts, and keeps what is found.
//!
//! The text is read in the transaction that writes its findings, under a lock on its resource: two looks at once see the same one after the
//! other, and the last one has seen the last text. The same text again changes nothing.
mod changes;
mod known;
mod sweep;
mod trigger;

pub use sweep::Sweep;
pub use trigger::{ScanText, scan_triggers};

use super::{Marks, detect::Detector, rules};
use changes::Changes;
use purser_entity_compliance::pii_finding::{self, Column};
use purser_store::{
    ports::{FreeText, FreeTexts, KnownNumbers},
    prelude::*,
};
use std::sync::Arc;
use uuid::Uuid;

/// Of a text that is only tried.
const MAX_TRIED: usize = 20_000;
/// Findings of one text. What stands behind them is not said: a text of nothing but numbers is a list.
const MAX_FINDINGS: usize = 500;

/// Looks at the texts of resources.
#[derive(Clone)]
pub struct Scanner {
    sources: Arc<[Arc<dyn FreeTexts>]>,
    numbers: Arc<dyn KnownNumbers>,
    marks: Marks,
}

/// What a look at some resources came to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scanned {
    /// How many resources there are still.
    pub(super) resources: usize,
    /// How many findings they have.
    pub(super) findings: usize,
}

impl Scanner {
    /// A scanner of what `sources` have, in which an organization's own `numbers` are nobody's.
    pub fn new(sources: Vec<Arc<dyn FreeTexts>>, numbers: Arc<dyn KnownNumbers>, marks: Marks) -> Self {
        Self { sources: sources.into(), numbers, marks }
    }

    /// The kinds of resources whose texts it knows, in the order in which it goes through them.
    pub(super) fn resources(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.sources.iter().map(|source| source.resource())
    }

    pub(super) fn source(&self, resource: &str) -> Result<&dyn FreeTexts, Problem> {
        let source = self.sources.iter().find(|source| source.resource() == resource);
        source.map(|source| &**source).ok_or_else(|| Problem::internal("nobody has texts of such a resource"))
    }

    /// Looks at a text that nobody keeps, of at most 20,000 characters: what is personal in it, without the organization's own numbers.
    pub async fn look(&self, tx: &ReadTx, text: &str) -> Result<Vec<super::Hit>, Problem> {
        tx.scope().require(Permission::PiiRead)?;
        if text.chars().count() > MAX_TRIED {
            return Err(Problem::invalid("/text", "too_long", format!("must have at most {MAX_TRIED} characters")));
        }
        // Looked at as it was given, because places are counted in it; what no text has is refused here, too.
        text::lines("/text", text, MAX_TRIED)?;
        let detector = rules::detector(tx).await?;
        let mut hits = detector.find(text, &[]);
        known::leave_out(&*self.numbers, tx, &mut [(text, &mut hits)]).await?;
        hits.truncate(MAX_FINDINGS);
        Ok(hits)
    }

    /// Looks at the texts of these resources of one kind. What they have no more is removed, and everything of those that are gone.
    pub(super) async fn scan(
        &self,
        tx: &WriteTx,
        detector: &Detector,
        source: &dyn FreeTexts,
        ids: &[Uuid],
    ) -> Result<Scanned, Problem> {
        if ids.is_empty() {
            return Ok(Scanned::default());
        }
        let texts = source.texts(tx, ids).await?;
        let fields = || texts.iter().flat_map(|FreeText { id, fields }| fields.iter().map(move |field| (*id, field)));
        let mut found: Vec<_> = fields().map(|(_, (_, text))| detector.find(text, &[])).collect();
        let mut hits: Vec<_> = fields().zip(&mut found).map(|((_, (_, text)), hits)| (text.as_str(), hits)).collect();
        known::leave_out(&*self.numbers, tx, &mut hits).await?;

        let mut changes = Changes::new(source.resource(), self.of(tx, source.resource(), ids).await?);
        let key = self.marks.key(tx).await?;
        for ((id, (field, text)), hits) in fields().zip(&found) {
            for hit in hits.iter().take(MAX_FINDINGS) {
                let value = text.get(hit.bytes.clone()).unwrap_or_default();
                let found =
                    super::marks::Found { organization: tx.organization(), resource_id: id, rule: hit.rule, value };
                changes.add(id, field, hit, self.marks.of(key, found)?);
            }
        }
        let present = texts.iter().map(|text| text.id).collect();
        let findings = changes.write(tx, &present).await?;
        Ok(Scanned { resources: texts.len(), findings })
    }

    /// What these resources have so far.
    async fn of(&self, tx: &ReadTx, resource: &str, ids: &[Uuid]) -> Result<Vec<pii_finding::Model>, Problem> {
        let theirs = Column::Resource.eq(resource).and(Column::ResourceId.is_in(ids.iter().copied()));
        tx.find::<pii_finding::Entity>().filter(theirs).order_by(Column::Id, Asc).all(u64::from(u32::MAX)).await
    }
}
