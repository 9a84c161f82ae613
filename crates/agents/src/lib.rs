//! What readers and models answered, and what people taught them.
//!
//! [`AnswerBook`] is the [`Answers`](purser_store::ports::Answers) that other domains keep answers and corrections with;
//! [`ai_responses`] and [`training_examples`] read them back.
pub mod ai_responses;
mod answers;
pub mod training_examples;

pub use answers::AnswerBook;
pub use purser_entity_agents::ai_response::{Feedback, Model as AiResponse};
pub use purser_entity_agents::training_example::{Model as TrainingExample, Source};
