//! A client: what it writes, and what it makes of the answers.
use super::{
    ledger::Ledger,
    write::{Kind, Write},
};
use crate::app::{Answer, Tenant, client, founder, grocery};
use crate::whatsapp;
use serde_json::{Value, json};

/// One client with an organization of its own.
#[derive(Debug)]
pub(super) struct Shop {
    tenant: Tenant,
    number: u64,
    url: String,
    callback: String,
    products: Vec<Value>,
    random: fastrand::Rng,
    made: u64,
    /// Sent, and not answered yet.
    pending: Option<Write>,
    ledger: Ledger,
}

/// How an attempt to write ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Acknowledged,
    /// Nobody answered, or the answer was to try again.
    NotNow,
}

/// Whose one order only messages change: a piece of bread for each.
const STANDING: &str = "Standing Orders";

impl Shop {
    pub(super) async fn open(url: &str, number: u64, random: fastrand::Rng) -> Self {
        let email = format!("shop{number}@example.com");
        let tenant = Tenant::sign_up(&client(), url, "Harbour Wholesale", &email).await;
        let products = grocery(&tenant).await;
        tenant.customer(STANDING, &format!("4911{number:08}")).await;
        let callback = tenant.connect_whatsapp().await;
        let (url, ledger) = (url.to_owned(), Ledger::default());
        Self { tenant, number, url, callback, products, random, made: 0, pending: None, ledger }
    }

    pub(super) async fn listen(&self, receiver: &str) {
        self.tenant.create("/v1/webhook-endpoints", &json!({ "url": receiver })).await;
    }

    pub(super) fn go_to(&mut self, url: &str) {
        self.tenant = self.tenant.at(url);
        url.clone_into(&mut self.url);
    }

    pub(super) async fn sign_in_at(&mut self, url: &str) {
        self.tenant = self.tenant.signed_in_at(url).await;
        url.clone_into(&mut self.url);
    }

    pub(super) async fn look_for_the_latest(&mut self) {
        self.ledger.check_latest(&self.tenant, &self.url).await;
    }

    pub(super) async fn look_for_everything(&mut self, messages: &[String]) {
        self.look_for_the_latest().await;
        self.ledger.check_all(&self.tenant, messages).await;
    }

    /// Sends the write that is on its way until it is answered.
    pub(super) async fn finish(&mut self) {
        while self.pending.is_some() {
            if self.step().await == Outcome::NotNow {
                tokio::time::sleep(super::PAUSE).await;
            }
        }
    }

    /// Sends the write that is on its way, or the next one.
    pub(super) async fn step(&mut self) -> Outcome {
        let write = match self.pending.take() {
            Some(write) => Write { again: true, ..write },
            None => match self.next().await {
                Some(write) => write,
                None => return Outcome::NotNow,
            },
        };
        let answer = write.send(&self.tenant).await;
        match answer {
            Ok(answer) if !not_now(&answer) && self.knows(&write, &answer).await => {
                self.settle(&write, &answer);
                Outcome::Acknowledged
            }
            _ => {
                self.pending = Some(write);
                Outcome::NotNow
            }
        }
    }

    /// Reads what a change has made whose first attempt was never answered, so that the next change names its version. `false` when it
    /// could not be read now.
    async fn knows(&mut self, write: &Write, answer: &Answer) -> bool {
        let Write { kind: Kind::Change(_), path, body, again: true, .. } = write else { return true };
        if answer.status != 412 || path.starts_with("/v1/orders/") {
            return true;
        }
        match Answer::attempt(self.tenant.request("GET", path)).await {
            Ok(found) if !not_now(&found) => {
                let found = found.expect(200).json();
                assert_eq!(found["description"], body["description"], "{path} was changed by nobody else");
                self.ledger.note(path.clone(), found);
                true
            }
            _ => false,
        }
    }

    /// Notes what was acknowledged. Any answer that the write cannot have is a bug.
    fn settle(&mut self, write: &Write, answer: &Answer) {
        let Write { kind, path, again, .. } = write;
        match (kind, answer.status) {
            (Kind::SignUp(email), 201) => self.ledger.note_person(email),
            // Its first attempt had its effect, as a whole: they can sign in.
            (Kind::SignUp(email), 409) if *again => self.ledger.note_person(email),
            (Kind::Create, 201) => {
                let created = answer.json();
                self.ledger.note(format!("{path}/{}", created["id"].as_str().expect("an id")), created);
            }
            (Kind::Change(_), 200) => self.ledger.note(path.clone(), answer.json()),
            // Its first attempt had its effect, or a message changed the order meanwhile.
            (Kind::Change(_), 412) if *again || path.starts_with("/v1/orders/") => {}
            (Kind::Act, 200) => {
                let order = path.rsplit_once('/').expect("a verb stands behind an order").0;
                self.ledger.note(order.to_owned(), answer.json());
            }
            (Kind::Message(id), 200) => self.ledger.note_message(id),
            _ => panic!("{write:?} cannot be answered with {answer:?}"),
        }
    }

    /// The next write. `None` when what it depends on could not be read now.
    async fn next(&mut self) -> Option<Write> {
        self.made += 1;
        let name = format!("{}-{}", self.number, self.made);
        let known = |ledger: &Ledger, collection| ledger.below(collection).len();
        Some(match self.random.u8(0..100) {
            0..25 => self.message(&format!("4911{:08}", self.number), "1 white bread"),
            25..40 if known(&self.ledger, "/v1/customers/") > 0 => {
                let (_, customer) = self.one_of("/v1/customers/");
                let whatsapp = customer["contacts"][0]["whatsapp"].as_str().expect("a number").to_owned();
                self.message(&whatsapp, "2 cases of the whole milk, 10kg basmati and 3x coke zero pls")
            }
            40..60 => return self.act(name).await,
            60..70 if known(&self.ledger, "/v1/products/") > 0 => {
                let (path, product) = self.one_of("/v1/products/");
                let version = product["version"].as_i64().expect("a version");
                Write::new(Kind::Change(version), path, json!({ "description": format!("Described for {name}") }))
            }
            70..80 => {
                let body = json!({
                    "sku": format!("G-{name}"), "name": format!("Gadget {name}"), "unit": "piece",
                    "base_price": "3.50", "currency": "EUR",
                });
                Write::new(Kind::Create, "/v1/products", body).keyed(name)
            }
            80..84 => {
                let email = format!("{name}@example.com");
                let body = founder(&format!("Founded {name}"), &email);
                Write::new(Kind::SignUp(email), "/v1/auth/signup", body)
            }
            _ => {
                let whatsapp = format!("4912{:03}{:06}", self.number, self.made);
                let body = json!({
                    "business_name": format!("Customer {name}"), "currency": "EUR",
                    "contacts": [{ "name": "Paula Purchaser", "whatsapp": whatsapp }],
                });
                Write::new(Kind::Create, "/v1/customers", body).keyed(name)
            }
        })
    }

    fn one_of(&mut self, collection: &str) -> (String, Value) {
        let found = self.ledger.below(collection);
        let (path, resource) = found[self.random.usize(0..found.len())];
        (path.clone(), resource.clone())
    }

    fn message(&self, from: &str, words: &str) -> Write {
        let message = whatsapp::text(from, words);
        let id = message["id"].as_str().expect("an id").to_owned();
        Write::new(Kind::Message(id), self.callback.clone(), whatsapp::messages(&[message]))
    }

    /// Something that is done to an order; of a standing one only confirmation, after which messages begin another.
    async fn act(&mut self, name: String) -> Option<Write> {
        let page = Answer::attempt(self.tenant.request("GET", "/v1/orders?limit=20")).await.ok()?;
        if not_now(&page) {
            return None;
        }
        let page = page.expect(200).json();
        let open = |order: &&Value| ["pending", "review", "confirmed"].iter().any(|status| order["status"] == *status);
        let orders: Vec<&Value> = page["data"].as_array()?.iter().filter(open).collect();
        if orders.is_empty() {
            return None;
        }
        let order = orders[self.random.usize(0..orders.len())];
        let path = format!("/v1/orders/{}", order["id"].as_str()?);
        let lines = order["lines"].as_array()?;
        let is_standing = lines.len() == 1;
        Some(match (order["status"].as_str()?, self.random.u8(0..4)) {
            ("pending", 0) => Write::new(Kind::Act, format!("{path}/confirm"), Value::Null).keyed(name),
            ("pending" | "review", 1) if !is_standing => {
                let kept = lines.iter().map(|line| {
                    let quantity = self.random.u8(1..).to_string();
                    json!({ "id": line["id"], "product_id": line["product_id"], "quantity": quantity })
                });
                let mut kept: Vec<Value> = kept.collect();
                kept.push(json!({ "product_id": self.products[0]["id"], "quantity": "1" }));
                Write::new(Kind::Change(order["version"].as_i64()?), path, json!({ "lines": kept }))
            }
            (_, 2) if !is_standing => Write::new(Kind::Act, format!("{path}/cancel"), Value::Null).keyed(name),
            ("pending" | "review", _) => {
                let notes = json!({ "notes": format!("Noted as {name}") });
                Write::new(Kind::Change(order["version"].as_i64()?), path, notes)
            }
            _ => return None,
        })
    }
}

/// The server is busy, or the same request still runs: to be sent again.
fn not_now(answer: &Answer) -> bool {
    match answer.status {
        503 => {
            assert!(!answer.header("retry-after").is_empty(), "a 503 says when to try again: {answer:?}");
            true
        }
        409 => answer.problem() == "idempotency_key_in_use",
        _ => false,
    }
}
