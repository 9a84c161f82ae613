//! The port behind which an order is read, by rules or by a language model.
use super::{Catalogue, Message, Reading};
use async_trait::async_trait;
use purser_kernel::Problem;

/// Reads a customer's message against a catalogue. Implementations hold no state of a message.
#[async_trait]
pub trait OrderReader: Send + Sync {
    /// The name under which its readings are recorded.
    fn name(&self) -> &'static str;

    /// Reads one message. Fails only where the reader itself does (a model that cannot be reached); a message that
    /// makes no sense is a [`Reading`] of low confidence.
    async fn read(&self, catalogue: &Catalogue, message: &Message<'_>) -> Result<Reading, Problem>;
}
