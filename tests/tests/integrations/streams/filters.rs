//! Who follows some events only.
use super::{lively, names, newest, numbers, project};
use purser_kernel::Permission;
use purser_tests::{app::TestApp, database::Engine};
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn by_type_resource_and_id(#[case] engine: Engine) {
    let Some(app) = lively(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let start = newest(&app, &owner).await;
    let first = project(&owner, "First").await;
    let path = format!("/v1/projects/{}", first["id"].as_str().unwrap());
    let (by_id, by_both) = (
        format!("?resource_id={}", first["id"].as_str().unwrap()),
        format!("?type=project.updated,project.deleted&resource=project&resource_id={}", first["id"].as_str().unwrap()),
    );
    // Some from now on, some from before.
    let created = ["?type=project.created", "?resource=customer", &by_id, &by_both];
    let mut live = Vec::new();
    for query in created {
        live.push(owner.follow_from(query, start).await);
    }
    owner.patch(&path, 1, &json!({ "name": "Renamed" })).await.expect(200);
    owner.create("/v1/customers", &json!({ "business_name": "Corner Café" })).await;
    project(&owner, "Second").await;
    owner.delete(&path, 2).await.expect(204);
    let last = newest(&app, &owner).await;
    let expected: [&[&str]; 4] = [
        &["project.created", "project.created"],
        &["customer.created"],
        &["project.created", "project.updated", "project.deleted"],
        &["project.updated", "project.deleted"],
    ];
    for ((query, stream), expected) in created.iter().zip(&mut live).zip(expected) {
        let told = stream.upto(last).await;
        let types: Vec<_> = told.iter().map(|sent| sent.event.as_str()).collect();
        assert_eq!(types, expected, "{query}");
        // Comes to the same for who begins afterwards.
        let after = owner.follow_from(query, start).await.upto(last).await;
        assert_eq!(after, told, "{query}");
        assert!(numbers(&told).is_sorted(), "{told:?}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_told_is_what_webhooks_are_sent(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let mut stream = owner.follow("?type=project.created").await;
    let made = project(&owner, "Cold store").await;
    let sent = stream.expect().await;
    let data = &sent.data;
    assert_eq!((sent.event.as_str(), &data["type"]), ("project.created", &json!("project.created")));
    assert_eq!((&data["sequence"], &data["organization_id"]), (&json!(sent.id), &json!(owner.organization_id)));
    assert_eq!((&data["resource"], &data["resource_id"]), (&json!("project"), &made["id"]));
    assert_eq!(data["data"], json!({ "id": made["id"], "name": "Cold store", "is_active": true }));
    assert_eq!(names(std::slice::from_ref(&sent)), ["Cold store"]);
    assert!(data["id"].is_string() && data["timestamp"].as_str().unwrap().ends_with('Z'), "{data}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_no_event_is_is_refused_and_so_is_what_one_may_not_read(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let refused = async |query: &str| owner.try_follow(query, None).await.unwrap_err().expect(422).errors();
    for wrong in ["", "order", "order.eaten", "order.confirmed,", "order.confirmed,order.eaten", "*", "Order.confirmed"]
    {
        let errors = refused(&format!("?type={wrong}")).await;
        assert_eq!(errors, [("/type".to_owned(), "unknown_event_type".to_owned())], "{wrong}");
    }
    for wrong in ["", "orders", "Order", "order,customer"] {
        let errors = refused(&format!("?resource={wrong}")).await;
        assert_eq!(errors, [("/resource".to_owned(), "unknown_resource".to_owned())], "{wrong}");
    }
    for wrong in
        ["?resource_id=x", "?resource_id=", "?types=order.confirmed", "?type=order.confirmed&type=order.drafted"]
    {
        assert_eq!(refused(wrong).await.len(), 1, "{wrong}");
    }
    // They would wait in vain.
    let clerk = app.member(&owner, Permission::CustomersRead.into()).await;
    let query = "?type=customer.created,order.confirmed";
    let forbidden = clerk.try_follow(query, None).await.unwrap_err().expect(403);
    assert_eq!((forbidden.problem().as_str(), &forbidden.json()["permission"]), ("forbidden", &json!("orders.read")));
    clerk.try_follow("?type=customer.created", None).await.unwrap();
    app.anonymous("GET", "/v1/events/stream", None).await.expect(401);
}
