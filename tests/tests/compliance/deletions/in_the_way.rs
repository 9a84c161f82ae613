//! What is in the way is named, and nothing is half back.
use super::{delete, endpoint, id, make, product, purge, restore, variant};
use crate::trail::Trail;
use chrono::TimeDelta;
use purser_tests::{app::Tenant, database::Engine, whatsapp};
use rstest::rstest;
use serde_json::{Value, json};

/// It does not come back for this reason, and nothing of it is there.
async fn refused(tenant: &Tenant, deletion: &Value, problem: &str) -> Value {
    let answer = restore(tenant, deletion).await.expect(409);
    assert_eq!(answer.problem(), problem, "{answer:?}");
    let shown = super::show(tenant, deletion).await;
    assert!(shown["restored_at"].is_null() && !shown["snapshot"].is_null(), "{shown}");
    answer.json()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_code_or_a_number_that_somebody_else_has_by_now(#[case] engine: Engine) {
    let Some((trail, _)) = Trail::with_products(engine).await else { return };
    let tenant = &trail.tenant;
    let of = |name: &str, code: &str, number: &str| json!({ "business_name": name, "customer_code": code, "contacts": [{ "whatsapp": number }] });
    let first = tenant.create("/v1/customers", &of("First", "C-1", "4915112345601")).await;
    let path = format!("/v1/customers/{}", id(&first));
    let deletion = delete(tenant, &path).await;
    let other = tenant.create("/v1/customers", &of("Other", "c-1", "4915112345602")).await;
    refused(tenant, &deletion, "customer_code_taken").await;
    let other = format!("/v1/customers/{}", id(&other));
    tenant
        .patch(&other, 1, &json!({ "customer_code": "C-2", "contacts": [{ "whatsapp": "4915112345601" }] }))
        .await
        .expect(200);
    refused(tenant, &deletion, "whatsapp_taken").await;
    tenant.get(&path).await.expect(404);
    tenant.patch(&other, 2, &json!({ "contacts": [] })).await.expect(200);
    restore(tenant, &deletion).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_sku_of_another_product_or_variant(#[case] engine: Engine) {
    let Some((trail, _)) = Trail::with_products(engine).await else { return };
    let tenant = &trail.tenant;
    let tea = format!("/v1/products/{}", id(&tenant.create("/v1/products", &product("TEA")).await));
    tenant.create(&format!("{tea}/variants"), &variant("TEA-L")).await;
    let deletion = delete(tenant, &tea).await;
    // Each of the four ways in which two tables can hold the same SKU.
    let other = format!("/v1/products/{}", id(&tenant.create("/v1/products", &product("COFFEE")).await));
    let rename = async |path: &str, sku: &str| {
        let version = tenant.get(path).await.expect(200).json()["version"].as_i64().unwrap();
        tenant.patch(path, version, &json!({ "sku": sku })).await.expect(200);
    };
    for sku in ["tea", "TEA-l"] {
        rename(&other, sku).await;
        refused(tenant, &deletion, "sku_taken").await;
    }
    rename(&other, "COFFEE").await;
    let of_other = tenant.create(&format!("{other}/variants"), &variant("COFFEE-L")).await;
    let of_other = format!("{other}/variants/{}", id(&of_other));
    for sku in ["TEA", "TEA-L"] {
        rename(&of_other, sku).await;
        refused(tenant, &deletion, "sku_taken").await;
    }
    tenant.get(&tea).await.expect(404);
    rename(&of_other, "COFFEE-L").await;
    restore(tenant, &deletion).await.expect(200);

    let alone = format!("{tea}/variants/{}", id(&tenant.create(&format!("{tea}/variants"), &variant("TEA-S")).await));
    let deletion = delete(tenant, &alone).await;
    rename(&other, "TEA-S").await;
    refused(tenant, &deletion, "sku_taken").await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_category_that_is_deleted_itself(#[case] engine: Engine) {
    let Some((trail, _)) = Trail::with_products(engine).await else { return };
    let tenant = &trail.tenant;
    let categories = "/v1/product-categories";
    let above = tenant.create(categories, &json!({ "name": "Drinks" })).await;
    let below = json!({ "name": "Hot drinks", "parent_category_id": above["id"] });
    let below = tenant.create(categories, &below).await;
    let mut tea = product("TEA");
    tea["category_id"] = below["id"].clone();
    let tea = tenant.create("/v1/products", &tea).await;
    let product = delete(tenant, &format!("/v1/products/{}", id(&tea))).await;
    let below = delete(tenant, &format!("{categories}/{}", id(&below))).await;
    let above = delete(tenant, &format!("{categories}/{}", id(&above))).await;
    for (deletion, parent) in [(&product, &below), (&below, &above)] {
        let said = refused(tenant, deletion, "parent_deleted").await;
        assert_eq!((&said["resource"], &said["resource_id"]), (&json!("product_category"), &parent["resource_id"]));
    }
    for deletion in [&above, &below, &product] {
        restore(tenant, deletion).await.expect(200);
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_tree_that_has_grown_above_it(#[case] engine: Engine) {
    let Some((trail, _)) = Trail::with_products(engine).await else { return };
    let tenant = &trail.tenant;
    let categories = "/v1/product-categories";
    let below = async |name: &str, parent: &Value| {
        tenant.create(categories, &json!({ "name": name, "parent_category_id": parent["id"] })).await
    };
    let drinks = tenant.create(categories, &json!({ "name": "Drinks" })).await;
    let tea = below("Tea", &drinks).await;
    let deletion = delete(tenant, &format!("{categories}/{}", id(&tea))).await;
    let mut deepest = tenant.create(categories, &json!({ "name": "Level 1" })).await;
    for level in 2..20 {
        deepest = below(&format!("Level {level}"), &deepest).await;
    }
    let drinks = format!("{categories}/{}", id(&drinks));
    tenant.patch(&drinks, 1, &json!({ "parent_category_id": deepest["id"] })).await.expect(200);
    let answer = restore(tenant, &deletion).await.expect(422);
    assert_eq!(answer.errors(), [("/parent_category_id".to_owned(), "too_deep".to_owned())]);
    assert!(super::show(tenant, &deletion).await["restored_at"].is_null());
    tenant.patch(&drinks, 2, &json!({ "parent_category_id": null })).await.expect(200);
    restore(tenant, &deletion).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_limit_that_would_be_exceeded(#[case] engine: Engine) {
    let Some((trail, _)) = Trail::with_products(engine).await else { return };
    let tenant = &trail.tenant;
    let deletion = delete(tenant, &make(tenant, "project").await).await;
    make(tenant, "project").await;
    trail.tamper(&[format!("update organizations set max_projects = 1 where id = {}", trail.own())]).await;
    let said = refused(tenant, &deletion, "limit_reached").await;
    assert_eq!((&said["limit"], &said["allowed"], &said["used"]), (&json!("max_projects"), &json!(1), &json!(1)));

    let path = make(tenant, "webhook_endpoint").await;
    let deletion = delete(tenant, &path).await;
    for _ in 0..50 {
        tenant.create("/v1/webhook-endpoints", &endpoint()).await;
    }
    refused(tenant, &deletion, "webhook_endpoints_full").await;

    let tea = format!("/v1/products/{}", id(&tenant.create("/v1/products", &product("TEA")).await));
    let variants = format!("{tea}/variants");
    let gone = tenant.create(&variants, &json!({ "variant_type": "size", "value": "none" })).await;
    let deletion = delete(tenant, &format!("{variants}/{}", id(&gone))).await;
    for n in 0..200 {
        tenant.create(&variants, &json!({ "variant_type": "size", "value": format!("{n}") })).await;
    }
    refused(tenant, &deletion, "variants_full").await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn another_connection_in_its_place(#[case] engine: Engine) {
    let Some((trail, _)) = Trail::with_products(engine).await else { return };
    let tenant = &trail.tenant;
    let number = delete(tenant, &make(tenant, "integration").await).await;
    tenant.create("/v1/integrations", &whatsapp::integration()).await;
    refused(tenant, &number, "already_exists").await;
    // Of a directory and an OpenID provider one is switched on.
    let provider = |name: &str| {
        json!({
            "name": name, "is_active": true,
            "config": { "issuer": "http://127.0.0.1:1", "client_id": "purser", "scopes": ["email"] },
            "credentials": { "client_secret": "0123456789abcdef" },
        })
    };
    let first = tenant.create("/v1/integrations/oidc", &provider("First")).await;
    let deletion = delete(tenant, &format!("/v1/integrations/{}", id(&first))).await;
    let second = tenant.create("/v1/integrations/oidc", &provider("Second")).await;
    refused(tenant, &deletion, "already_exists").await;
    delete(tenant, &format!("/v1/integrations/{}", id(&second))).await;
    restore(tenant, &deletion).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn its_end(#[case] engine: Engine) {
    let Some((mut trail, _)) = Trail::with_products(engine).await else { return };
    let purged = delete(&trail.tenant, &make(&trail.tenant, "project").await).await;
    purge(&trail.tenant, &purged).await.expect(200);
    assert_eq!(restore(&trail.tenant, &purged).await.expect(409).problem(), "already_purged");
    let late = delete(&trail.tenant, &make(&trail.tenant, "project").await).await;
    trail.wait(TimeDelta::days(30)).await;
    let said = refused(&trail.tenant, &late, "restore_expired").await;
    let said = said["restorable_until"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    assert_eq!(said, trail.clock.now());
}
