//! When its time is over it goes by itself.
use super::{buyer, delete, id, make, product, restore, show};
use crate::trail::Trail;
use chrono::TimeDelta;
use purser_compliance::PurgeDeleted;
use purser_store::jobs::NewJob;
use purser_tests::{app::eventually, database::Engine};
use rstest::rstest;
use serde_json::{Value, json};

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn after_thirty_days_and_not_before(#[case] engine: Engine) {
    let Some((mut trail, _)) = Trail::with_products(engine).await else { return };
    let customer = make(&trail.tenant, "customer").await;
    let (gone, back) = (delete(&trail.tenant, &customer).await, make(&trail.tenant, "project").await);
    let back_again = delete(&trail.tenant, &back).await;
    restore(&trail.tenant, &back_again).await.expect(200);
    let other = trail.app.tenant("Somebody else").await;
    let theirs = delete(&other, &make(&other, "customer").await).await;
    trail.wait(TimeDelta::days(30) - TimeDelta::seconds(1)).await;
    assert_eq!(trail.purge_due().await.unwrap(), 0);
    assert!(show(&trail.tenant, &gone).await["snapshot"].to_string().contains("Quay Deli"));

    trail.wait(TimeDelta::seconds(1)).await;
    assert_eq!(trail.purge_due().await.unwrap(), 1);
    assert_eq!(trail.purge_due().await.unwrap(), 0, "there is nothing left to do");
    assert_eq!(trail.rows_at("customers", &customer).await, 0);
    let whose = format!("customer_id = {}", trail.id(customer.rsplit('/').next().unwrap()));
    assert_eq!(trail.rows("customer_contacts", &whose).await, 0);
    let shown = show(&trail.tenant, &gone).await;
    assert_eq!(
        (&shown["snapshot"], &shown["purged_by"], &shown["kept_for"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    assert!(shown["purged_at"].is_string(), "{shown}");
    let entry = trail.entries("deletion.purge").await.remove(0);
    assert_eq!((&entry["actor_kind"], &entry["resource_id"]), (&json!("system"), &gone["resource_id"]));
    assert_eq!(trail.rows("outbox_events", "event_type = 'deletion.purged'").await, 1);
    trail.tenant.get(&back).await.expect(200);
    let other = other.signed_in_at(&trail.app.url).await;
    assert!(show(&other, &theirs).await["purged_at"].is_null(), "each organization for itself");
}

/// What an organization decides holds for what is deleted already.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn as_long_as_the_organization_says(#[case] engine: Engine) {
    let Some((mut trail, _)) = Trail::with_products(engine).await else { return };
    let deletion = delete(&trail.tenant, &make(&trail.tenant, "customer").await).await;
    let set = |days: i64| json!({ "deletion_retention_days": days });
    trail.tenant.patch("/v1/organization/settings", 1, &set(60)).await.expect(200);
    trail.wait(TimeDelta::days(40)).await;
    assert_eq!(trail.purge_due().await.unwrap(), 0);
    restore(&trail.tenant, &deletion).await.expect(200);
    let deletion = delete(&trail.tenant, &format!("/v1/customers/{}", deletion["resource_id"].as_str().unwrap())).await;
    trail.wait(TimeDelta::days(2)).await;
    trail.tenant.patch("/v1/organization/settings", 2, &set(1)).await.expect(200);
    assert_eq!(restore(&trail.tenant, &deletion).await.expect(409).problem(), "restore_expired");
    assert_eq!(trail.purge_due().await.unwrap(), 1);
}

/// The job goes through all organizations, with closed and purged ones among them.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_night_in_every_organization(#[case] engine: Engine) {
    let Some((mut trail, _)) = Trail::with_products(engine).await else { return };
    let other = trail.app.tenant("Somebody else").await;
    let mut deletions = Vec::new();
    for tenant in [&trail.tenant, &other] {
        deletions.push(delete(tenant, &make(tenant, "customer").await).await);
    }
    let closed = trail.app.tenant("Gone").await;
    trail
        .tamper(&[
            format!("update organizations set status = 'closed' where id = {}", trail.id(&closed.organization_id)),
            format!("delete from organization_settings where organization_id = {}", trail.id(&closed.organization_id)),
        ])
        .await;
    trail.wait(TimeDelta::days(31)).await;
    let tx = trail.store().system().await.unwrap();
    tx.enqueue(NewJob::new(PurgeDeleted::KIND, json!({}))).await.unwrap();
    tx.commit().await.unwrap();
    let node = trail.app.another_node().await;
    for deletion in &deletions {
        let open = format!("id = {} and purged_at is null", trail.id(id(deletion)));
        eventually("the deletion to be purged", || async { (trail.rows("deletions", &open).await == 0).then_some(()) })
            .await;
    }
    let undone = "kind = 'compliance.purge_deleted' and status <> 'done'";
    eventually("the job to end", || async { (trail.rows("jobs", undone).await == 0).then_some(()) }).await;
    node.app.stop().await.unwrap();
}

/// What hangs together goes in one night, in whichever order it was deleted.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_refers_to_each_other_goes_together(#[case] engine: Engine) {
    let Some((mut trail, _)) = Trail::with_products(engine).await else { return };
    buyer(&trail).await;
    trail.tenant = trail.tenant.signed_in_at(&trail.app.url).await;
    let tenant = &trail.tenant;
    let category = tenant.create("/v1/product-categories", &json!({ "name": "Tea" })).await;
    let mut tea = product("TEA");
    tea["category_id"] = category["id"].clone();
    let tea = format!("/v1/products/{}", id(&tenant.create("/v1/products", &tea).await));
    let variant = tenant.create(&format!("{tea}/variants"), &super::variant("TEA-L")).await;
    delete(tenant, &format!("{tea}/variants/{}", id(&variant))).await;
    delete(tenant, &tea).await;
    delete(tenant, &format!("/v1/product-categories/{}", id(&category))).await;
    trail.wait(TimeDelta::days(31)).await;
    assert_eq!(trail.purge_due().await.unwrap(), 3);
    for (table, row) in [
        ("products", tea.rsplit('/').next().unwrap()),
        ("product_variants", id(&variant)),
        ("product_categories", id(&category)),
    ] {
        assert_eq!(trail.rows_at(table, row).await, 0, "{table}");
    }
}
