//! Before its time, for good; and what has to stay is emptied.
use super::{buyer, delete, deletion_of, endpoint, id, make, product, purge, restore, show};
use crate::trail::Trail;
use purser_entity_integrations::webhook_delivery::{ActiveModel, Status};
use purser_kernel::Id;
use purser_store::prelude::*;
use purser_tests::{app::eventually, database::Engine, whatsapp};
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn each_purge_is_written_down(#[case] engine: Engine) {
    let Some((trail, _)) = Trail::with_products(engine).await else { return };
    let tenant = &trail.tenant;
    for (resource, table) in [
        ("customer", "customers"),
        ("engagement", "engagements"),
        ("integration", "integrations"),
        ("product", "products"),
        ("product_category", "product_categories"),
        ("product_variant", "product_variants"),
        ("project", "projects"),
        ("webhook_endpoint", "webhook_endpoints"),
    ] {
        let path = make(tenant, resource).await;
        let deletion = delete(tenant, &path).await;
        let purged = purge(tenant, &deletion).await.expect(200).json();
        assert_eq!((&purged["purge_reason"], &purged["purged_by"]), (&json!("asked for it"), &json!(tenant.user_id)));
        assert!(purged["purged_at"].is_string() && purged["kept_for"].is_null(), "{purged}");
        assert_eq!(trail.rows_at(table, &path).await, 0, "{resource}");
        assert!(show(tenant, &deletion).await["snapshot"].is_null());
        let entry = trail.entries("deletion.purge").await.remove(0);
        assert_eq!((&entry["resource"], &entry["resource_id"]), (&json!(resource), &deletion["resource_id"]));
        assert_eq!(entry["changes"]["after"]["reason"], "asked for it");
        assert_eq!(purge(tenant, &deletion).await.expect(409).problem(), "already_purged");
        assert_eq!(restore(tenant, &deletion).await.expect(409).problem(), "already_purged");
    }
    assert_eq!(trail.entries("deletion.purge").await.len(), 8);
    assert_eq!(trail.rows("outbox_events", "event_type = 'deletion.purged'").await, 8);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn it_needs_a_reason_and_something_that_is_deleted(#[case] engine: Engine) {
    let Some((trail, _)) = Trail::with_products(engine).await else { return };
    let tenant = &trail.tenant;
    let path = make(tenant, "project").await;
    let deletion = delete(tenant, &path).await;
    let purge = format!("/v1/deletions/{}/purge", id(&deletion));
    for reason in [json!(" "), json!("x".repeat(501)), json!("two\nlines")] {
        let answer = tenant.post(&purge, &json!({ "reason": reason })).await.expect(422);
        assert_eq!(answer.errors()[0].0, "/reason", "{answer:?}");
    }
    tenant.post(&purge, &json!({})).await.expect(422);
    restore(tenant, &deletion).await.expect(200);
    assert_eq!(super::purge(tenant, &deletion).await.expect(409).problem(), "already_restored");
    tenant.get(&path).await.expect(200);
}

/// Orders say by its id alone who bought: the company stays, and whoever was there goes.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_has_ordered_is_emptied(#[case] engine: Engine) {
    let Some((mut trail, products)) = Trail::with_products(engine).await else { return };
    let customer = buyer(&trail).await;
    trail.tenant = trail.tenant.signed_in_at(&trail.app.url).await;
    let tenant = &trail.tenant;
    let path = format!("/v1/customers/{}", id(&customer));
    let known = json!({ "email": "quentin@example.com", "phone": "+49 30 1234", "tax_id": "DE1", "address": { "city": "Bremen" } });
    let version = tenant.get(&path).await.expect(200).json()["version"].as_i64().unwrap();
    tenant.patch(&path, version, &known).await.expect(200);
    let label = tenant.create("/v1/customer-labels", &json!({ "name": "Route", "color": "#0a0b0c" })).await;
    tenant.put(&format!("{path}/labels/{}", id(&label)), &json!({ "value": "north" })).await.expect(200);
    let order = tenant.get("/v1/orders").await.expect(200).json()["data"][0].clone();
    let deletion = delete(tenant, &path).await;
    let purged = purge(tenant, &deletion).await.expect(200).json();
    assert_eq!(purged["kept_for"], json!(["orders", "conversations"]));
    let left = format!(
        "id = {} and business_name = 'Buyer' and deleted_at is not null and email is null and phone is null and tax_id is null
         and address is null",
        trail.id(id(&customer))
    );
    assert_eq!(trail.rows("customers", &left).await, 1);
    let whose = format!("customer_id = {}", trail.id(id(&customer)));
    assert_eq!(trail.rows("customer_contacts", &whose).await, 0);
    assert_eq!(trail.rows("customer_label_assignments", &whose).await, 0);
    tenant.get(&path).await.expect(404);
    let shown = tenant.get(&format!("/v1/orders/{}", id(&order))).await.expect(200).json();
    assert_eq!((&shown["customer_id"], &shown["total"]), (&order["customer_id"], &order["total"]));
    assert_eq!(restore(tenant, &deletion).await.expect(409).problem(), "already_purged");

    // And what was ordered.
    let bread = products.iter().find(|product| product["sku"] == "BREAD-W").unwrap();
    let deletion = delete(tenant, &format!("/v1/products/{}", id(bread))).await;
    assert_eq!(purge(tenant, &deletion).await.expect(200).json()["kept_for"], json!(["order_lines"]));
    assert_eq!(trail.rows_at("products", id(bread)).await, 1);
    tenant.get(&format!("/v1/orders/{}", id(&order))).await.expect(200);
    tenant.create("/v1/products", &product("BREAD-W")).await;

    // And through what it came, without what it was connected with.
    let integration = tenant.get("/v1/integrations").await.expect(200).json()["data"][0].clone();
    let deletion = delete(tenant, &format!("/v1/integrations/{}", id(&integration))).await;
    assert_eq!(purge(tenant, &deletion).await.expect(200).json()["kept_for"], json!(["conversations", "messages"]));
    let empty =
        format!("id = {} and credentials_ciphertext is null and external_account is null", trail.id(id(&integration)));
    assert_eq!(trail.rows("integrations", &empty).await, 1);
    let received = format!("integration_id = {}", trail.id(id(&integration)));
    assert_eq!(trail.rows("inbound_events", &received).await, 0);
    tenant.create("/v1/integrations", &whatsapp::integration()).await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_was_in_a_category_comes_back_without_it(#[case] engine: Engine) {
    let Some((trail, _)) = Trail::with_products(engine).await else { return };
    let tenant = &trail.tenant;
    let category = tenant.create("/v1/product-categories", &json!({ "name": "Tea" })).await;
    let mut tea = product("TEA");
    tea["category_id"] = category["id"].clone();
    let tea = format!("/v1/products/{}", id(&tenant.create("/v1/products", &tea).await));
    let within = delete(tenant, &tea).await;
    let category = delete(tenant, &format!("/v1/product-categories/{}", id(&category))).await;
    purge(tenant, &category).await.expect(200);
    restore(tenant, &within).await.expect(200);
    assert!(tenant.get(&tea).await.expect(200).json()["category_id"].is_null());
}

/// More than one transaction should remove: a job goes on, and nothing comes back meanwhile.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn much_goes_batch_by_batch(#[case] engine: Engine) {
    let Some((trail, _)) = Trail::with_products(engine).await else { return };
    let tenant = &trail.tenant;
    let hook = tenant.create("/v1/webhook-endpoints", &endpoint()).await;
    let path = format!("/v1/webhook-endpoints/{}", id(&hook));
    let tx = trail.store().write(&trail.system()).await.unwrap();
    let now = tx.now();
    let deliveries = (0..1_200).map(|sequence| ActiveModel {
        endpoint_id: Set(id(&hook).parse().unwrap()),
        event_id: Set(Id::generate()),
        event_type: Set("webhook.test".to_owned()),
        resource_id: Set(Id::<()>::generate().as_uuid()),
        sequence: Set(sequence),
        payload: Set(json!({})),
        status: Set(Status::Success),
        attempts: Set(1),
        tries: Set(1),
        next_attempt_at: Set(None),
        leased_until: Set(None),
        error: Set(None),
        completed_at: Set(Some(now)),
        ..Default::default()
    });
    tx.insert_many(deliveries).await.unwrap();
    tx.commit().await.unwrap();
    let deletion = delete(tenant, &path).await;
    let begun = purge(tenant, &deletion).await.expect(200).json();
    assert!(begun["purging_since"].is_string() && begun["purged_at"].is_null(), "{begun}");
    assert!(show(tenant, &deletion).await["snapshot"].is_null());
    let sent = format!("endpoint_id = {}", trail.id(id(&hook)));
    assert_eq!(trail.rows("webhook_deliveries", &sent).await, 700);
    assert_eq!(restore(tenant, &deletion).await.expect(409).problem(), "already_purged");
    assert!(trail.entries("deletion.purge").await.is_empty());

    let node = trail.app.another_node().await;
    eventually("the rest to be purged", || async {
        let row = id(&hook).to_owned();
        deletion_of(tenant, &row).await["purged_at"].is_string().then_some(())
    })
    .await;
    node.app.stop().await.unwrap();
    assert_eq!(trail.rows("webhook_deliveries", &sent).await, 0);
    assert_eq!(trail.rows_at("webhook_endpoints", &path).await, 0);
    assert_eq!(trail.entries("deletion.purge").await.len(), 1);
}
