//! A world that sells groceries to one customer, whom all channels know.
use purser_entity_messaging::message::{self, ContentType, Direction, Status, SuggestedResponses};
use purser_kernel::{Links, Scope};
use purser_store::prelude::*;
use purser_tests::{app::grocery, database::Engine, world::World};
use serde_json::{Value, json};

/// Where providers know the server to be.
pub(super) const PUBLIC: &str = "https://purser.example.com";
/// The customer's telephone number.
pub(super) const NUMBER: &str = "+4915112345678";
/// The customer's mail address.
pub(super) const MAIL: &str = "paula@customer.example";

/// The world; providers know it by its public address.
pub(super) async fn world(engine: Engine) -> Option<World> {
    World::with(engine, |config| config.public_url = Links::new(PUBLIC).ok()).await
}

/// The world with its catalogue and its customer.
pub(super) async fn open(engine: Engine) -> Option<World> {
    let world = world(engine).await?;
    grocery(&world.owner).await;
    let contact = json!({ "name": "Paula Purchaser", "phone": NUMBER, "whatsapp": NUMBER, "email": MAIL });
    let customer = json!({ "business_name": "Corner Café", "currency": "EUR", "contacts": [contact] });
    world.owner.create("/v1/customers", &customer).await;
    Some(world)
}

/// A message of ours on its way to the contact of the conversation.
pub(super) async fn send(world: &World, conversation: &Value, external_id: &str) {
    let scope = Scope::system(world.owner.organization_id.parse().unwrap(), "test");
    let tx = world.app.app().services().store.write(&scope).await.unwrap();
    let row = message::ActiveModel {
        conversation_id: Set(conversation["id"].as_str().unwrap().parse().unwrap()),
        integration_id: Set(conversation["integration_id"].as_str().unwrap().parse().unwrap()),
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
    tx.insert(row).await.unwrap();
    tx.commit().await.unwrap();
}
