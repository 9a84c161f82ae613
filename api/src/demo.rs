//! The job from end to end, told step by step: a customer writes on WhatsApp, Purser drafts the order, a person reviews and
//! confirms it; usage is metered and the trail is audited. Everything goes through the real HTTP door.
mod client;
mod shop;
mod story;

use crate::{Failure, report};
use client::Client;

pub use story::Login;

/// Tells the story against the server at `url` and returns who can sign in. Fails at the first step that does not hold.
pub async fn tell(url: &str) -> Result<Login, Failure> {
    let mut client = Client::new(url)?;
    report::say("Purser: a WhatsApp message becomes a confirmed order\n");
    let login = story::found(&mut client).await?;
    let shop = shop::open(&client).await?;
    let order = story::receive(&client, &shop).await?;
    let order = story::review(&client, &shop, &order).await?;
    story::confirm(&client, &order).await?;
    story::look_back(&client, &order).await?;
    report::say("\nEvery step held.");
    Ok(login)
}
