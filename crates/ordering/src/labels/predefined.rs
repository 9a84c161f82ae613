//! The labels that every organization begins with.
use async_trait::async_trait;
use purser_entity_ordering::customer_label;
use purser_store::{
    outbox::{Event, Subscriber},
    prelude::*,
};

/// Name and colour, in the order of the names.
const LABELS: [(&str, &str); 4] =
    [("Key account", "#1971c2"), ("New", "#2f9e44"), ("On hold", "#e03131"), ("Prospect", "#f08c00")];

/// Gives the predefined labels to each organization that is founded.
pub struct PredefinedLabels;

#[async_trait]
impl Subscriber for PredefinedLabels {
    fn name(&self) -> &'static str {
        "ordering.predefined_labels"
    }

    fn event_types(&self) -> &'static [&'static str] {
        &["organization.created"]
    }

    async fn handle(&self, tx: &WriteTx, _: &Event) -> Result<(), Problem> {
        let row = |(name, color): (&str, &str)| customer_label::ActiveModel {
            name: Set(name.to_owned()),
            name_normalized: Set(text::normalized(name)),
            color: Set(color.to_owned()),
            is_predefined: Set(true),
            ..Default::default()
        };
        // Somebody may have been faster and made one of these names their own.
        tx.insert_many_if_absent(LABELS.map(row)).await?;
        Ok(())
    }
}
