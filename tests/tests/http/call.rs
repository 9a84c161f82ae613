//! A request with everything right, of which a test makes one thing wrong.
use crate::{
    fixtures::{self, Shop},
    routes::{Api, At, Route},
};
use purser_tests::{
    app::{Answer, Tenant, TestApp},
    doors, whatsapp,
};
use reqwest::RequestBuilder;
use serde_json::Value;
use std::collections::BTreeMap;

/// A request of a route.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// The route's name.
    pub(crate) route: String,
    method: String,
    template: String,
    is_guarded: bool,
    is_signed: bool,
    /// Who calls what only administrators call.
    admin: Option<Tenant>,
    /// What stands for the placeholders, as it stands in an address.
    pub(crate) path: BTreeMap<String, String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<Value>,
    /// The file that is sent where no JSON is taken, behind its media type.
    pub(crate) file: Option<(&'static str, &'static str)>,
}

impl Call {
    /// A request that the shop's owner may make, of the version that the thing has now.
    pub(crate) async fn of(api: &Api, route: &Route, shop: &Shop) -> Self {
        let name = route.name();
        let mut call = Self {
            method: route.method.clone(),
            template: route.path.clone(),
            is_guarded: route.is_guarded(),
            is_signed: route.header("X-Hub-Signature-256").is_some(),
            admin: route.is_platform().then(|| shop.admin(&name).clone()),
            path: BTreeMap::new(),
            query: fixtures::query(&name),
            headers: Vec::new(),
            body: fixtures::body(&name),
            file: fixtures::file(&name),
            route: name,
        };
        assert_eq!(
            call.body.is_some(),
            route.takes("application/json"),
            "fixtures::body and the document on {}",
            call.route
        );
        let takes = ["text/csv", "application/octet-stream"].into_iter().find(|media_type| route.takes(media_type));
        assert_eq!(call.file.map(|file| file.0), takes, "fixtures::file and the document on {}", call.route);
        if let Some(body) = &mut call.body {
            shop.named(body);
        }
        for parameter in route.parameters("path") {
            let name = parameter["name"].as_str().unwrap();
            if parameter["schema"]["type"] == "string" && parameter["schema"]["format"] != "uuid" {
                call.path.insert(name.to_owned(), shop.name(name, &route.path));
            }
        }
        for place in api.ids(route) {
            match &place.at {
                At::Path(name) => {
                    call.path.insert(name.clone(), shop.id(&place.kind, &call.route));
                }
                At::Body(pointer) => {
                    let given = call.body.as_ref().is_some_and(|body| body.pointer(pointer).is_some());
                    let never = fixtures::NEVER_TAKEN.contains(&(&*call.route, &**pointer));
                    assert_ne!(given, never, "fixtures::body and NEVER_TAKEN on {pointer} of {}", call.route);
                }
                At::Query(_) => {}
            }
        }
        if route.header("If-Match") == Some(true) {
            let thing = call.admin.as_ref().unwrap_or(&shop.owner).get(&call.address()).await.expect(200);
            call.headers.push(("If-Match".to_owned(), thing.header("etag").to_owned()));
        }
        call
    }

    /// The same request with another value in one place.
    pub(crate) fn with(&self, at: &At, value: &str) -> Self {
        let mut call = self.clone();
        match at {
            At::Path(name) => drop(call.path.insert(name.clone(), value.to_owned())),
            At::Query(name) => call.query.push((name.clone(), value.to_owned())),
            At::Body(pointer) => put(call.body.as_mut().unwrap(), pointer, value.into()),
        }
        call
    }

    /// The same request with another body.
    pub(crate) fn with_body(&self, pointer: &str, value: Value) -> Self {
        let mut call = self.clone();
        put(call.body.as_mut().unwrap(), pointer, value);
        call
    }

    /// Path and query.
    pub(crate) fn address(&self) -> String {
        let fill = |path: String, (name, value): (&String, &String)| path.replace(&format!("{{{name}}}"), value);
        let mut address = self.path.iter().fold(self.template.clone(), fill);
        assert!(!address.contains('{'), "{}: a placeholder whose schema is no id", self.route);
        for (position, (name, value)) in self.query.iter().enumerate() {
            let sign = if position == 0 { '?' } else { '&' };
            address.extend([&*sign.to_string(), name, "=", &encoded(value)]);
        }
        address
    }

    /// The same request by somebody else, whoever is meant to send it.
    pub(crate) fn by(&self, who: &Tenant) -> Self {
        Self { admin: Some(who.clone()), ..self.clone() }
    }

    /// The request without its body.
    pub(crate) fn request(&self, app: &TestApp, who: &Tenant) -> RequestBuilder {
        let address = self.address();
        let who = self.admin.as_ref().unwrap_or(who);
        let request =
            if self.is_guarded { who.request(&self.method, &address) } else { app.request(&self.method, &address) };
        self.headers.iter().fold(request, |request, (name, value)| request.header(name, value))
    }

    /// Sends it, with the caller's token where one is needed.
    pub(crate) async fn send(&self, app: &TestApp, who: &Tenant) -> Answer {
        let mut request = self.request(app, who);
        let body = self.body.as_ref().map(ToString::to_string).unwrap_or_default();
        // Without a public address a server calls itself by the one that it was told to listen at.
        for (name, value) in doors::headers(&self.address(), "http://127.0.0.1:0", &body) {
            request = request.header(name, value);
        }
        if let Some(body) = &self.body {
            let body = body.to_string();
            if self.is_signed {
                let signature = whatsapp::signature(whatsapp::APP_SECRET, body.as_bytes());
                request = request.header("X-Hub-Signature-256", signature);
            }
            request = request.header("Content-Type", "application/json").body(body);
        }
        if let Some((media_type, file)) = self.file {
            request = request.header("Content-Type", media_type).body(file);
        }
        Answer::of(request).await
    }
}

/// Puts a value where the pointer leads, be there one or not.
fn put(body: &mut Value, pointer: &str, value: Value) {
    let Some((parent, last)) = pointer.rsplit_once('/') else {
        *body = value;
        return;
    };
    match body.pointer_mut(parent) {
        Some(Value::Object(members)) => drop(members.insert(last.to_owned(), value)),
        Some(Value::Array(items)) if !items.is_empty() => items[last.parse::<usize>().unwrap()] = value,
        _ => panic!("the body has nothing at {parent}: fixtures::body leaves it out"),
    }
}

/// As it stands in a query.
fn encoded(value: &str) -> String {
    value.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat()
}
