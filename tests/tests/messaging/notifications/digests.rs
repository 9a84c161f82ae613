//! Digests: once a day, at an hour where the person is.
use super::{House, LIST, path, prefer, rows};
use chrono::TimeDelta;
use purser_kernel::Permission;
use purser_messaging::notifications::SendDigests;
use purser_tests::database::Engine;
use rstest::rstest;
use serde_json::json;

const DIGEST: &str = "Your daily digest";

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_day_is_one_mail_at_eight_where_the_organization_is(#[case] engine: Engine) {
    let Some(house) = House::open(engine).await else { return };
    let keeper = house.member(Permission::SecretsManage).await;
    // 21:45 of the same day in Auckland, where it is 13 hours later than here.
    house.owner.patch("/v1/organization/settings", 1, &json!({ "timezone": "Pacific/Auckland" })).await.expect(200);
    for value in ["first", "second", "third"] {
        house.secret(&house.owner, value).await;
        house.settle().await;
    }
    let newest = rows(&keeper, LIST).await.remove(0);
    keeper.verb(&format!("{}/read", path(&newest))).await.expect(200);
    let look = async |by: TimeDelta| {
        house.later(by);
        house.schedule(SendDigests::KIND, 2).await;
        house.mails(&keeper, DIGEST)
    };
    // 18:59:59 here is 07:59:59 there.
    assert!(look(TimeDelta::hours(9) - TimeDelta::seconds(1)).await.is_empty());
    let mails = look(TimeDelta::seconds(1)).await;
    assert_eq!(mails.len(), 1, "of two looks at once");
    assert_eq!(
        mails[0].text.matches("openai_api_key was replaced").count(),
        2,
        "what was read is not in it: {mails:?}"
    );
    assert_eq!(look(TimeDelta::hours(24)).await.len(), 1, "none where there is nothing");
    let owner = house.back(&house.owner).await;
    house.secret(&owner, "fourth").await;
    house.settle().await;
    assert_eq!(look(TimeDelta::hours(23)).await.len(), 1, "not before the next day");
    let mails = look(TimeDelta::hours(1)).await;
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[1].text.matches("openai_api_key was replaced").count(), 1, "each is in one digest: {mails:?}");
    assert!(house.mails(&owner, DIGEST).is_empty());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn people_choose_the_hour_and_where_they_are(#[case] engine: Engine) {
    let Some(house) = House::open(engine).await else { return };
    let [usual, late, far, gone] = [
        house.member(Permission::SecretsManage).await,
        house.member(Permission::SecretsManage).await,
        house.member(Permission::SecretsManage).await,
        house.member(Permission::SecretsManage).await,
    ];
    prefer(&late, json!({ "digest_hour": 20 })).await.expect(200);
    far.patch("/v1/me/preferences", 1, &json!({ "timezone": "Asia/Kolkata" })).await.expect(200);
    house.secret(&house.owner, "first").await;
    house.settle().await;
    let sent = async || {
        house.schedule(SendDigests::KIND, 1).await;
        [&usual, &late, &far, &gone].map(|person| house.mails(person, DIGEST).len())
    };
    assert_eq!(sent().await, [0, 0, 0, 0]);
    house.owner.verb(&format!("{}/disable", house.path(&gone).await)).await.expect(200);
    for (hours, minutes, expected) in [(10, 0, [0, 1, 0, 0]), (6, 30, [0, 1, 1, 0]), (5, 30, [1, 1, 1, 0])] {
        house.later(TimeDelta::hours(hours) + TimeDelta::minutes(minutes));
        assert_eq!(sent().await, expected, "{hours}:{minutes} later");
    }
}

/// What was taken into a digest and its mail's job are one transaction; a mail that fails is tried again.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_digest_that_was_sent_twice_is_the_same_mail(#[case] engine: Engine) {
    let Some(house) = House::open(engine).await else { return };
    let keeper = house.member(Permission::SecretsManage).await;
    house.secret(&house.owner, "first").await;
    house.settle().await;
    house.later(TimeDelta::hours(22));
    house.schedule(SendDigests::KIND, 1).await;
    let first = house.app.mail(&keeper.email, DIGEST).await;
    house.sql("update jobs set status = 'ready' where kind = 'notifications.mail'").await;
    house.settle().await;
    let mails = house.mails(&keeper, DIGEST);
    assert_eq!((mails.len(), &mails[0].message_id), (1, &first.message_id));
    let waiting = "select title from notifications where digest_from is not null or digested_at is null";
    assert!(house.sql_rows(waiting).await.is_empty());
}
