//! Messages of ours, as if somebody had sent them.
use super::World;
use purser_entity_messaging::message::{self, ContentType, Direction, Status, SuggestedResponses};
use purser_kernel::Scope;
use sea_orm::Set;
use serde_json::Value;

impl World {
    /// A message of ours on its way to the contact of the conversation.
    pub async fn send(&self, conversation: &Value, external_id: &str) {
        let scope = Scope::system(self.owner.organization_id.parse().expect("a message can be kept"), "test");
        let tx = self.app.app().services().store.write(&scope).await.expect("a message can be kept");
        let row = message::ActiveModel {
            conversation_id: Set(conversation["id"]
                .as_str()
                .expect("a message can be kept")
                .parse()
                .expect("a message can be kept")),
            integration_id: Set(conversation["integration_id"]
                .as_str()
                .expect("a message can be kept")
                .parse()
                .expect("a message can be kept")),
            direction: Set(Direction::Outbound),
            is_from_customer: Set(false),
            sender_id: Set(None),
            content: Set("on its way".to_owned()),
            content_type: Set(ContentType::Text),
            payload: Set(None),
            external_id: Set(Some(external_id.to_owned())),
            status: Set(Status::Queued),
            status_at: Set(tx.now()),
            error: Set(None),
            sent_at: Set(None),
            ai_processed: Set(true),
            ai_extracted_intent: Set(None),
            ai_confidence: Set(None),
            ai_suggested_responses: Set(SuggestedResponses::default()),
            reply_to_id: Set(None),
            reply_to_external_id: Set(None),
            ..Default::default()
        };
        tx.insert(row).await.expect("a message can be kept");
        tx.commit().await.expect("a message can be kept");
    }
}
