//! Events that are delivered more than once, or by several servers at the same time.
use super::{House, LIST, rows, unread};
use purser_kernel::Permission;
use purser_tests::{app::eventually, database::Engine};
use rstest::rstest;
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_event_that_is_delivered_again_tells_nobody_again(#[case] engine: Engine) {
    let Some(house) = House::open(engine).await else { return };
    let keeper = house.member(Permission::SecretsManage).await;
    super::prefer(&keeper, json!({ "kinds": { "secret_changed": { "mail": "immediately" } } })).await.expect(200);
    house.secret(&house.owner, "first").await;
    house.settle().await;
    let told = rows(&keeper, LIST).await;
    for _ in 0..2 {
        house.sql("update jobs set status = 'ready' where kind = 'outbox.deliver'").await;
        house.settle().await;
    }
    assert_eq!((rows(&keeper, LIST).await, house.mails(&keeper, "openai_api_key").len()), (told, 1));
    let mails = "select cast(count(*) as text) from jobs where kind = 'notifications.mail'";
    assert_eq!(house.sql_rows(mails).await, [["1"]]);
}

/// Two servers, four workers, and all events of one organization.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn two_servers_tell_each_person_once_and_in_an_order(#[case] engine: Engine) {
    let Some(house) = House::open(engine).await else { return };
    let keepers = [house.member(Permission::SecretsManage).await, house.member(Permission::SecretsManage).await];
    let node = house.app.another_node().await;
    let elsewhere = house.owner.at(&node.url);
    let mut expected = 0;
    for number in 0..6 {
        let (one, other) = (format!("one{number}"), format!("other{number}"));
        tokio::join!(house.secret(&house.owner, &one), house.secret(&elsewhere, &other));
        expected += 2;
    }
    for keeper in &keepers {
        eventually("everything to be told", || async { (unread(keeper).await == expected).then_some(()) }).await;
    }
    house.settle().await;
    // However often events are delivered meanwhile.
    house.sql("update jobs set status = 'ready' where kind in ('outbox.deliver', 'outbox.dispatch')").await;
    house.settle().await;
    for keeper in &keepers {
        assert_eq!(unread(keeper).await, expected);
        let numbers = rows(keeper, &format!("{LIST}?limit=200")).await;
        let ids: BTreeSet<&str> = numbers.iter().filter_map(|row| row["id"].as_str()).collect();
        assert_eq!(ids.len(), numbers.len());
        // Reading all up to one in the middle leaves those after it, whoever wrote them.
        let middle: &Value = &numbers[4];
        let read =
            keeper.post("/v1/notifications/read-all", &json!({ "up_to": middle["id"] })).await.expect(200).json();
        assert_eq!((read["read"].as_i64().unwrap(), unread(keeper).await), (expected - 4, 4));
    }
    node.app.stop().await.unwrap();
}
