//! A suspended organization is read, and nothing else, on any route but one.
use crate::{call::Call, routes::Api, tenants::shops};
use purser_tests::database::{Engine, Watch};
use rstest::rstest;
use serde_json::json;

/// What is no change of the organization, and what ends its suspension.
const STILL_POSSIBLE: [&str; 2] = ["POST /v1/organization/close", "POST /v1/organization/reactivate"];

/// Reads a file, a text or a token, and shows what would come of it.
pub(crate) const DRY_RUNS: [&str; 5] = [
    "POST /v1/customers/import",
    "POST /v1/products/import",
    "POST /v1/invitations/preview",
    "POST /v1/approval-links/preview",
    "POST /v1/pii-rules/test",
];

/// What belongs to the person: another organization is founded from a suspended one, too.
const ELSEWHERE: [&str; 1] = ["POST /v1/organizations"];

/// Goes on as long as something happens.
pub(crate) const NOTHING_HAPPENS: [&str; 1] = ["GET /v1/events/stream"];

/// Nobody but Google can sign at its door, so nobody gets as far.
const ONLY_GOOGLE: &str = "POST /v1/webhooks/gmail/{organization_id}/{integration_id}";

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn everything_but_reading_is_refused(#[case] engine: Engine) {
    let Some((app, [shop])) = shops(engine, ["Harbour Wholesale"]).await else { return };
    let api = Api::of(&app).await;
    shop.owner.post("/v1/organization/suspend", &json!({ "reason": "unpaid" })).await.expect(200);
    let mut watch = Watch::over_changes(&app.database).await;
    let (mut faults, mut refused) = (Vec::new(), 0);
    for route in api.routes.iter().filter(|route| route.path.starts_with("/v1/") && !route.is_platform()) {
        let name = route.name();
        let is_door = route.path.contains("/webhooks/");
        // Sessions and passwords are the person's.
        let own =
            route.path.starts_with("/v1/auth/") || STILL_POSSIBLE.contains(&&*name) || ELSEWHERE.contains(&&*name);
        if own || (is_door && route.method == "GET") || name == ONLY_GOOGLE {
            continue;
        }
        let answer = Call::of(&api, route, &shop).await.send(&app, &shop.owner).await;
        let right = match (&*route.method, &*name) {
            _ if NOTHING_HAPPENS.contains(&&*name) => {
                (answer.status, &*answer.problem()) == (403, "organization_suspended")
            }
            ("GET", _) => answer.status == 200,
            _ if DRY_RUNS.contains(&&*name) => answer.status == 200,
            _ if answer.status < 400 => false,
            // Told how it stands instead.
            (_, "POST /v1/organization/suspend") => (answer.status, &*answer.problem()) == (409, "illegal_transition"),
            _ => {
                refused += 1;
                (answer.status, &*answer.problem()) == (403, "organization_suspended")
            }
        };
        faults.extend((!right).then(|| format!("{name}: {answer:?}")));
    }
    let changes = watch.changes().await;
    assert!(faults.is_empty() && changes.is_empty(), "{faults:#?} {changes:#?}");
    assert!(refused >= 110, "only {refused} routes were refused");
    shop.owner.verb("/v1/organization/reactivate").await.expect(200);
    shop.owner.create("/v1/customers", &json!({ "business_name": "Again" })).await;
}
