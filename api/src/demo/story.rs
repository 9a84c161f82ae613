//! The steps.
use super::{
    client::{Client, rows, send, text},
    shop::{CUSTOMER_NUMBER, PHONE_NUMBER_ID, Shop},
};
use crate::{Failure, report};
use hmac::{Hmac, KeyInit, Mac};
use purser_kernel::{hex, ids::MessageId, random};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;
use std::time::Duration;

const MESSAGE: &str =
    "Morning! 2 cases of the whole milk, 10kg basmati and 3x coke zero pls, 1 tray of dragon fruit, no bread this time";
/// How often the story looks for the draft, and for how long.
const LOOKS: u32 = 200;
const PAUSE: Duration = Duration::from_millis(50);

/// Who can sign in afterwards.
pub struct Login {
    /// The mail address.
    pub email: String,
    /// The password, made for this telling.
    pub password: String,
}

pub(super) async fn found(client: &mut Client) -> Result<Login, Failure> {
    let token = random::token()?;
    // Told twice on one database, the story has two organizations.
    let mark: String = token.chars().filter(char::is_ascii_alphanumeric).take(6).collect::<String>().to_lowercase();
    let email = format!("ann-{mark}@demo.example");
    let body = json!({
        "organization_name": "Harbour Wholesale", "full_name": "Ann Able", "email": email, "password": token,
    });
    let signed_up = client.create("/v1/auth/signup", &body).await?;
    client.token = Some(text(&signed_up, "/access_token")?.to_owned());
    report::say(&format!("1. Sign-up    {} signs up as {email}", text(&signed_up, "/organization/name")?));
    Ok(Login { email, password: token })
}

pub(super) async fn receive(client: &Client, shop: &Shop) -> Result<Value, Failure> {
    let body = webhook(MESSAGE).to_string();
    let mut mac = Hmac::<Sha256>::new_from_slice(shop.app_secret.as_bytes())
        .map_err(|error| Failure::new("The webhook cannot be signed").because(error))?;
    mac.update(body.as_bytes());
    let signature = hex::encode(&mac.finalize().into_bytes());
    let request = client.request(Method::POST, &shop.callback).header("Content-Type", "application/json");
    let request = request.header("X-Hub-Signature-256", format!("sha256={signature}")).body(body);
    send(request, "the webhook", 200).await?;
    report::say(&format!("3. Message    signed webhook answered 200\n              “{MESSAGE}”"));

    for _ in 0..LOOKS {
        let page = client.get("/v1/orders?status=review").await?;
        if let Some(order) = rows(&page).first() {
            report::say(&format!(
                "4. Draft      order {} waits for review, confidence {}",
                text(order, "/number")?,
                order["ai_confidence"]
            ));
            show_lines(order)?;
            return Ok(order.clone());
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(Failure::new("No order was drafted from the message"))
}

/// Meta's notification of one text message.
fn webhook(message: &str) -> Value {
    json!({
        "object": "whatsapp_business_account",
        "entry": [{ "id": "102290129340398", "changes": [{ "field": "messages", "value": {
            "messaging_product": "whatsapp",
            "metadata": { "display_phone_number": "4930901820", "phone_number_id": PHONE_NUMBER_ID },
            "contacts": [{ "profile": { "name": "Paula" }, "wa_id": CUSTOMER_NUMBER }],
            "messages": [{
                "from": CUSTOMER_NUMBER,
                "id": format!("wamid.{}", MessageId::generate()),
                "timestamp": "1794900000",
                "type": "text",
                "text": { "body": message },
            }],
        } }] }],
    })
}

pub(super) async fn review(client: &Client, shop: &Shop, order: &Value) -> Result<Value, Failure> {
    let lines = order["lines"].as_array().cloned().unwrap_or_default();
    let edited: Vec<Value> = lines
        .iter()
        .map(|line| {
            let product = if line["product_id"].is_null() { json!(shop.pitaya) } else { line["product_id"].clone() };
            json!({ "id": line["id"], "product_id": product, "variant_id": line["variant_id"], "quantity": line["quantity"] })
        })
        .collect();
    let path = format!("/v1/orders/{}", text(order, "/id")?);
    let etag = format!("\"{}\"", order["version"]);
    let request = client.request(Method::PATCH, &path).header("If-Match", etag);
    let order = send(request.json(&json!({ "lines": edited })), &path, 200).await?;
    expect(text(&order, "/status")? == "pending", "a reviewed order is pending")?;
    report::say("5. Review     Ann knows that dragon fruit is Pitaya; the correction is kept as a training example");
    show_lines(&order)?;
    let examples = client.get("/v1/training-examples").await?;
    expect(rows(&examples).len() == 1, "the correction is a training example")?;
    Ok(order)
}

pub(super) async fn confirm(client: &Client, order: &Value) -> Result<(), Failure> {
    let path = format!("/v1/orders/{}/confirm", text(order, "/id")?);
    let confirmed = send(client.request(Method::POST, &path), &path, 200).await?;
    expect(text(&confirmed, "/status")? == "confirmed", "the order is confirmed")?;
    let (number, total) = (text(&confirmed, "/number")?, text(&confirmed, "/total")?);
    report::say(&format!("6. Confirm    {number} is confirmed: {total} {}", text(&confirmed, "/currency")?));
    send(client.request(Method::POST, &path), "confirming again", 409).await?;
    report::say("              confirming again is refused: 409");
    Ok(())
}

pub(super) async fn look_back(client: &Client, order: &Value) -> Result<(), Failure> {
    let confirmed = |usage: &Value| {
        rows(usage).iter().any(|row| text(row, "/extra/event_type").is_ok_and(|name| name == "order.confirmed"))
    };
    let mut usage = client.get("/v1/usage?limit=200").await?;
    // Events are numbered and sent after the answer, by a worker.
    for _ in 0..LOOKS {
        if confirmed(&usage) {
            break;
        }
        tokio::time::sleep(PAUSE).await;
        usage = client.get("/v1/usage?limit=200").await?;
    }
    expect(confirmed(&usage), "the event order.confirmed was sent")?;
    let count = |kind: &str| rows(&usage).iter().filter(|row| row["resource_type"] == kind).count();
    expect(count("message_read") == 1, "one message was read and metered")?;
    report::say(&format!("7. Usage      {} message read, {} events sent", count("message_read"), count("event_sent")));

    let id = text(order, "/id")?;
    let trail = client.get(&format!("/v1/audit-logs?resource_id={id}")).await?;
    let mut actions = Vec::new();
    for row in rows(&trail).iter().rev() {
        actions.push(format!("{} by {}", text(row, "/action")?, text(row, "/actor_kind")?));
    }
    let wanted = ["order.draft by system", "order.update by user", "order.confirm by user"];
    expect(actions == wanted, "the trail tells who did what")?;
    report::say(&format!("8. Audit      {}", actions.join(", ")));
    Ok(())
}

fn show_lines(order: &Value) -> Result<(), Failure> {
    for line in order["lines"].as_array().into_iter().flatten() {
        let confidence = line["ai_confidence"].as_f64().unwrap_or_default();
        let name = if line["product_id"].is_null() { "?" } else { text(line, "/product_name")? };
        report::say(&format!(
            "              {:>6} {:<5} {:<16} {:>9}   {confidence:.2}  “{}”",
            text(line, "/quantity")?,
            text(line, "/unit")?,
            name,
            text(line, "/line_total")?,
            text(line, "/ai_original_text")?,
        ));
    }
    Ok(())
}

fn expect(held: bool, what: &str) -> Result<(), Failure> {
    if held { Ok(()) } else { Err(Failure::new(format!("This did not hold: {what}"))) }
}
