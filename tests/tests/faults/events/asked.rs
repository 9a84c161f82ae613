//! What clients ask for over HTTP, and what goes wrong with it: they are late, they ask for what cannot be, or they are gone before they
//! are answered.
use super::{
    ledger::{KEPT, Left, NOTHING, Outcome, PUBLISHED, Unit, WRITTEN},
    shop::Shop,
};
use proptest::prelude::*;
use purser_tests::app::{Answer, eventually};
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use std::time::Duration;
use strum::VariantArray;

#[derive(Clone, Copy, Debug, VariantArray)]
enum Wish {
    BeginProject,
    RenameProject,
    RemoveProject,
    CreateCustomer,
    CreateProduct,
    ConfirmOrder,
    CancelOrder,
}

#[derive(Clone, Copy, Debug)]
enum Mishap {
    Nothing,
    /// It is of a version that is not there.
    Stale,
    /// Nothing can have such a name.
    Wrong,
    /// The client is gone after so many microseconds.
    Gone(u64),
}

/// One request; a number picks what it is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ask {
    wish: Wish,
    pick: usize,
    mishap: Mishap,
}

pub(super) fn any() -> impl Strategy<Value = Ask> {
    let mishap = prop_oneof![
        2 => Just(Mishap::Nothing),
        1 => Just(Mishap::Stale),
        1 => Just(Mishap::Wrong),
        3 => (0..15_000_u64).prop_map(Mishap::Gone),
    ];
    let ask = (prop::sample::select(Wish::VARIANTS), 0..100_usize, mishap);
    ask.prop_map(|(wish, pick, mishap)| Ask { wish, pick, mishap })
}

/// A request that can be sent again.
struct Request {
    method: &'static str,
    path: String,
    /// By which it is done once, however often it is sent.
    key: String,
    version: Option<i64>,
    body: Option<Value>,
    left: Left,
}

impl Request {
    fn of(&self, shop: &Shop) -> RequestBuilder {
        let mut request = shop.owner.request(self.method, &self.path);
        if self.method == "POST" {
            request = request.header("Idempotency-Key", &self.key);
        }
        if let Some(version) = self.version {
            request = request.header("If-Match", format!("\"{version}\""));
        }
        match &self.body {
            Some(body) => request.json(body),
            None => request,
        }
    }

    /// Who never heard an answer asks again until there is one.
    async fn answer(&self, shop: &Shop) -> Answer {
        eventually("an answer to the same request", || async {
            let answer = Answer::of(self.of(shop)).await;
            let is_running = answer.status == 409 && answer.problem() == "idempotency_key_in_use";
            (answer.status < 500 && !is_running).then_some(answer)
        })
        .await
    }
}

/// One of what is listed there: its address and its version.
async fn listed(shop: &Shop, list: &str, query: &str, pick: usize) -> Option<(String, i64)> {
    let answer = shop.owner.get(&format!("{list}?limit=200{query}")).await;
    // Somebody may hold what is needed to look.
    let rows = (answer.status == 200).then(|| answer.json()["data"].as_array().cloned()).flatten()?;
    let row = rows.get(pick.checked_rem(rows.len())?)?;
    Some((format!("{list}/{}", row["id"].as_str()?), row["version"].as_i64()?))
}

impl Ask {
    /// Asks, and notes what came of it. `None` where there is nothing that it could be about.
    pub(super) async fn send(self, shop: &Shop) -> Option<Outcome> {
        let name = shop.name();
        let request = self.request(shop, &name).await?;
        let answer = match self.mishap {
            Mishap::Gone(after) => {
                let patience = Duration::from_micros(after);
                let answer = Answer::attempt(request.of(shop).timeout(patience)).await.ok();
                match answer {
                    None if request.method == "POST" => Some(request.answer(shop).await),
                    answer => answer,
                }
            }
            Mishap::Nothing | Mishap::Stale | Mishap::Wrong => Some(Answer::of(request.of(shop)).await),
        };
        let outcome = match answer.map(|answer| answer.status) {
            Some(200..=299) => Outcome::Committed,
            Some(400..=499) => Outcome::RolledBack,
            _ => Outcome::Unknown,
        };
        shop.note(Unit { outcome, names: vec![name], done: vec![request.left] });
        Some(outcome)
    }

    /// The request.
    async fn request(self, shop: &Shop, name: &str) -> Option<Request> {
        let Self { wish, pick, mishap } = self;
        let is_wrong = matches!(mishap, Mishap::Wrong);
        let words = if is_wrong { "x".repeat(501) } else { name.to_owned() };
        let (method, list, query) = match wish {
            Wish::BeginProject => ("POST", "/v1/projects", None),
            Wish::RenameProject => ("PATCH", "/v1/projects", Some("")),
            Wish::RemoveProject => ("DELETE", "/v1/projects", Some("")),
            Wish::CreateCustomer => ("POST", "/v1/customers", None),
            Wish::CreateProduct => ("POST", "/v1/products", None),
            Wish::ConfirmOrder => ("POST", "/v1/orders", Some("&status=pending")),
            Wish::CancelOrder => ("POST", "/v1/orders", Some("")),
        };
        let (mut path, mut version) = (list.to_owned(), None);
        if let Some(query) = query {
            let (row, current) = listed(shop, list, query, pick).await?;
            let is_other = is_wrong || matches!(mishap, Mishap::Stale);
            (path, version) = (row, Some(if is_other { current + 1 } else { current }));
        }
        path.push_str(match wish {
            Wish::ConfirmOrder => "/confirm",
            Wish::CancelOrder => "/cancel",
            _ => "",
        });
        let (body, left) = match wish {
            Wish::BeginProject | Wish::RenameProject => (Some(json!({ "name": words })), PUBLISHED),
            Wish::CreateCustomer => (Some(json!({ "business_name": words })), PUBLISHED),
            Wish::CreateProduct => {
                let sku = name.to_uppercase();
                let price =
                    json!({ "sku": sku, "name": words, "unit": "piece", "base_price": "1.05", "currency": "EUR" });
                (Some(price), WRITTEN)
            }
            Wish::CancelOrder => (Some(json!({ "reason": words })), KEPT),
            Wish::RemoveProject | Wish::ConfirmOrder => (None, NOTHING),
        };
        Some(Request { method, path, key: name.to_owned(), version, body, left })
    }
}
