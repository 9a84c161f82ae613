//! Reading what one was told of.
use super::{House, LIST, kinds, path, problem, rows, unread};
use purser_kernel::{Permission, PermissionSet};
use purser_tests::database::Engine;
use rstest::rstest;
use serde_json::{Value, json};

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn lists_are_pages_that_can_be_narrowed(#[case] engine: Engine) {
    let Some(house) = House::open(engine).await else { return };
    let keeper = house.member(Permission::SecretsManage | Permission::MembersRead | Permission::MembersManage).await;
    for number in 0..3 {
        house.secret(&house.owner, &number.to_string()).await;
        house.settle().await;
    }
    let first = keeper.get(&format!("{LIST}?limit=2")).await.expect(200).json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = keeper.get(&format!("{LIST}?limit=2&cursor={cursor}")).await.expect(200).json();
    let ids: Vec<&Value> =
        [&first, &second].iter().flat_map(|page| page["data"].as_array().unwrap()).map(|row| &row["id"]).collect();
    assert_eq!((ids.len(), &second["next_cursor"]), (3, &Value::Null));
    assert!(ids.windows(2).all(|pair| pair[0].as_str() > pair[1].as_str()), "the newest first: {ids:?}");

    let newest = rows(&keeper, LIST).await.remove(0);
    let read = keeper.verb(&format!("{}/read", path(&newest))).await.expect(200).json();
    assert!(read["read_at"].is_string());
    assert_eq!(
        keeper.verb(&format!("{}/read", path(&newest))).await.expect(200).json(),
        read,
        "twice is as good as once"
    );
    let counts = async || {
        [
            rows(&keeper, &format!("{LIST}?unread=true")).await.len(),
            rows(&keeper, &format!("{LIST}?unread=false")).await.len(),
            rows(&keeper, &format!("{LIST}?kind=secret_changed")).await.len(),
            rows(&keeper, &format!("{LIST}?kind=member_joined")).await.len(),
        ]
    };
    assert_eq!((counts().await, unread(&keeper).await), ([2, 1, 3, 0], 2));
    problem(&keeper.get(&format!("{LIST}?kind=nothing")).await, 422, "validation_failed");
    for _ in 0..2 {
        let again = keeper.verb(&format!("{}/unread", path(&newest))).await.expect(200).json();
        assert_eq!(again["read_at"], Value::Null);
    }
    assert_eq!((counts().await, unread(&keeper).await), ([3, 0, 3, 0], 3));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn all_that_was_seen_is_read_at_once_and_nothing_else(#[case] engine: Engine) {
    let Some(house) = House::open(engine).await else { return };
    let [keeper, other] =
        [house.member(Permission::SecretsManage).await, house.member(Permission::SecretsManage).await];
    for number in 0..2 {
        house.secret(&house.owner, &number.to_string()).await;
        house.settle().await;
    }
    let seen = rows(&keeper, LIST).await.remove(0);
    // It comes before they say that they have read everything.
    house.secret(&house.owner, "unseen").await;
    house.settle().await;
    let body = json!({ "up_to": seen["id"] });
    let all = async || keeper.post("/v1/notifications/read-all", &body).await.expect(200).json();
    assert_eq!(all().await, json!({ "read": 2 }));
    assert_eq!(all().await, json!({ "read": 0 }));
    assert_eq!([unread(&keeper).await, unread(&other).await], [1, 3]);
    let unseen = rows(&keeper, &format!("{LIST}?unread=true")).await.remove(0);
    assert!(unseen["id"].as_str() > seen["id"].as_str());
    keeper.post("/v1/notifications/read-all", &json!({})).await.expect(422);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_may_not_be_read_any_more_is_not_shown(#[case] engine: Engine) {
    let Some(house) = House::open(engine).await else { return };
    let keeper = house.member(Permission::SecretsManage).await;
    house.secret(&house.owner, "first").await;
    house.settle().await;
    let told = rows(&keeper, LIST).await.remove(0);
    let member = house.path(&keeper).await;
    let none = json!({ "grants": [], "denials": ["secrets.manage"] });
    house.owner.put(&format!("{member}/permissions"), &none).await.expect(200);
    assert_eq!((kinds(&keeper).await.len(), unread(&keeper).await), (0, 0));
    problem(&keeper.verb(&format!("{}/read", path(&told))).await, 404, "not_found");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn programs_are_told_nothing(#[case] engine: Engine) {
    let Some(house) = House::open(engine).await else { return };
    let program = house.owner.program(PermissionSet::all() - Permission::decisions()).await;
    for path in [LIST, "/v1/notifications/unread-count", super::PREFERENCES] {
        problem(&program.get(path).await, 403, "person_required");
    }
    house.app.anonymous("GET", LIST, None).await.expect(401);
}
