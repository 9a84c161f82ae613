//! Agents, keys and Purser's own work may ask and never decide.
use crate::desk::{Desk, OTHER_PHONE, approve, approver, assigned, confirm, id, path, reject};
use purser_approvals::Answer;
use purser_kernel::{Actor, Permission, PermissionSet, Scope};
use purser_ordering::orders::Confirmation;
use purser_tests::{app::Tenant, database::Engine};
use rstest::rstest;
use serde_json::{Value, json};
use uuid::Uuid;

const MACHINES: [Actor; 3] = [Actor::Agent(Uuid::from_u128(1)), Actor::ApiKey(Uuid::from_u128(2)), Actor::System];

/// Whatever somebody has granted it by mistake.
fn scope(owner: &Tenant, actor: Actor) -> Scope {
    let system = Scope::system(owner.organization_id.parse().unwrap(), "test");
    Scope { actor, permissions: PermissionSet::all(), ..system }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn no_machine_decides_by_whatever_route(#[case] engine: Engine) {
    let Some(desk) = Desk::with_a_limit(engine).await else { return };
    let order = desk.ordered().await;
    let shown = desk.asks(&order).await;
    let services = desk.app.app().services();
    for actor in MACHINES {
        let hash = shown["payload_hash"].as_str().unwrap().to_owned();
        for answer in [Answer::Approve { payload_hash: hash }, Answer::Reject { reason: "no".to_owned() }] {
            let tx = services.store.write(&scope(&desk.owner, actor)).await.unwrap();
            let refused = services.approvals.decide(&tx, id(&shown).parse().unwrap(), answer).await.unwrap_err();
            assert_eq!(refused.kind().id, "person_must_decide", "{actor:?}");
        }
    }
    assert_eq!(desk.approval(id(&shown)).await, shown);
    for permission in [Permission::OrdersConfirm, Permission::ApprovalsManage] {
        assert!(Permission::decisions().contains(permission));
        assert!(!Scope::system(desk.owner.organization_id.parse().unwrap(), "test").permissions.contains(permission));
    }
}

/// Also where no policy says so, and where nobody but the code stands between.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_a_machine_asks_for_always_needs_a_person(#[case] engine: Engine) {
    let Some(desk) = Desk::open(engine).await else { return };
    let manager = desk.member(approver()).await;
    let services = desk.app.app().services();
    for actor in MACHINES {
        let order = desk.ordered().await;
        let tx = services.store.write(&scope(&desk.owner, actor)).await.unwrap();
        let wished = services.orders.confirm(&tx, id(&order).parse().unwrap(), None).await.unwrap();
        assert!(matches!(wished, Confirmation::Waits(_)), "{actor:?}");
        tx.commit().await.unwrap();
        let waiting = desk.order(&order).await;
        assert_eq!(waiting["status"], "pending");
        let shown = desk.approval(waiting["approval_id"].as_str().unwrap()).await;
        assert_eq!(
            (&shown["requested_by"]["kind"], &shown["requested_by"]["id"]),
            (&json!(actor.kind()), &json!(actor.id()))
        );
        assert_eq!(shown["reasons"], json!(["No person asks."]));
        approve(&manager, &shown).await.expect(200);
        assert_eq!(desk.order(&order).await["status"], "confirmed");
    }
}

/// Nor does somebody who may only draft orders: they ask.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_junior_asks(#[case] engine: Engine) {
    let Some(desk) = Desk::open(engine).await else { return };
    let junior = desk.member(Permission::OrdersManage | Permission::OrdersRead | Permission::ApprovalsRead).await;
    let order = desk.ordered().await;
    junior.verb(&format!("{}/confirm", path(&order))).await.expect(403);
    let request = format!("{}/request-confirmation", path(&order));
    let waiting: Value = junior.verb(&request).await.expect(202).json();
    assert_eq!(junior.verb(&request).await.expect(202).json(), waiting);
    let shown = desk.approval(waiting["approval_id"].as_str().unwrap()).await;
    assert_eq!(shown["requested_by"]["id"], junior.user_id);
    approve(&junior, &shown).await.expect(403);
    approve(&desk.owner, &shown).await.expect(200);
    assert_eq!(desk.order(&order).await["status"], "confirmed");
}

/// Nobody approves what they had their own program ask for, nor does the program itself.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn self_approval_through_an_own_key(#[case] engine: Engine) {
    let Some(desk) = Desk::open(engine).await else { return };
    let program = desk.owner.program(Permission::OrdersManage | Permission::ApprovalsRead).await;
    let order = desk.ordered().await;
    let waiting = program.verb(&format!("{}/request-confirmation", path(&order))).await.expect(202).json();
    let shown = desk.approval(waiting["approval_id"].as_str().unwrap()).await;
    assert_eq!(shown["requested_by"]["kind"], "api_key");
    assert_eq!(approve(&program, &shown).await.expect(403).problem(), "person_must_decide");
    assert_eq!(approve(&desk.owner, &shown).await.expect(403).problem(), "separation_of_duties");
    assert!(assigned(&desk.owner).await.is_empty());
    approve(&desk.member(approver()).await, &shown).await.expect(200);
    assert_eq!(desk.order(&order).await["status"], "confirmed");
}

/// What a policy wants of an agent's wish in two steps is not done in one by a person, nor after somebody said no.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_open_question_and_a_no_are_not_stepped_around(#[case] engine: Engine) {
    let Some(desk) = Desk::open(engine).await else { return };
    let step = json!({ "permission": "orders.confirm" });
    let policy = json!({
        "name": "Agents", "subject": "order", "condition": { "requester_is_agent": true }, "steps": [step, step],
    });
    desk.owner.create("/v1/approval-policies", &policy).await;
    let program = desk.owner.program(Permission::OrdersManage.into()).await;
    let (manager, other) = (desk.member(approver()).await, desk.member(approver()).await);
    let order = desk.ordered().await;
    let waiting = program.verb(&format!("{}/request-confirmation", path(&order))).await.expect(202).json();
    let shown = desk.approval(waiting["approval_id"].as_str().unwrap()).await;
    approve(&manager, &shown).await.expect(200);
    let wished = confirm(&manager, &order).await.expect(202).json();
    assert_eq!((&wished["status"], &wished["approval_id"]), (&json!("pending"), &shown["id"]));
    reject(&other, &shown).await.expect(200);
    let wished = confirm(&manager, &order).await.expect(202).json();
    assert_eq!(wished["status"], "pending");
    let anew = desk.approval(wished["approval_id"].as_str().unwrap()).await;
    assert_eq!((&anew["steps"], &anew["status"]), (&json!(["orders.confirm", "orders.confirm"]), &json!("pending")));
    // What nobody else was asked about, a person confirms alone.
    let next = desk.ordered_by(OTHER_PHONE, "MILK-1L", 2).await;
    confirm(&manager, &next).await.expect(200);
}
