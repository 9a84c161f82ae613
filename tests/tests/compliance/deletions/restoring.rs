//! What went with a deletion comes back with it, and nothing else.
use super::{delete, deletion_of, endpoint, id, make, product, restore, show, variant};
use crate::trail::Trail;
use purser_tests::{database::Engine, whatsapp};
use rstest::rstest;
use serde_json::{Value, json};

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_customer_comes_back_with_contacts_and_labels(#[case] engine: Engine) {
    let Some((trail, _)) = Trail::with_products(engine).await else { return };
    let tenant = &trail.tenant;
    let contacts =
        json!([{ "name": "Paula", "whatsapp": "4915112345601" }, { "name": "Quentin", "phone": "+49 30 1234" }]);
    let customer = json!({ "business_name": "Quay Deli", "contacts": contacts });
    let customer = tenant.create("/v1/customers", &customer).await;
    let path = format!("/v1/customers/{}", id(&customer));
    let label = tenant.create("/v1/customer-labels", &json!({ "name": "Route", "color": "#0a0b0c" })).await;
    tenant.put(&format!("{path}/labels/{}", id(&label)), &json!({ "value": "north" })).await.expect(200);
    // Who is no contact any more stays none.
    let kept =
        json!({ "contacts": [{ "id": customer["contacts"][0]["id"], "name": "Paula", "whatsapp": "4915112345601" }] });
    tenant.patch(&path, 1, &kept).await.expect(200);
    let before = tenant.get(&path).await.expect(200).json();
    let labels = tenant.get(&format!("{path}/labels")).await.expect(200).json();

    let deletion = delete(tenant, &path).await;
    let parts = show(tenant, &deletion).await["snapshot"]["parts"].clone();
    assert_eq!(parts["customer_contacts"][0]["name"], "Paula");
    assert_eq!(parts["customer_contacts"].as_array().unwrap().len(), 1);
    restore(tenant, &deletion).await.expect(200);
    let after = tenant.get(&path).await.expect(200).json();
    assert_eq!(after["contacts"], before["contacts"]);
    assert_eq!(tenant.get(&format!("{path}/labels")).await.expect(200).json(), labels);
    assert_eq!(after["version"].as_i64(), before["version"].as_i64().map(|version| version + 2));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_variant_that_was_deleted_before_its_product_stays_deleted(#[case] engine: Engine) {
    let Some((trail, _)) = Trail::with_products(engine).await else { return };
    let tenant = &trail.tenant;
    let tea = format!("/v1/products/{}", id(&tenant.create("/v1/products", &product("TEA")).await));
    let variants = format!("{tea}/variants");
    let gone = tenant.create(&variants, &variant("TEA-S")).await;
    let kept = tenant.create(&variants, &variant("TEA-L")).await;
    let alone = delete(tenant, &format!("{variants}/{}", id(&gone))).await;
    let together = delete(tenant, &tea).await;
    assert_eq!(show(tenant, &together).await["snapshot"]["parts"]["product_variants"].as_array().unwrap().len(), 1);

    // Not without what it belongs to.
    let refused = restore(tenant, &alone).await.expect(409);
    assert_eq!(refused.problem(), "parent_deleted");
    assert_eq!(
        (&refused.json()["resource"], &refused.json()["resource_id"]),
        (&json!("product"), &together["resource_id"])
    );
    restore(tenant, &together).await.expect(200);
    let ids = |page: Value| page["data"].as_array().unwrap().iter().map(|row| row["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(tenant.get(&variants).await.expect(200).json()), [kept["id"].clone()]);
    restore(tenant, &alone).await.expect(200);
    assert_eq!(ids(tenant.get(&variants).await.expect(200).json()).len(), 2);
}

/// The second deletion of a thing is another one than the first.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_came_back_can_be_deleted_again(#[case] engine: Engine) {
    let Some((trail, _)) = Trail::with_products(engine).await else { return };
    let tenant = &trail.tenant;
    let path = make(tenant, "customer").await;
    let first = delete(tenant, &path).await;
    restore(tenant, &first).await.expect(200);
    assert_eq!(restore(tenant, &first).await.expect(409).problem(), "already_restored");
    let second = delete(tenant, &path).await;
    assert_ne!(first["id"], second["id"]);
    assert_eq!(restore(tenant, &first).await.expect(409).problem(), "already_restored");
    tenant.get(&path).await.expect(404);
    restore(tenant, &second).await.expect(200);
    tenant.get(&path).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn secrets_come_back_and_are_shown_to_nobody(#[case] engine: Engine) {
    let Some((trail, _)) = Trail::with_products(engine).await else { return };
    let tenant = &trail.tenant;
    let integration = tenant.create("/v1/integrations", &whatsapp::integration()).await;
    let door = integration["callback_path"].as_str().unwrap();
    let message = || whatsapp::messages(&[whatsapp::text("4915112345601", "hello")]);
    tenant.deliver(door, &message()).await.expect(200);
    let deletion = delete(tenant, &format!("/v1/integrations/{}", id(&integration))).await;
    tenant.deliver(door, &message()).await.expect(404);
    let shown = show(tenant, &deletion).await.to_string();
    for secret in [whatsapp::APP_SECRET, whatsapp::VERIFY_TOKEN, whatsapp::ACCESS_TOKEN, "ciphertext"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    restore(tenant, &deletion).await.expect(200);
    tenant.deliver(door, &message()).await.expect(200);

    let hook = tenant.create("/v1/webhook-endpoints", &endpoint()).await;
    let hex = match engine {
        Engine::Sqlite => "hex(secret_ciphertext)",
        Engine::Postgres => "encode(secret_ciphertext, 'hex')",
    };
    let sealed = format!("select {hex} from webhook_endpoints where id = {}", trail.id(id(&hook)));
    let secret = || trail.find(&sealed);
    let before = secret().await;
    let deletion = delete(tenant, &format!("/v1/webhook-endpoints/{}", id(&hook))).await;
    restore(tenant, &deletion).await.expect(200);
    assert_eq!(secret().await, before);
    tenant.verb(&format!("/v1/webhook-endpoints/{}/test", id(&hook))).await.expect(202);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_worked_there_does_so_again(#[case] engine: Engine) {
    let Some((trail, _)) = Trail::with_products(engine).await else { return };
    let tenant = &trail.tenant;
    let project = make(tenant, "project").await;
    tenant.put(&format!("{project}/members/{}", tenant.user_id), &json!({})).await.expect(200);
    let engagement = make(tenant, "engagement").await;
    let access = format!("{engagement}/access/{}", tenant.user_id);
    tenant.put(&access, &json!({ "level": "write" })).await.expect(200);
    for path in [&project, &engagement] {
        let deletion = delete(tenant, path).await;
        restore(tenant, &deletion).await.expect(200);
    }
    assert_eq!(tenant.get(&project).await.expect(200).json()["member_count"], 1);
    let list = tenant.get(&format!("{engagement}/access")).await.expect(200).json();
    assert_eq!(list["data"][0]["level"], "write");
    let listed = deletion_of(tenant, project.rsplit('/').next().unwrap()).await;
    assert!(listed["restored_at"].is_string());
}
