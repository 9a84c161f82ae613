//! What is about people stands where it can be erased, by whatever route it came: nothing of it is in the trail itself, which stays.
use crate::{
    call::Call,
    fixtures::{self, Shop},
    rights::{holder, own_shop},
    routes::{Api, Route},
    shared_shop::SharedShop,
};
use purser_tests::{
    app::{PASSWORD, TestApp},
    database::Engine,
};
use rstest::rstest;
use serde_json::Value;
use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicU64, Ordering},
};

/// Under these names stands what somebody writes as they like, what things are called, and how machines are reached. It stays in the trail,
/// as docs/domains/compliance.md says. What is about people has a name in `store::audit::personal`.
const NOT_OF_PEOPLE: [&str; 33] = [
    // Written as somebody likes.
    "client_name",
    "customer_reference",
    "description",
    "notes",
    "pattern",
    "payment_terms",
    "reason",
    "role",
    "suspension_reason",
    "value",
    // What things are called, and businesses.
    "ai_aliases",
    "ai_keywords",
    "aliases",
    "business_name",
    "customer_code",
    "default_model",
    "keywords",
    "kind",
    "name",
    "product_name",
    "sku",
    "slug",
    "unit",
    // How directories, providers and doors are reached, and what they say.
    "acr_values",
    "amr_values",
    "audience",
    "base_dn",
    "bind_dn",
    "client_id",
    "group_roles",
    "groups_claim",
    "scopes",
    "signature_prefix",
];

/// What every canary has in it: a mail address and a telephone number that nobody has.
const CANARIES: [&str; 2] = ["canary", "493055501"];

/// Another one each time: a number where the fixture has a number, an address in every other text.
fn canary(instead_of: &str) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    if instead_of.starts_with('+') { format!("+493055501{next:04}") } else { format!("canary{next}@example.com") }
}

/// Where a request of the route has a text that may be another one, and that text.
fn texts(api: &Api, route: &Route) -> Vec<(String, String)> {
    let body = fixtures::body(&route.name()).unwrap_or_default();
    let fields = api.fields(route).into_iter().filter(|field| field.is("string") && field.schema["enum"].is_null());
    let texts = fields.filter_map(|field| {
        let text = body.pointer(&field.pointer)?.as_str()?.to_owned();
        // What begins with a brace is a name of the shop's.
        (!text.starts_with('{') && text != PASSWORD).then_some((field.pointer, text))
    });
    texts.collect()
}

/// Sends the route's request with a canary in every text that takes one. What is wrong if it is not even done without.
async fn tell(app: &TestApp, api: &Api, route: &Route, shop: &Shop) -> Option<String> {
    let name = route.name();
    let (caller, mut texts) = (holder(app, route, shop).await, texts(api, route));
    fixtures::prepare(&name, shop, &caller).await;
    loop {
        let call = Call::of(api, route, shop).await;
        let call = texts.iter().fold(call, |call, (at, text)| call.with_body(at, canary(text).into()));
        let answer = call.send(app, &caller).await;
        if (200..300).contains(&answer.status) {
            return None;
        }
        if texts.is_empty() {
            return Some(format!("{name}: {answer:?}"));
        }
        let (before, refused) = (texts.len(), if answer.status == 422 { answer.errors() } else { Vec::new() });
        texts.retain(|(at, _)| !refused.iter().any(|(pointer, _)| pointer.starts_with(at) || at.starts_with(pointer)));
        if texts.len() == before {
            texts.clear();
        }
    }
}

/// The names under which canaries stand.
fn found(value: &Value, name: &str, names: &mut BTreeSet<String>) {
    let is_canary = |text: &str| CANARIES.iter().any(|canary| text.contains(canary));
    match value {
        Value::String(text) if is_canary(text) => drop(names.insert(name.to_owned())),
        Value::Array(items) => items.iter().for_each(|item| found(item, name, names)),
        Value::Object(members) => {
            if members.keys().any(|key| is_canary(key)) {
                names.insert(name.to_owned());
            }
            members.iter().for_each(|(name, value)| found(value, name, names));
        }
        _ => {}
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nothing_about_people_is_in_the_trail_itself_whatever_route_it_came_by(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let api = Api::of(&app).await;
    let elsewhere = || fixtures::NOBODY_ANSWERS.iter().chain(&fixtures::NOT_OF_A_SHOP);
    let tells = |route: &&Route| {
        let is_done = !elsewhere().any(|(name, _)| *name == route.name());
        route.method != "GET" && is_done && !texts(&api, route).is_empty()
    };
    let (mut shared, mut faults, mut told) = (SharedShop::new(&app), Vec::new(), 0);
    for route in api.routes.iter().filter(tells) {
        let fault = match own_shop(&app, route).await {
            Some(shop) => tell(&app, &api, route, &shop).await,
            None => shared.fault(route, async |shop| tell(&app, &api, route, shop).await).await,
        };
        faults.extend(fault);
        told += 1;
    }
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(told >= 50, "only {told} routes were told anything");

    let mut owner = app.database.owner().await;
    let (mut names, mut erasable) = (BTreeSet::new(), BTreeSet::new());
    for (table, names) in [("changes from audit_logs", &mut names), ("details from audit_details", &mut erasable)] {
        let (column, rest) = table.split_once(' ').unwrap();
        for row in owner.rows(&format!("select cast({column} as text) {rest}")).await.unwrap() {
            found(&serde_json::from_str(&row[0]).unwrap(), "", names);
        }
    }
    for name in ["addresses", "email", "email_address", "line1", "phone", "tax_id", "whatsapp"] {
        assert!(erasable.iter().any(|erasable| erasable == name), "{name} was told, and is not in {erasable:?}");
    }
    names.retain(|name| !NOT_OF_PEOPLE.contains(&&**name));
    assert!(names.is_empty(), "in the trail for good: enter it in store::audit::personal, or above: {names:#?}");
}
