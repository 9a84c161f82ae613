//! Nobody sees another organization's rows, on any route: every id of every request × another tenant's token.
use crate::{
    call::Call,
    fixtures::Shop,
    routes::{Api, At, Place, Route},
};
use purser_kernel::{Permission, PermissionSet};
use purser_tests::{
    app::{Answer, TestApp},
    database::{Engine, Watch, uuid_literal},
};
use rstest::rstest;
use serde_json::{Value, json};

const NOBODY: &str = "01a1fa5a-0000-7000-8000-000000000000";

/// Shops on a server that has nothing left to do: what changes from now on changes because of a request.
pub(crate) async fn shops<const N: usize>(engine: Engine, names: [&str; N]) -> Option<(TestApp, [Shop; N])> {
    let mut app = TestApp::start(engine).await?;
    let mut shops = Vec::new();
    for name in names {
        shops.push(Shop::open(&app, name).await);
    }
    if let Some(shop) = shops.first_mut() {
        shop.get_admin(&app).await;
    }
    app.settle().await;
    app.restart_with(|config| config.workers = 0).await;
    let shops: Vec<Shop> = shops.into_iter().map(|shop| shop.at(&app.url)).collect();
    Some((app, shops.try_into().ok()?))
}

/// What is wrong with the answer to a request that named an id of another tenant's in one place.
fn fault(route: &Route, place: &Place, answer: &Answer) -> Option<String> {
    let (status, problem) = match (&*route.name(), &place.at) {
        // Whatever is wrong, the answer is the same.
        ("POST /v1/auth/login", _) => (401, "invalid_credentials"),
        (_, At::Path(_)) => (404, "not_found"),
        (_, At::Body(_)) => (422, "validation_failed"),
        // A filter by what is not there finds nothing.
        (_, At::Query(_)) => (200, ""),
    };
    let right = answer.status == status
        && match &place.at {
            // A file has no list: it is compared with that of an id that never was.
            At::Query(_) if !answer.header("content-type").starts_with("application/json") => true,
            At::Query(_) => answer.json()["data"] == json!([]),
            At::Body(pointer) if status == 422 => {
                answer.errors() == [(pointer.clone(), "unknown_reference".to_owned())]
            }
            _ => answer.problem() == problem,
        };
    (!right).then(|| format!("{} {place:?}: {answer:?}", route.name()))
}

/// What stands of readings in the shop's name: the ids that each was of.
async fn readings(app: &TestApp, shop: &Shop) -> Vec<String> {
    let organization = uuid_literal(app.database.engine, &shop.owner.organization_id);
    let sql = format!(
        "select cast(record_ids as text) from data_access_audit where organization_id = {organization} order by id"
    );
    app.database.owner().await.rows(&sql).await.unwrap().concat()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_foreign_id_is_an_id_that_never_was(#[case] engine: Engine) {
    let Some((mut app, [ours, theirs])) = shops(engine, ["Harbour Wholesale", "Somebody Else"]).await else { return };
    let api = Api::of(&app).await;
    let mut watch = Watch::over_changes(&app.database).await;
    let read_by_them = readings(&app, &theirs).await;
    let (mut faults, mut seen) = (Vec::new(), [0; 3]);
    for route in api.routes.iter().filter(|route| !route.is_platform()) {
        let mut call = Call::of(&api, route, &ours).await;
        if route.header("Idempotency-Key").is_some() {
            call.headers.push(("Idempotency-Key".to_owned(), route.name().replace(' ', "-")));
        }
        let places = api.ids(route);
        for place in &places {
            let foreign = call.with(&place.at, &theirs.id(&place.kind, &call.route)).send(&app, &ours.owner).await;
            let absent = call.with(&place.at, NOBODY).send(&app, &ours.owner).await;
            faults.extend(fault(route, place, &foreign));
            if (foreign.status, &foreign.body) != (absent.status, &absent.body) {
                faults.push(format!("{} {place:?} tells {foreign:?} from {absent:?}", route.name()));
            }
            seen[match place.at {
                At::Path(_) => 0,
                At::Query(_) => 1,
                At::Body(_) => 2,
            }] += 1;
        }
        // All of it another's: the token alone says whose rows are reached.
        let in_path = || places.iter().filter(|place| matches!(place.at, At::Path(_)));
        let whole = in_path().fold(call, |call, place| call.with(&place.at, &theirs.id(&place.kind, &call.route)));
        if route.is_guarded() && in_path().next().is_some() {
            let answer = whole.send(&app, &ours.owner).await;
            faults.extend((answer.status != 404).then(|| format!("{}: {answer:?}", route.name())));
        }
        let mut changes = watch.changes().await;
        if route.name() == "POST /v1/auth/login" {
            // Into another's organization no password is right, and wrong ones are counted where the person's are and stand in their own trail.
            let counted = |change: &String| change[2..].starts_with("sign_in_networks: ");
            let signs: Vec<&str> = changes.iter().filter(|change| counted(change)).map(|change| &change[..1]).collect();
            assert_eq!(signs, ["-", "+"], "one row that counts: {changes:?}");
            changes.retain(|change| !counted(change) && !change.starts_with("+ audit_"));
        }
        faults.extend((!changes.is_empty()).then(|| format!("{} changed {changes:#?}", route.name())));
    }
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(seen[0] >= 140 && seen[1] >= 18 && seen[2] >= 22, "ids in paths, queries and bodies: {seen:?}");
    // Readings are written a moment later, at the latest when the server ends.
    app.restart_with(|config| config.workers = 0).await;
    assert_eq!(readings(&app, &theirs).await, read_by_them, "they have read nothing");
    let read_by_us = readings(&app, &ours).await.concat();
    for (kind, id) in theirs.ids() {
        assert!(!read_by_us.contains(id), "another's {kind} was read");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_foreign_id_is_an_id_that_never_was_for_a_key_too(#[case] engine: Engine) {
    let Some((app, [ours, theirs])) = shops(engine, ["Harbour Wholesale", "Somebody Else"]).await else { return };
    let api = Api::of(&app).await;
    let everything = PermissionSet::all() - Permission::decisions();
    let program = ours.owner.program(everything).await;
    let mut seen = 0;
    for route in api.routes.iter().filter(|route| route.is_guarded() && !route.is_platform()) {
        let decides = route.permissions().iter().any(|name| !everything.iter().any(|allowed| allowed.as_str() == name));
        let in_path: Vec<Place> = api.ids(route).into_iter().filter(|place| matches!(place.at, At::Path(_))).collect();
        if decides || in_path.is_empty() || route.permissions().is_empty() {
            continue;
        }
        let call = Call::of(&api, route, &ours).await;
        let named = |id: &dyn Fn(&Place) -> String| {
            in_path.iter().fold(call.clone(), |call, place| call.with(&place.at, &id(place)))
        };
        let foreign = named(&|place| theirs.id(&place.kind, &call.route)).send(&app, &program).await;
        let absent = named(&|_| NOBODY.to_owned()).send(&app, &program).await;
        assert_eq!((foreign.status, &foreign.body), (404, &absent.body), "{}: {foreign:?}", route.name());
        seen += 1;
    }
    assert!(seen >= 70, "only {seen} routes");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_shown_is_ones_own(#[case] engine: Engine) {
    let Some((app, [ours, theirs])) = shops(engine, ["Harbour Wholesale", "Somebody Else"]).await else { return };
    let api = Api::of(&app).await;
    let mut shown = 0;
    let tenants = |route: &&Route| route.method == "GET" && route.is_guarded() && !route.is_platform();
    for route in api.routes.iter().filter(tenants) {
        let answer = Call::of(&api, route, &ours).await.send(&app, &ours.owner).await.expect(200);
        for (kind, id) in theirs.ids() {
            assert!(!answer.body.contains(id), "{} shows another's {kind}: {answer:?}", route.name());
        }
        shown += 1;
        if !answer.header("content-type").starts_with("application/json") {
            continue;
        }
        // Not because nothing is shown: each shop has some of all that can be listed, but what nobody has added yet.
        let rows = answer.json()["data"].as_array().map(Vec::len);
        let empty = ["/v1/durations", "/v1/training-examples"].contains(&&*route.path);
        assert_eq!(rows == Some(0), empty, "{}: {answer:?}", route.name());
    }
    assert!(shown >= 90, "only {shown} routes show anything");
    let me: Value = ours.owner.get("/v1/me").await.expect(200).json();
    assert_eq!(me["organization"]["id"], ours.owner.organization_id);
}
