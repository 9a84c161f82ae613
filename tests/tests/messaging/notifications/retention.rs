//! How long notifications are kept.
use super::{House, LIST, path, prefer, rows};
use chrono::TimeDelta;
use purser_kernel::Permission;
use purser_store::retention::RemoveExpired;
use purser_tests::database::Engine;
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_was_read_goes_and_what_was_not_stays(#[case] engine: Engine) {
    let Some(house) = House::open(engine).await else { return };
    let keeper = house.member(Permission::SecretsManage).await;
    for value in ["first", "second"] {
        house.secret(&house.owner, value).await;
        house.settle().await;
    }
    // Only mailed, so that nobody can say that it was read.
    let hirer = house.member(Permission::MembersManage | Permission::MembersRead).await;
    prefer(&hirer, json!({ "kinds": { "member_joined": { "in_app": false, "mail": "immediately" } } }))
        .await
        .expect(200);
    let keepers = house.path(&keeper).await;
    for verb in ["disable", "enable"] {
        house.owner.verb(&format!("{keepers}/{verb}")).await.expect(200);
    }
    house.settle().await;
    let titles = async || house.sql_rows("select kind from notifications order by kind").await.concat();
    assert_eq!(titles().await, ["member_joined", "secret_changed", "secret_changed"]);
    house.later(TimeDelta::days(1));
    let keeper = house.back(&keeper).await;
    let newest = rows(&keeper, LIST).await.remove(0);
    keeper.verb(&format!("{}/read", path(&newest))).await.expect(200);
    house.later(TimeDelta::days(89));
    house.schedule(RemoveExpired::KIND, 1).await;
    assert_eq!(titles().await.len(), 3, "not before 90 days are over");
    house.later(TimeDelta::seconds(1));
    house.schedule(RemoveExpired::KIND, 1).await;
    assert_eq!(titles().await, ["secret_changed", "secret_changed"], "read a day later");
    house.later(TimeDelta::days(1));
    house.schedule(RemoveExpired::KIND, 2).await;
    let keeper = house.back(&keeper).await;
    let left = rows(&keeper, LIST).await;
    assert_eq!((left.len(), left[0]["read_at"].is_null()), (1, true));
}
