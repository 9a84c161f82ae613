//! Each route does what it does for those who hold its permissions, and for nobody else.
use crate::{
    call::Call,
    fixtures::{self, Shop},
    routes::{Api, Route},
    shared_shop::SharedShop,
    tenants::shops,
    trail,
};
use purser_kernel::{Permission, PermissionSet};
use purser_tests::{
    app::{Answer, Tenant, TestApp, within_a_second},
    database::{Engine, Watch, uuid_literal},
    payloads,
};
use rstest::rstest;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Routes that ask who is there and for no permission.
pub(crate) const FOR_EVERYBODY: [&str; 27] = [
    // Who may do nothing may still know it.
    "GET /v1/me",
    "GET /v1/me/preferences",
    "PATCH /v1/me/preferences",
    "POST /v1/me/complete-onboarding",
    // And what they were told of, and want to be.
    "GET /v1/me/notification-preferences",
    "PATCH /v1/me/notification-preferences",
    "GET /v1/notifications",
    "GET /v1/notifications/unread-count",
    "POST /v1/notifications/read-all",
    "POST /v1/notifications/{id}/read",
    "POST /v1/notifications/{id}/unread",
    "GET /v1/me/profile",
    "PATCH /v1/me/profile",
    // And where else they belong, and found something of their own.
    "GET /v1/organizations",
    "POST /v1/organizations",
    // And leave, or go where they may do something.
    "POST /v1/auth/logout",
    "POST /v1/auth/switch-organization",
    // And look after their own password and sessions.
    "POST /v1/auth/password",
    "POST /v1/auth/email/verification",
    "GET /v1/auth/sessions",
    "DELETE /v1/auth/sessions/{id}",
    "POST /v1/auth/sessions/end-others",
    // And their second factor.
    "GET /v1/auth/mfa",
    "POST /v1/auth/mfa/totp",
    "POST /v1/auth/mfa/totp/confirm",
    "POST /v1/auth/mfa/totp/remove",
    "POST /v1/auth/mfa/recovery-codes",
];

/// Routes whose permission depends on each thing that they show: tests/tests/integrations/streams tries them.
const BY_WHAT_IS_SHOWN: [&str; 1] = ["GET /v1/events/stream"];

/// Routes to what belongs to one person and not to the organization: that person calls.
const OF_THE_PERSON: [&str; 9] = [
    "PATCH /v1/me/profile",
    "PATCH /v1/me/notification-preferences",
    "POST /v1/notifications/read-all",
    "POST /v1/notifications/{id}/read",
    "POST /v1/notifications/{id}/unread",
    "DELETE /v1/auth/sessions/{id}",
    "POST /v1/auth/mfa/totp/confirm",
    "POST /v1/auth/mfa/totp/remove",
    "POST /v1/auth/mfa/recovery-codes",
];

/// Routes that ask for an authenticator app.
const WITH_AN_APP: [&str; 5] = [
    "POST /v1/platform/users/{id}/reset-mfa",
    "POST /v1/auth/mfa/totp/confirm",
    "POST /v1/auth/mfa/totp/remove",
    "POST /v1/auth/mfa/recovery-codes",
    "POST /v1/auth/mfa/verify",
];

/// Routes that take a token from a mail.
const BY_MAIL: [&str; 3] =
    ["POST /v1/auth/email/verify", "POST /v1/auth/password/reset", "POST /v1/auth/signup/complete"];

/// Permissions that no route asks for.
const NO_ROUTE_YET: [Permission; 0] = [];

/// What the request in the fixtures needs because of the thing that it is about.
const BY_THE_THING: [(&str, Permission); 11] = [
    // It is given to somebody, and so must be held.
    ("POST /v1/api-keys", Permission::ProductsRead),
    ("POST /v1/api-keys/{id}/rotate", Permission::ProductsRead),
    // What is to be approved says who approves it: here, an order.
    ("POST /v1/approvals/{id}/approve", Permission::OrdersConfirm),
    ("POST /v1/approvals/{id}/reject", Permission::OrdersConfirm),
    // What was deleted says who may see and who may delete it: here, a category. The two that read share their caller.
    ("GET /v1/deletions", Permission::ProductsRead),
    ("GET /v1/deletions/{id}", Permission::ProductsRead),
    ("POST /v1/deletions/{id}/restore", Permission::ProductsManage),
    ("POST /v1/deletions/{id}/purge", Permission::ProductsManage),
    // It is somebody else's.
    ("POST /v1/approvals/{id}/withdraw", Permission::ApprovalsManage),
    ("POST /v1/role-change-requests/{id}/withdraw", Permission::ApprovalsManage),
    ("DELETE /v1/approval-delegations/{id}", Permission::ApprovalsManage),
];

/// Routes whose permission a key can hold, and what it is told all the same: what is decided there is not a key's to decide.
pub(crate) const DECIDED_BY_PEOPLE: [(&str, &str); 6] = [
    ("POST /v1/approvals/{id}/approve", "person_must_decide"),
    ("POST /v1/approvals/{id}/reject", "person_must_decide"),
    ("POST /v1/approval-delegations", "person_must_decide"),
    // Somebody else's need a permission to decide.
    ("POST /v1/approvals/{id}/withdraw", "forbidden"),
    ("POST /v1/role-change-requests/{id}/withdraw", "forbidden"),
    ("DELETE /v1/approval-delegations/{id}", "forbidden"),
];

pub(crate) fn permissions(names: &[String]) -> PermissionSet {
    names.iter().map(|name| name.parse::<Permission>().unwrap_or_else(|_| panic!("there is no {name}"))).collect()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn everything_but_what_is_needed_is_not_enough(#[case] engine: Engine) {
    let Some((app, [shop])) = shops(engine, ["Harbour Wholesale"]).await else { return };
    let api = Api::of(&app).await;
    let mut lacking = BTreeMap::new();
    for permission in PermissionSet::all() {
        let allowed = PermissionSet::all() - permission;
        lacking.insert(permission.as_str(), app.member(&shop.owner, allowed).await);
    }
    let mut watch = Watch::over_changes(&app.database).await;
    let (mut faults, mut needed) = (Vec::new(), BTreeSet::new());
    for route in &api.routes {
        let names = route.permissions();
        let name = &*route.name();
        let asks_for_none = FOR_EVERYBODY.contains(&name) || BY_WHAT_IS_SHOWN.contains(&name);
        let open = !route.is_guarded() || route.is_platform() || asks_for_none;
        assert_eq!(names.is_empty(), open, "the document says nothing of what {} needs", route.name());
        for name in names {
            let call = Call::of(&api, route, &shop).await;
            let answer = call.send(&app, &lacking[&*name]).await;
            if !is_lacking(&answer, &name) {
                faults.push(format!("{} without {name}: {answer:?}", route.name()));
            }
            needed.insert(name);
        }
        let changes = watch.changes().await;
        faults.extend((!changes.is_empty()).then(|| format!("{} changed {changes:#?}", route.name())));
    }
    for (name, permission) in BY_THE_THING {
        let route = api.routes.iter().find(|route| route.name() == name).unwrap();
        let answer = Call::of(&api, route, &shop).await.send(&app, &lacking[permission.as_str()]).await;
        let is_right = match name {
            // What one may not read is not there.
            "GET /v1/deletions" => answer.status == 200 && answer.json()["data"] == json!([]),
            "GET /v1/deletions/{id}" => answer.status == 404 && answer.problem() == "not_found",
            _ => is_lacking(&answer, permission.as_str()),
        };
        faults.extend((!is_right).then(|| format!("{name} without {permission:?}: {answer:?}")));
    }
    let changes = watch.changes().await;
    assert!(faults.is_empty() && changes.is_empty(), "{faults:#?} {changes:#?}");
    for permission in PermissionSet::all() {
        let listed = NO_ROUTE_YET.contains(&permission);
        assert_ne!(needed.contains(permission.as_str()), listed, "{permission:?} and NO_ROUTE_YET");
    }
}

/// Whether the caller is told that this is the permission which they do not have.
fn is_lacking(answer: &Answer, permission: &str) -> bool {
    answer.status == 403 && answer.problem() == "forbidden" && answer.json()["permission"] == permission
}

/// A shop for this route alone, if it needs what others do not get.
pub(crate) async fn own_shop(app: &TestApp, route: &Route) -> Option<Shop> {
    let name = &*route.name();
    let (by_mail, with_app) = (BY_MAIL.contains(&name), WITH_AN_APP.contains(&name));
    if !by_mail && !with_app && !OF_THE_PERSON.contains(&name) {
        return None;
    }
    let mut shop = Shop::open(app, "Fresh").await;
    if by_mail {
        shop.read_mails(app).await;
    }
    if with_app {
        shop.get_app(app, name).await;
    }
    if route.is_platform() {
        shop.get_admin(app).await;
    }
    Some(shop)
}

/// Somebody who may do what the route needs, and nothing else.
pub(crate) async fn holder(app: &TestApp, route: &Route, shop: &Shop) -> Tenant {
    let name = &*route.name();
    if OF_THE_PERSON.contains(&name) {
        return shop.owner.clone();
    }
    let by_the_thing = BY_THE_THING.iter().filter(|(listed, _)| *listed == name).map(|(_, permission)| *permission);
    let needed = permissions(&route.permissions()) | by_the_thing.collect::<PermissionSet>();
    app.member(&shop.owner, needed).await
}

/// What the caller is told who cannot do what the route is for.
async fn refusal(app: &TestApp, api: &Api, route: &Route, shop: &Shop, caller: &Tenant) -> Option<String> {
    let name = route.name();
    fixtures::prepare(&name, shop, caller).await;
    let call = Call::of(api, route, shop).await;
    let answer = call.send(app, caller).await;
    let mut otherwise = fixtures::NOBODY_ANSWERS.iter().chain(&fixtures::NOT_OF_A_SHOP);
    let outside = otherwise.find(|(listed, _)| *listed == name);
    let done = outside.map_or((200..300).contains(&answer.status), |(_, status)| answer.status == *status);
    if !done {
        return Some(format!("{name} with {:?}: {answer:?} to {call:?}", route.permissions()));
    }
    if outside.is_some() { None } else { trail::fault(app, route, &answer).await }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_needed_is_enough(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let api = Api::of(&app).await;
    let mut looked_at = Shop::open(&app, "Looked at").await;
    looked_at.get_admin(&app).await;
    let (mut faults, mut readers) = (Vec::new(), BTreeMap::new());
    // Those that only read come first: they share their callers too, whose tokens live for ten minutes.
    let (reading, changing): (Vec<_>, Vec<_>) = api.routes.iter().partition(|route| route.method == "GET");
    for route in reading {
        let names = route.permissions();
        if !readers.contains_key(&names) {
            readers.insert(names.clone(), holder(&app, route, &looked_at).await);
        }
        faults.extend(refusal(&app, &api, route, &looked_at, &readers[&names]).await);
    }
    let mut shared = SharedShop::new(&app);
    for route in changing {
        if let Some(shop) = own_shop(&app, route).await {
            let caller = holder(&app, route, &shop).await;
            faults.extend(refusal(&app, &api, route, &shop, &caller).await);
            continue;
        }
        let fault = shared.fault(route, async |shop| {
            let caller = holder(&app, route, shop).await;
            refusal(&app, &api, route, shop, &caller).await
        });
        faults.extend(fault.await);
    }
    assert!(faults.is_empty(), "{faults:#?}");
    // Every route was called, and of all that follows no job says what somebody has written.
    let seen = payloads::assert_no_words(&app.database).await;
    let mut unseen = &payloads::that_say_something() - &seen;
    // Nobody has asked to be mailed what they are told: `messaging::notifications` does.
    unseen.remove("notifications.mail");
    assert!(unseen.is_empty(), "{unseen:?}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_key_does_what_is_needed_but_decides_nothing(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let api = Api::of(&app).await;
    let looked_at = Shop::open(&app, "Looked at").await;
    let everything = PermissionSet::all() - Permission::decisions();
    let reader = looked_at.owner.program(everything).await;
    let mut shared = SharedShop::new(&app);
    let (mut faults, mut refused, mut done) = (Vec::new(), 0, 0);
    for route in api.routes.iter().filter(|route| route.is_guarded() && !route.is_platform()) {
        let decision = permissions(&route.permissions()) & Permission::decisions();
        let by_people = DECIDED_BY_PEOPLE.iter().find(|(name, _)| *name == route.name());
        let expected = match decision.iter().next() {
            Some(_) => "forbidden",
            None if by_people.is_some() => by_people.unwrap().1,
            None if FOR_EVERYBODY.contains(&&*route.name()) => "person_required",
            // Programs stand in no list of those who have access.
            None if route.path.starts_with("/v1/engagements/{id}") => "not_found",
            None => "",
        };
        let fault = async |shop: &Shop, program: &Tenant| {
            let answer = Call::of(&api, route, shop).await.send(&app, program).await;
            let right = match expected {
                "" => (200..300).contains(&answer.status),
                "not_found" => answer.status == 404,
                problem => answer.status == 403 && answer.problem() == problem,
            };
            (!right).then(|| format!("{}: {answer:?}", route.name()))
        };
        if route.method == "GET" || !expected.is_empty() {
            faults.extend(fault(&looked_at, &reader).await);
        } else {
            let changed = async |shop: &Shop| fault(shop, &shop.owner.program(everything).await).await;
            faults.extend(shared.fault(route, changed).await);
        }
        *(if expected.is_empty() { &mut done } else { &mut refused }) += 1;
    }
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(refused >= 100 && done >= 110, "{refused} refused, {done} done");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn another_role_is_noticed_within_a_second(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let tenant = app.tenant("Acme").await;
    tenant.get("/v1/usage").await.expect(200);
    let organization = uuid_literal(engine, &tenant.organization_id);
    let sql = format!(
        "update membership_roles set role_id =
           (select id from roles where organization_id = {organization} and name = 'viewer')
         where organization_id = {organization}"
    );
    app.database.owner().await.execute(&sql).await.unwrap();
    within_a_second("the new role to be noticed", || async {
        (tenant.get("/v1/usage").await.status == 403).then_some(())
    })
    .await;
    let me = tenant.get("/v1/me").await.expect(200).json();
    assert_eq!(me["roles"], json!(["viewer"]));
}
