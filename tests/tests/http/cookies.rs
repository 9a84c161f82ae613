//! Tokens in cookies: for pages of the same origin, and no other site's requests.
use purser_api::Config;
use purser_tests::{
    app::{Answer, PASSWORD, TestApp, founder},
    database::Engine,
};
use reqwest::RequestBuilder;
use rstest::rstest;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const APP: &str = "https://app.example.com";
const ACCESS: &str = "__Host-purser-access";
const REFRESH: &str = "__Host-purser-refresh";

/// A browser: it keeps cookies, and says where a request comes from.
struct Browser<'a> {
    app: &'a TestApp,
    jar: BTreeMap<String, String>,
}

impl<'a> Browser<'a> {
    fn new(app: &'a TestApp) -> Self {
        Self { app, jar: BTreeMap::new() }
    }

    /// What the page itself asks.
    fn page(&self, method: &str, path: &str) -> RequestBuilder {
        self.bare(method, path).header("X-Session", "cookie").header("Sec-Fetch-Site", "same-origin")
    }

    /// With the cookies alone.
    fn bare(&self, method: &str, path: &str) -> RequestBuilder {
        let cookies: Vec<String> = self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = self.app.request(method, path);
        if cookies.is_empty() { request } else { request.header("Cookie", cookies.join("; ")) }
    }

    /// Sends it, and keeps what the answer sets.
    async fn send(&mut self, request: RequestBuilder) -> Answer {
        let answer = Answer::of(request).await;
        for line in answer.headers.get_all("set-cookie") {
            let line = line.to_str().unwrap();
            let (pair, attributes) = line.split_once(';').unwrap();
            // What `__Host-` asks for, or else the browser throws it away.
            for attribute in [" Path=/;", " Secure", " HttpOnly", " SameSite=Strict"] {
                assert!(attributes.contains(attribute), "{line}");
            }
            assert!(!attributes.contains("Domain"), "{line}");
            let (name, value) = pair.split_once('=').unwrap();
            if value.is_empty() {
                assert!(attributes.contains("Expires=Thu, 01 Jan 1970"), "{line}");
                self.jar.remove(name);
            } else {
                self.jar.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }
}

fn on(config: &mut Config) {
    config.workers = 0;
    config.cookies = true;
    config.cors_allowed_origins = vec![APP.to_owned()];
}

/// What a request is made into.
type Made = fn(RequestBuilder) -> RequestBuilder;

fn names(jar: &BTreeMap<String, String>) -> Vec<&str> {
    jar.keys().map(String::as_str).collect()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_page_holds_no_token_and_works_all_the_same(#[case] engine: Engine) {
    let Some(app) = TestApp::start_with(engine, on).await else { return };
    let mut browser = Browser::new(&app);
    let sign_up = browser.page("POST", "/v1/auth/signup").json(&founder("Acme", "cookie@example.com"));
    let answer = browser.send(sign_up).await.expect(201);
    assert_eq!(names(&browser.jar), [ACCESS, REFRESH]);
    for token in browser.jar.values() {
        assert!(!answer.body.contains(token), "{answer:?}");
    }
    assert!(answer.json().get("access_token").is_none() && answer.json().get("refresh_token").is_none());
    assert_eq!(answer.json()["expires_in"], 600);
    Answer::of(browser.bare("GET", "/v1/me")).await.expect(200);
    let customer = json!({ "business_name": "Corner Café" });
    Answer::of(browser.page("POST", "/v1/customers").json(&customer)).await.expect(201);

    let before = browser.jar.clone();
    browser.send(browser.page("POST", "/v1/auth/refresh")).await.expect(200);
    assert_ne!(before, browser.jar);
    let ended = browser.jar.clone();
    browser.send(browser.page("POST", "/v1/auth/logout")).await.expect(204);
    assert!(browser.jar.is_empty(), "{:?}", browser.jar);
    browser.jar = ended;
    Answer::of(browser.bare("GET", "/v1/me")).await.expect(401);

    // Whoever does not ask for cookies gets none, and a bearer token needs nothing beside it.
    let login = json!({ "email": "cookie@example.com", "password": PASSWORD });
    let answer = app.anonymous("POST", "/v1/auth/login", Some(&login)).await.expect(200);
    assert_eq!(answer.header("set-cookie"), "");
    let token = answer.json()["access_token"].as_str().unwrap().to_owned();
    Answer::of(app.request("POST", "/v1/customers").bearer_auth(&token).json(&customer)).await.expect(201);
    // A bearer token counts before cookies.
    let nonsense = browser.page("GET", "/v1/me").bearer_auth("nonsense");
    Answer::of(nonsense).await.expect(401);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn another_site_makes_a_browser_do_nothing(#[case] engine: Engine) {
    let Some(app) = TestApp::start_with(engine, on).await else { return };
    let mut browser = Browser::new(&app);
    let founder = founder("Acme", "csrf@example.com");
    browser.send(browser.page("POST", "/v1/auth/signup").json(&founder)).await.expect(201);
    let evil = "https://evil.example";
    let host = app.url.strip_prefix("http://").unwrap().to_owned();
    let requests: [(&str, Made); 6] = [
        ("a form", |request| request.header("Sec-Fetch-Site", "cross-site")),
        ("a form of a neighbour", |request| {
            request.header("Sec-Fetch-Site", "same-site").header("X-Session", "cookie")
        }),
        ("a script", |request| request.header("Sec-Fetch-Site", "cross-site").header("X-Session", "cookie")),
        ("an old browser's form", |request| request.header("Origin", "https://evil.example")),
        ("an old browser's script", |request| {
            request.header("Origin", "https://evil.example").header("X-Session", "cookie")
        }),
        ("nobody knows who", |request| request.header("X-Session", "cookie")),
    ];
    let customers = async || {
        let page = Answer::of(browser.bare("GET", "/v1/customers")).await.expect(200).json();
        page["data"].as_array().unwrap().len()
    };
    let customer = json!({ "business_name": "Corner Café" });
    for (who, made) in requests {
        for (method, path, body) in [
            ("POST", "/v1/customers", Some(&customer)),
            ("PATCH", "/v1/me/preferences", Some(&json!({ "theme": "dark" }))),
            ("POST", "/v1/auth/logout", None),
            ("POST", "/v1/auth/sessions/end-others", None),
        ] {
            let request = made(browser.bare(method, path)).header("If-Match", "*");
            let request = body.map_or(request.try_clone().unwrap(), |body: &Value| request.json(body));
            let answer = Answer::of(request).await.expect(403);
            assert_eq!(answer.problem(), "cross_site_request", "{who}: {method} {path}");
        }
        // Nor is anybody signed in as somebody else.
        let login = json!({ "email": "csrf@example.com", "password": PASSWORD });
        let answer = Answer::of(made(app.request("POST", "/v1/auth/login")).json(&login)).await;
        assert_eq!(answer.header("set-cookie"), "", "{who}: {answer:?}");
        let answer = Answer::of(made(browser.bare("POST", "/v1/auth/refresh"))).await;
        assert!([403, 422].contains(&answer.status), "{who}: {answer:?}");
    }
    assert_eq!(customers().await, 0);
    // The same origin by the word of an old browser, and an origin that the operator has named.
    for origin in [format!("http://{host}"), APP.to_owned()] {
        let request = browser.bare("POST", "/v1/customers").header("X-Session", "cookie").header("Origin", &origin);
        let request = if origin == APP { request.header("Sec-Fetch-Site", "cross-site") } else { request };
        let answer = Answer::of(request.json(&customer)).await.expect(201);
        assert_eq!(answer.header("access-control-allow-credentials"), if origin == APP { "true" } else { "" });
    }
    assert_eq!(customers().await, 2);
    let answer = Answer::of(browser.bare("GET", "/v1/me").header("Origin", evil)).await.expect(200);
    assert_eq!(answer.header("access-control-allow-origin"), "");
    assert_eq!(answer.header("access-control-allow-credentials"), "");
}

#[tokio::test]
async fn cookies_are_an_operator_s_choice() {
    let Some(app) = TestApp::start_without_workers(Engine::Sqlite).await else { return };
    let owner = app.tenant("Acme").await;
    let login = json!({ "email": owner.email, "password": PASSWORD });
    let asked = app.request("POST", "/v1/auth/login").header("X-Session", "cookie").json(&login);
    let answer = Answer::of(asked).await.expect(422);
    assert_eq!(answer.errors(), [("/X-Session".to_owned(), "not_available".to_owned())]);
    let cookie = format!("{ACCESS}={}", owner.access_token);
    Answer::of(app.request("GET", "/v1/me").header("Cookie", cookie)).await.expect(401);
    let document = app.anonymous("GET", "/openapi.json", None).await.expect(200).json();
    assert_eq!(document["components"]["securitySchemes"]["cookie"]["name"], ACCESS);
    let security = &document["paths"]["/v1/orders"]["get"]["security"];
    assert_eq!(*security, json!([{ "bearer": ["orders.read"] }, { "cookie": ["orders.read"] }]));
}
