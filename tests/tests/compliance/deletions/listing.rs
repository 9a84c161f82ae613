//! Nothing is deleted that is not in the list.
use super::{RESOURCES, delete, deletion_of, id, make, restore, show};
use crate::trail::Trail;
use chrono::{DateTime, TimeDelta, Utc};
use purser_api::wiring::restorables;
use purser_tests::{app::Answer, database::Engine};
use rstest::rstest;
use serde_json::{Value, json};

fn time(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

/// Whatever a domain can delete: it is written down, out of sight, and back as it was.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn everything_that_is_deleted_is_listed_and_comes_back(#[case] engine: Engine) {
    let Some((trail, _)) = Trail::with_products(engine).await else { return };
    let tenant = &trail.tenant;
    let mut resources: Vec<&str> = restorables().iter().map(|domain| domain.about().resource).collect();
    resources.sort_unstable();
    assert_eq!(resources, RESOURCES);
    for resource in resources {
        let path = make(tenant, resource).await;
        let before = tenant.get(&path).await.expect(200).json();
        let request = tenant.request("DELETE", &path).header("If-Match", "*").header("X-Purpose", "double entry");
        Answer::of(request).await.expect(204);
        tenant.get(&path).await.expect(404);

        let deletion = deletion_of(tenant, id(&before)).await;
        assert_eq!((&deletion["resource"], &deletion["resource_id"]), (&json!(resource), &before["id"]));
        assert_eq!(deletion["deleted_by"], tenant.user_id);
        assert_eq!(deletion["reason"], "double entry");
        assert_eq!(time(&deletion["restorable_until"]) - time(&deletion["deleted_at"]), TimeDelta::days(30));
        assert!(deletion.get("snapshot").is_none(), "a list shows nothing of what was deleted");
        let shown = show(tenant, &deletion).await;
        assert_eq!(shown["snapshot"]["row"]["id"], before["id"], "{resource}");
        let columns = shown["snapshot"]["row"].as_object().unwrap();
        assert!(!columns.keys().any(|name| name.contains("ciphertext") || name.contains("key_id")), "{columns:?}");

        let restored = restore(tenant, &deletion).await.expect(200).json();
        assert_eq!(restored["restored_by"], tenant.user_id);
        assert!(restored["restored_at"].is_string() && restored["purged_at"].is_null(), "{restored}");
        let mut after = tenant.get(&path).await.expect(200).json();
        for counted in ["version", "updated_at"] {
            after[counted] = before[counted].clone();
        }
        assert_eq!(after, before, "{resource}");
        let entry = trail.entries("deletion.restore").await.remove(0);
        assert_eq!((&entry["resource"], &entry["resource_id"]), (&json!(resource), &before["id"]));
        assert_eq!(entry["changes"]["after"]["deletion_id"], deletion["id"]);
        let events = trail.rows("outbox_events", "event_type = 'deletion.restored'").await;
        assert_eq!(usize::try_from(events).unwrap(), trail.entries("deletion.restore").await.len());
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_list_is_filtered_and_has_pages(#[case] engine: Engine) {
    let Some((mut trail, products)) = Trail::with_products(engine).await else { return };
    let project = make(&trail.tenant, "project").await;
    let project = delete(&trail.tenant, &project).await;
    trail.wait(TimeDelta::hours(1)).await;
    let tenant = &trail.tenant;
    let mut expected = Vec::new();
    for product in &products {
        expected.insert(0, delete(tenant, &format!("/v1/products/{}", id(product))).await["id"].clone());
    }
    let list = async |query: &str| -> Vec<Value> {
        let page = tenant.get(&format!("/v1/deletions?{query}")).await.expect(200).json();
        page["data"].as_array().unwrap().iter().map(|row| row["id"].clone()).collect()
    };
    assert_eq!(list("resource=product").await, expected);
    assert_eq!(list("resource=project").await, [project["id"].clone()]);
    assert!(list("resource=customer").await.is_empty());
    assert_eq!(list(&format!("deleted_by={}", tenant.user_id)).await.len(), 5);
    let since = deletion_of(tenant, id(&products[0])).await["deleted_at"].as_str().unwrap().replace('+', "%2B");
    assert_eq!(list(&format!("since={since}")).await, expected);
    let first = tenant.get("/v1/deletions?limit=3").await.expect(200).json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = tenant.get(&format!("/v1/deletions?limit=3&cursor={cursor}")).await.expect(200).json();
    let ids = |page: &Value| page["data"].as_array().unwrap().iter().map(|row| row["id"].clone()).collect::<Vec<_>>();
    assert_eq!([ids(&first), ids(&second)].concat(), [expected, vec![project["id"].clone()]].concat());
    tenant.get("/v1/deletions?since=yesterday").await.expect(422);
}
