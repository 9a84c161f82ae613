//! Nobody takes so much that others go without.
use purser_api::{Config, http::LimitOptions};
use purser_tests::{
    app::{Answer, PASSWORD, TestApp},
    database::Engine,
};
use rstest::rstest;
use serde_json::json;

const NONE: LimitOptions = LimitOptions { organization: 0, caller: 0, address: 0, sign_in: 0 };

async fn app(engine: Engine, limits: LimitOptions) -> Option<TestApp> {
    let change = |config: &mut Config| {
        config.limits = limits;
        config.workers = 0;
        config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    };
    TestApp::start_with(engine, change).await
}

/// That a request was one too many, and says how it goes on.
fn is_too_many(answer: &Answer, policy: &str) -> bool {
    if answer.status != 429 {
        return false;
    }
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    answer.problem() == "too_many_requests"
        && answer.json()["policy"] == policy
        && (1..=60).contains(&wait)
        && answer.header("ratelimit").contains(&format!("\"{policy}\";r=0;"))
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_tenant_that_floods_slows_only_itself(#[case] engine: Engine) {
    let Some(app) = app(engine, LimitOptions { organization: 20, ..NONE }).await else { return };
    let (noisy, quiet) = (app.tenant("Noisy").await, app.tenant("Quiet").await);
    let flood = (0..80).map(|_| noisy.get("/v1/products"));
    let work = async {
        for _ in 0..10 {
            quiet.get("/v1/products").await.expect(200);
        }
    };
    let (answers, ()) = futures_util::future::join(futures_util::future::join_all(flood), work).await;
    let taken = answers.iter().filter(|answer| answer.status == 200).count();
    let refused = answers.iter().filter(|answer| is_too_many(answer, "organization")).count();
    // A bucket of twenty, and what has run into it meanwhile.
    assert!((20..40).contains(&taken), "{taken} of 80 were taken");
    assert_eq!(taken + refused, 80);
    // Whoever belongs to the organization is told so; nobody else.
    assert!(is_too_many(&noisy.get("/v1/me").await, "organization"));
    quiet.get("/v1/me").await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_program_that_floods_leaves_something_to_its_colleagues(#[case] engine: Engine) {
    let limits = LimitOptions { organization: 1_000, caller: 10, ..NONE };
    let Some(app) = app(engine, limits).await else { return };
    let owner = app.tenant("Acme").await;
    let program = owner.program(purser_kernel::Permission::ProductsRead.into()).await;
    let first = program.get("/v1/products").await.expect(200);
    assert_eq!(first.header("ratelimit-policy"), r#""caller";q=10;w=60, "organization";q=1000;w=60"#);
    // Two of the organization's requests, of which one may have run in again.
    let left = [998, 999].map(|left| format!(r#""caller";r=9;t=6, "organization";r={left};t=1"#));
    assert!(left.contains(&first.header("ratelimit").to_owned()), "{first:?}");
    let mut refused = None;
    for _ in 0..20 {
        let answer = program.get("/v1/products").await;
        refused = refused.or((answer.status == 429).then_some(answer));
    }
    assert!(is_too_many(&refused.unwrap(), "caller"));
    // What the program was refused did not count against the organization.
    let left = owner.get("/v1/products").await.expect(200);
    let remaining = left.header("ratelimit").rsplit_once("r=").unwrap().1.split(';').next().unwrap().to_owned();
    assert!(remaining.parse::<u32>().unwrap() >= 980, "{left:?}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn strangers_are_counted_by_their_address(#[case] engine: Engine) {
    let limits = LimitOptions { address: 8, sign_in: 4, ..NONE };
    let Some(app) = app(engine, limits).await else { return };
    let knock = async |address: &str| {
        let body = json!({ "email": "nobody@example.com", "password": PASSWORD });
        Answer::of(app.request("POST", "/v1/auth/login").header("X-Forwarded-For", address).json(&body)).await
    };
    for _ in 0..4 {
        knock("2001:db8::1").await.expect(401);
    }
    // The rest of the network is the same stranger, a neighbour is another.
    assert!(is_too_many(&knock("2001:db8::ffff:1").await, "sign_in"));
    knock("2001:db8:0:1::1").await.expect(401);
    // What the client has sent itself stands before what the proxy adds, be it in a line of its own, with a port or without.
    for lines in
        [["198.51.100.1", "2001:db8::2"], ["198.51.100.2", "[2001:db8::3]:443"], ["198.51.100.3", "x, 2001:db8::4"]]
    {
        let request =
            app.request("POST", "/v1/auth/login").json(&json!({ "email": "a@example.com", "password": PASSWORD }));
        let request = lines.iter().fold(request, |request, line| request.header("X-Forwarded-For", *line));
        assert!(is_too_many(&Answer::of(request).await, "sign_in"), "{lines:?}");
    }
    // A token that is none, and none at all, count against the address; one that is good does not.
    let owner = app.tenant("Acme").await;
    let ask = async |token: &str| {
        let request = app.request("GET", "/v1/me").header("X-Forwarded-For", "192.0.2.1");
        Answer::of(if token.is_empty() { request } else { request.bearer_auth(token) }).await
    };
    for token in ["", "nonsense", "purser_x", ""].repeat(2) {
        ask(token).await.expect(401);
    }
    assert!(is_too_many(&ask("").await, "address"));
    assert!(is_too_many(&ask("nonsense").await, "address"));
    for _ in 0..10 {
        ask(&owner.access_token).await.expect(200);
    }
    // Whether the server lives is asked by those who watch it.
    for _ in 0..20 {
        app.anonymous("GET", "/health/live", None).await.expect(200);
    }
}
