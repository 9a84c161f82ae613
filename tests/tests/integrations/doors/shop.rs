//! A world that sells groceries to one customer, whom all channels know.
use purser_kernel::Links;
use purser_tests::{app::grocery, database::Engine, world::World};
use serde_json::json;

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
