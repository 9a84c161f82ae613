//! Who sees what was deleted, and who brings it back: who may do so with what was deleted.
use super::{delete, id, make, purge, restore};
use crate::trail::Trail;
use purser_kernel::{Permission, PermissionSet};
use purser_tests::{
    app::{Answer, eventually},
    database::Engine,
};
use rstest::rstest;
use serde_json::{Value, json};

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_deletion_is_seen_by_those_who_see_what_was_deleted(#[case] engine: Engine) {
    let Some((trail, _)) = Trail::with_products(engine).await else { return };
    let customer = delete(&trail.tenant, &make(&trail.tenant, "customer").await).await;
    let product = delete(&trail.tenant, &make(&trail.tenant, "product").await).await;
    let engagement = delete(&trail.tenant, &make(&trail.tenant, "engagement").await).await;
    let reader = Permission::DeletionsRead | Permission::ProductsRead | Permission::EngagementsRead;
    let reader = trail.app.member(&trail.tenant, reader).await;
    let seen = reader.get("/v1/deletions").await.expect(200).json();
    let seen: Vec<&Value> = seen["data"].as_array().unwrap().iter().map(|row| &row["id"]).collect();
    assert_eq!(seen, [&product["id"]]);
    reader.get(&format!("/v1/deletions/{}", id(&product))).await.expect(200);
    // Whoever was not let in to an engagement does not see that there was one.
    for hidden in [&customer, &engagement] {
        assert_eq!(reader.get(&format!("/v1/deletions/{}", id(hidden))).await.expect(404).problem(), "not_found");
    }
    let clerk = Permission::DeletionsRestore | Permission::CustomersRead | Permission::DeletionsPurge;
    let clerk = trail.app.member(&trail.tenant, clerk).await;
    for answer in [restore(&clerk, &customer).await, purge(&clerk, &customer).await] {
        assert_eq!(answer.expect(403).json()["permission"], "customers.manage");
    }
    assert_eq!(restore(&clerk, &product).await.expect(404).problem(), "not_found");
    let able = trail.app.member(&trail.tenant, Permission::DeletionsRestore | Permission::CustomersManage).await;
    restore(&able, &customer).await.expect(200);
}

/// Whoever names the directory can become everybody it vouches for.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_directory_comes_back_by_those_who_may_name_one(#[case] engine: Engine) {
    let Some((trail, _)) = Trail::with_products(engine).await else { return };
    let provider = json!({
        "name": "Provider", "is_active": true,
        "config": { "issuer": "http://127.0.0.1:1", "client_id": "purser", "scopes": ["email"] },
        "credentials": { "client_secret": "0123456789abcdef" },
    });
    let provider = trail.tenant.create("/v1/integrations/oidc", &provider).await;
    let path = format!("/v1/integrations/{}", id(&provider));
    let deletion = delete(&trail.tenant, &path).await;
    let admin = trail.app.member(&trail.tenant, PermissionSet::all() - Permission::IdentitiesManage).await;
    assert_eq!(restore(&admin, &deletion).await.expect(403).json()["permission"], "identities.manage");
    trail.tenant.get(&path).await.expect(404);
    restore(&trail.tenant, &deletion).await.expect(200);
}

/// A program brings back what it may delete, and purges nothing.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn no_program_purges(#[case] engine: Engine) {
    let Some((trail, _)) = Trail::with_products(engine).await else { return };
    let program = trail.tenant.program(PermissionSet::all() - Permission::decisions()).await;
    let deletion = delete(&program, &make(&trail.tenant, "product").await).await;
    assert!(deletion["deleted_by"].is_null());
    assert_eq!(purge(&program, &deletion).await.expect(403).json()["permission"], "deletions.purge");
    restore(&program, &deletion).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_looks_at_people_leaves_a_trace(#[case] engine: Engine) {
    let Some((trail, _)) = Trail::with_products(engine).await else { return };
    let tenant = &trail.tenant;
    let customer = delete(tenant, &make(tenant, "customer").await).await;
    let product = delete(tenant, &make(tenant, "product").await).await;
    for (deletion, request) in [(&product, "req-product"), (&customer, "req-customer")] {
        let path = format!("/v1/deletions/{}", id(deletion));
        let asked = tenant.request("GET", &path).header("X-Request-Id", request).header("X-Purpose", "a complaint");
        Answer::of(asked).await.expect(200);
    }
    let rows = eventually("the reading to be written", || async {
        let page = tenant.get("/v1/data-access-audit").await.expect(200).json();
        let rows = page["data"].as_array().unwrap().clone();
        rows.iter().any(|row| row["request_id"] == "req-customer").then_some(rows)
    })
    .await;
    let row = rows.iter().find(|row| row["request_id"] == "req-customer").unwrap();
    assert_eq!((&row["resource"], &row["record_ids"]), (&json!("customer"), &json!([customer["resource_id"]])));
    assert_eq!(row["purpose"], "a complaint");
    assert!(rows.iter().all(|row| row["request_id"] != "req-product"), "a product is nobody's");
    // What is purged shows nothing.
    purge(tenant, &customer).await.expect(200);
    let path = format!("/v1/deletions/{}", id(&customer));
    let asked = tenant.request("GET", &path).header("X-Request-Id", "req-purged");
    assert!(Answer::of(asked).await.expect(200).json()["snapshot"].is_null());
}
