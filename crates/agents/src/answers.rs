//! How answers and corrections are kept.
use async_trait::async_trait;
use purser_entity_agents::{
    ai_response::{self, Feedback},
    training_example::{self, Source},
};
use purser_kernel::ids::MessageId;
use purser_store::{
    ports::{Answers, Correction, NewAnswer},
    prelude::*,
};
use std::collections::BTreeMap;

/// Keeps answers in `ai_responses` and corrections in `training_examples`.
///
/// Neither needs a permission of its own: whoever may have a message read or an order corrected leaves this trace.
#[derive(Clone, Copy, Debug, Default)]
pub struct AnswerBook;

#[async_trait]
impl Answers for AnswerBook {
    async fn keep_answer(&self, tx: &WriteTx, answer: NewAnswer) -> Result<(), Problem> {
        let row = ai_response::ActiveModel {
            message_id: Set(Some(answer.message_id)),
            agent_type: Set(answer.agent_type.to_owned()),
            model: Set(answer.model),
            content: Set(answer.content),
            confidence: Set(Some(answer.confidence)),
            cost_nanos: Set(answer.cost),
            latency_ms: Set(answer.latency_ms),
            ..Default::default()
        };
        tx.insert_if_absent(row).await?;
        Ok(())
    }

    async fn keep_corrections(&self, tx: &WriteTx, corrections: Vec<Correction>) -> Result<(), Problem> {
        let mut corrected: BTreeMap<&'static str, Vec<MessageId>> = BTreeMap::new();
        for Correction { message_id, agent_type, .. } in &corrections {
            corrected.entry(agent_type).or_default().extend(message_id);
        }
        let person = tx.scope().actor.user();
        let examples = corrections.into_iter().map(|correction| training_example::ActiveModel {
            source: Set(Source::CorrectedAiOutput),
            agent_type: Set(correction.agent_type.to_owned()),
            input_text: Set(correction.input_text),
            expected_output: Set(correction.right),
            ai_output: Set(Some(correction.proposed)),
            message_id: Set(correction.message_id),
            order_id: Set(Some(correction.order_id)),
            created_by: Set(person),
            ..Default::default()
        });
        tx.insert_many(examples).await?;
        for (agent_type, messages) in corrected {
            let answered =
                ai_response::Column::MessageId.is_in(messages).and(ai_response::Column::AgentType.eq(agent_type));
            let now = tx.now();
            tx.update_where(answered, |row: &mut ai_response::ActiveModel| {
                row.human_feedback = Set(Some(Feedback::Corrected));
                row.feedback_by = Set(person);
                row.feedback_at = Set(Some(now));
            })
            .await?;
        }
        Ok(())
    }
}
