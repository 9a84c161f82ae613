//! Who is told of what.
use super::{
    House, LIST, kinds,
    mails::{block, unblock},
    path, problem, rows, unread,
};
use chrono::TimeDelta;
use purser_kernel::{Permission, PermissionSet};
use purser_tests::{
    app::{Answer, Tenant, grocery},
    database::Engine,
};
use rstest::rstest;
use serde_json::{Value, json};

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_may_read_it_is_told_but_for_who_did_it(#[case] engine: Engine) {
    let Some(house) = House::open(engine).await else { return };
    let keeper = house.member(Permission::SecretsManage).await;
    let colleague = house.member(PermissionSet::all() - Permission::SecretsManage).await;
    let stranger = house.app.tenant("Elsewhere").await;
    house.secret(&house.owner, "first").await;
    house.settle().await;
    let told = rows(&keeper, LIST).await.remove(0);
    assert_eq!(told["title"], "The secret openai_api_key was replaced");
    assert_eq!(
        (&told["kind"], &told["link"], &told["priority"], &told["read_at"]),
        (&json!("secret_changed"), &json!("organization/secrets"), &json!("high"), &Value::Null)
    );
    assert_eq!([unread(&keeper).await, unread(&house.owner).await], [1, 0]);
    assert_eq!([unread(&colleague).await, unread(&stranger).await], [0, 0]);
    // Each hears of what the other one does.
    house.secret(&keeper, "second").await;
    house.settle().await;
    assert_eq!([kinds(&house.owner).await.len(), kinds(&keeper).await.len()], [1, 1]);
    // It is the person's own: nobody else has it, in whichever organization.
    for other in [&house.owner, &colleague, &stranger] {
        problem(&other.verb(&format!("{}/read", path(&told))).await, 404, "not_found");
        let up_to = other.post("/v1/notifications/read-all", &json!({ "up_to": told["id"] })).await;
        problem(&up_to, 422, "validation_failed");
    }
    assert_eq!(unread(&keeper).await, 1);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn orders_are_told_of_by_number(#[case] engine: Engine) {
    let Some(house) = House::open(engine).await else { return };
    let owner = &house.owner;
    let operator = house.member(Permission::OrdersRead | Permission::OrdersManage).await;
    let reader = house.member(Permission::OrdersRead).await;
    let order = ordered(&house).await;
    house.settle().await;
    assert_eq!([kinds(owner).await, kinds(&operator).await], [["order_drafted"], ["order_drafted"]]);
    let path = format!("/v1/orders/{}", order["id"].as_str().unwrap());
    owner.verb(&format!("{path}/confirm")).await.expect(200);
    house.settle().await;
    owner.verb(&format!("{path}/cancel")).await.expect(200);
    house.settle().await;
    assert_eq!(kinds(&operator).await, ["order_cancelled", "order_confirmed", "order_drafted"]);
    assert_eq!([kinds(owner).await.len(), kinds(&reader).await.len()], [1, 0]);
    let number = order["number"].as_str().unwrap();
    for told in rows(&operator, LIST).await {
        assert!(told["title"].as_str().unwrap().contains(number), "{told}");
        assert_eq!(told["link"], format!("orders/{}", order["id"].as_str().unwrap()));
        assert!(!told.to_string().contains("white bread"), "what somebody wrote has no place here: {told}");
    }
}

/// An order that a message has made.
async fn ordered(house: &House) -> Value {
    let owner = &house.owner;
    grocery(owner).await;
    owner.customer("Corner Café", "4915112345678").await;
    let callback = owner.connect_whatsapp().await;
    let text = purser_tests::whatsapp::text("4915112345678", "4 white bread");
    owner.deliver(&callback, &purser_tests::whatsapp::messages(&[text])).await.expect(200);
    owner.order_with_status("pending").await
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn members_come_and_go_and_have_other_roles(#[case] engine: Engine) {
    let Some(house) = House::open(engine).await else { return };
    let owner = &house.owner;
    let hirer = house.member(Permission::MembersManage | Permission::MembersRead).await;
    let joiner = house.app.tenant("Elsewhere").await;
    let roles = rows(owner, "/v1/roles?limit=200").await;
    let viewer = roles.iter().find(|role| role["name"] == "viewer").unwrap()["id"].clone();
    owner.create("/v1/invitations", &json!({ "email": joiner.email, "role_id": viewer })).await;
    let token = house.app.mail(&joiner.email, "invites you").await.token();
    let body = json!({ "token": token, "password": purser_tests::app::PASSWORD });
    house.app.anonymous("POST", "/v1/invitations/accept", Some(&body)).await.expect(200);
    house.settle().await;
    for told in [rows(owner, LIST).await, rows(&hirer, LIST).await] {
        assert_eq!(told.len(), 1);
        assert_eq!(
            (&told[0]["kind"], &told[0]["title"]),
            (&json!("member_joined"), &json!("Olive Owner is an active member now"))
        );
    }
    let joiner = joiner.signed_in_to(&owner.organization_id).await;
    assert_eq!(unread(&joiner).await, 0);
    // Other roles are a matter of security: mailed at once.
    let member = house.path(&joiner).await;
    let operator = roles.iter().find(|role| role["name"] == "operator").unwrap()["id"].clone();
    owner.put(&format!("{member}/roles"), &json!({ "role_ids": [operator] })).await.expect(200);
    house.settle().await;
    assert_eq!(kinds(&joiner).await, ["roles_changed"]);
    assert_eq!(house.mails(&joiner, "Your roles were changed").len(), 1);
    assert_eq!(unread(owner).await, 1);
    // Another invitation brings back nothing that they had before.
    let version = owner.get(&member).await.expect(200).json()["version"].as_i64().unwrap();
    owner.delete(&member, version).await.expect(204);
    house.settle().await;
    let left = "select n.title from notifications n join users u on u.id = n.user_id where n.kind = 'roles_changed'";
    assert!(house.sql_rows(left).await.is_empty());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn whom_an_administrator_acts_for_is_told(#[case] engine: Engine) {
    let Some(house) = House::open(engine).await else { return };
    let owner = &house.owner;
    let admin = house.app.administrator().await;
    owner.patch("/v1/organization/settings", 1, &json!({ "allow_impersonation": true })).await.expect(200);
    let wanted = json!({ "organization_id": owner.organization_id, "user_id": owner.user_id, "reason": "a question" });
    let acting = admin.desk.create("/v1/platform/impersonations", &wanted).await;
    house.settle().await;
    assert_eq!(kinds(owner).await, ["impersonation_started"]);
    assert_eq!(house.mails(owner, "administrator acts for you").len(), 1);
    // They read nothing of what the person was told.
    let acting = owner.with_token(acting["access_token"].as_str().unwrap());
    for request in [acting.get(LIST).await, acting.get("/v1/notifications/unread-count").await] {
        problem(&request, 403, "not_while_acting");
    }
}

/// An engagement is there for those alone who were given access.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_leads_an_engagement_is_told_of_it_while_they_have_access(#[case] engine: Engine) {
    let Some(house) = House::open(engine).await else { return };
    let owner = &house.owner;
    let lead = house.member(Permission::EngagementsRead).await;
    let engagement = json!({ "name": "Move", "client_name": "Northwind", "lead_id": lead.user_id });
    let engagement = owner.create("/v1/engagements", &engagement).await;
    let path = format!("/v1/engagements/{}", engagement["id"].as_str().unwrap());
    let change = async |who: &Tenant, version: i64, status: &str| {
        who.patch(&path, version, &json!({ "status": status })).await.expect(200);
        house.settle().await;
    };
    change(owner, 1, "active").await;
    assert_eq!(unread(&lead).await, 0, "being named gives no access");
    let access = format!("{path}/access/{}", lead.user_id);
    owner.put(&access, &json!({ "level": "write" })).await.expect(200);
    lead.patch(&path, 2, &json!({ "description": "mine" })).await.expect(200);
    house.settle().await;
    assert_eq!(unread(&lead).await, 0, "who did it knows");
    super::prefer(&lead, json!({ "kinds": { "engagement_changed": { "mail": "immediately" } } })).await.expect(200);
    owner.patch(&path, 3, &json!({ "description": "ours" })).await.expect(200);
    house.settle().await;
    let told = rows(&lead, LIST).await;
    assert_eq!((told.len(), &told[0]["title"]), (1, &json!("The engagement Move was changed")));
    assert_eq!(house.mails(&lead, "engagement Move").len(), 1);
    // Access ends between the deed and the mail: nothing of it is mailed, nor of what comes later.
    let folder = block(&house);
    owner.patch(&path, 4, &json!({ "description": "theirs" })).await.expect(200);
    house.settle().await;
    Answer::of(owner.request("DELETE", &access)).await.expect(204);
    unblock(&folder);
    house.later(TimeDelta::seconds(1));
    house.sql("update jobs set last_error = null where status = 'ready'").await;
    house.settle().await;
    owner.patch(&path, 5, &json!({ "description": "done" })).await.expect(200);
    house.settle().await;
    assert_eq!((kinds(&lead).await.len(), house.mails(&lead, "engagement Move").len()), (2, 1));
}
