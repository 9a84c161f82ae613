//! The platform's doors and the tenants' doors are opened by different tokens, and who acts for somebody decides nothing.
use crate::{
    call::Call,
    fixtures::{self, Shop},
    rights::{DECIDED_BY_PEOPLE, FOR_EVERYBODY, permissions},
    routes::Api,
    shared_shop::SharedShop,
    tenants::shops,
};
use purser_kernel::{Permission, PermissionSet};
use purser_tests::{
    app::{Tenant, TestApp},
    database::{Engine, Watch},
};
use rstest::rstest;
use serde_json::json;

/// The administrator of the shop, acting for its owner.
async fn acting(shop: &Shop) -> Tenant {
    let owner = &shop.owner;
    let wanted = json!({ "organization_id": owner.organization_id, "user_id": owner.user_id, "reason": "a question" });
    let acting = shop.admin("acting").create("/v1/platform/impersonations", &wanted).await;
    owner.with_token(acting["access_token"].as_str().unwrap())
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn neither_kind_of_token_opens_the_other_s_doors(#[case] engine: Engine) {
    let Some((app, [shop])) = shops(engine, ["Harbour Wholesale"]).await else { return };
    let api = Api::of(&app).await;
    let tenants = [
        shop.owner.clone(),
        shop.owner.program(PermissionSet::all() - Permission::decisions()).await,
        acting(&shop).await,
    ];
    let admin = shop.admin("every route").clone();
    let mut watch = Watch::over_changes(&app.database).await;
    let (mut faults, mut seen) = (Vec::new(), [0; 2]);
    for route in api.routes.iter().filter(|route| route.is_guarded()) {
        let strangers = if route.is_platform() { &tenants[..] } else { std::slice::from_ref(&admin) };
        let call = Call::of(&api, route, &shop).await;
        for stranger in strangers {
            let answer = call.by(stranger).send(&app, stranger).await;
            if answer.status != 401 || answer.problem() != "unauthenticated" {
                faults.push(format!("{}: {answer:?}", route.name()));
            }
        }
        seen[usize::from(route.is_platform())] += 1;
    }
    let changes = watch.changes().await;
    assert!(faults.is_empty() && changes.is_empty(), "{faults:#?} {changes:#?}");
    assert!(seen[0] >= 210 && seen[1] >= 22, "routes of tenants and of the platform: {seen:?}");
}

/// What the platform shows of organizations is what they are called and how much they have.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn no_tenant_s_row_is_shown_to_administrators(#[case] engine: Engine) {
    let Some((app, [shop])) = shops(engine, ["Harbour Wholesale"]).await else { return };
    let api = Api::of(&app).await;
    // People have accounts with the platform, and administrators act for them; jobs are Purser's own.
    let known = ["OrganizationId", "UserId", "actor_id", "colleague", "ImpersonationId", "PlatformSessionId", "JobId"];
    let mut shown = 0;
    for route in api.routes.iter().filter(|route| route.method == "GET" && route.is_platform()) {
        let answer = Call::of(&api, route, &shop).await.send(&app, &shop.owner).await.expect(200);
        for (kind, id) in shop.ids().filter(|(kind, _)| !known.contains(kind)) {
            assert!(!answer.body.contains(id), "{} shows a {kind}: {answer:?}", route.name());
        }
        shown += 1;
    }
    assert!(shown >= 7, "only {shown} routes show anything");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_acts_for_somebody_decides_nothing(#[case] engine: Engine) {
    /// What is the person's own and may be looked at, and the way out.
    const STILL_POSSIBLE: [&str; 5] = [
        "GET /v1/me",
        "GET /v1/me/notification-preferences",
        "GET /v1/me/preferences",
        "GET /v1/me/profile",
        "POST /v1/auth/logout",
    ];
    let Some(app) = TestApp::start(engine).await else { return };
    let api = Api::of(&app).await;
    let mut looked_at = Shop::open(&app, "Looked at").await;
    looked_at.get_admin(&app).await;
    let reader = acting(&looked_at).await;
    let mut shared = SharedShop::with_admin(&app);
    let (mut faults, mut refused, mut done) = (Vec::new(), 0, 0);
    for route in api.routes.iter().filter(|route| route.is_guarded() && !route.is_platform()) {
        let name = route.name();
        let decision = permissions(&route.permissions()) & Permission::decisions();
        let by_people = DECIDED_BY_PEOPLE.iter().find(|(listed, _)| *listed == name);
        let expected = match by_people {
            _ if decision.iter().next().is_some() => "forbidden",
            Some((_, problem)) => problem,
            None if STILL_POSSIBLE.contains(&&*name) => "",
            None if FOR_EVERYBODY.contains(&&*name) => "not_while_acting",
            None => "",
        };
        let fault = async |shop: &Shop, caller: &Tenant| {
            if expected.is_empty() {
                fixtures::prepare(&name, shop, caller).await;
            }
            let answer = Call::of(&api, route, shop).await.send(&app, caller).await;
            let right = match expected {
                "" => (200..300).contains(&answer.status),
                problem => answer.status == 403 && answer.problem() == problem,
            };
            (!right).then(|| format!("{name}: {answer:?}"))
        };
        if route.method == "GET" || !expected.is_empty() {
            faults.extend(fault(&looked_at, &reader).await);
        } else {
            faults.extend(shared.fault(route, async |shop| fault(shop, &acting(shop).await).await).await);
        }
        *(if expected.is_empty() { &mut done } else { &mut refused }) += 1;
    }
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(refused >= 90 && done >= 120, "{refused} refused, {done} done");
}
