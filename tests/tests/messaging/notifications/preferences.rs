//! What people want to be told of.
use super::{House, LIST, PREFERENCES, kinds, prefer, problem, rows, unread};
use purser_kernel::{Permission, PermissionSet};
use purser_tests::database::Engine;
use rstest::rstest;
use serde_json::{Value, json};

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn each_has_their_own_beside_what_is_usual(#[case] engine: Engine) {
    let Some(house) = House::open(engine).await else { return };
    let member = house.member(PermissionSet::empty()).await;
    let usual = member.get(PREFERENCES).await.expect(200);
    assert_eq!(usual.header("etag"), "\"1\"");
    let usual = usual.json();
    assert_eq!((&usual["digest_hour"], &usual["kinds"]["order_drafted"]["mail"]), (&json!(8), &json!("digest")));
    assert_eq!(usual["kinds"]["approval_asked"]["mail"], Value::Null);
    assert_eq!(usual["kinds"]["roles_changed"]["always_in_app"], true);

    let change = json!({ "kinds": { "order_drafted": { "mail": "off" }, "order_confirmed": { "in_app": false } } });
    let changed = member.patch(PREFERENCES, 1, &change).await.expect(200).json();
    assert_eq!((&changed["version"], &changed["kinds"]["order_drafted"]["mail"]), (&json!(2), &json!("off")));
    let hour = member.patch(PREFERENCES, 2, &json!({ "digest_hour": 17 })).await.expect(200).json();
    assert_eq!((&hour["digest_hour"], &hour["kinds"]), (&json!(17), &changed["kinds"]));
    // They stand in one row with what else the person prefers.
    let dark = member.patch("/v1/me/preferences", 3, &json!({ "theme": "dark" })).await.expect(200).json();
    assert_eq!(dark["version"], 4);
    problem(&member.patch(PREFERENCES, 3, &json!({ "digest_hour": 9 })).await, 412, "stale");
    let kept = member.get(PREFERENCES).await.expect(200).json();
    assert_eq!((&kept["digest_hour"], &kept["kinds"]), (&json!(17), &changed["kinds"]));
    assert_eq!(house.owner.get(PREFERENCES).await.expect(200).json(), usual);
    let unconditional = member.request("PATCH", PREFERENCES).json(&json!({})).send().await.unwrap();
    assert_eq!(unconditional.status().as_u16(), 428);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_cannot_be_chosen_is_refused_as_a_whole(#[case] engine: Engine) {
    let Some(house) = House::open(engine).await else { return };
    let wrong = json!({ "digest_hour": 24, "kinds": {
        "approval_asked": { "mail": "digest" }, "no/such~kind": { "in_app": true }, "order_drafted": { "mail": "off" },
        "webhook_disabled": { "in_app": false, "mail": "off" },
    } });
    let refused = prefer(&house.owner, wrong).await;
    problem(&refused, 422, "validation_failed");
    let found = refused.errors();
    let found: Vec<(&str, &str)> = found.iter().map(|(pointer, code)| (pointer.as_str(), code.as_str())).collect();
    let expected = [
        ("/kinds/approval_asked/mail", "not_mailed"),
        ("/kinds/no~1such~0kind", "unknown_kind"),
        ("/kinds/webhook_disabled/in_app", "always_in_app"),
        ("/digest_hour", "out_of_range"),
    ];
    assert_eq!(found, expected);
    for body in [
        json!({ "kinds": { "order_drafted": { "mail": "weekly" } } }),
        json!({ "digest_hour": -1 }),
        json!({ "other": 1 }),
    ] {
        problem(&prefer(&house.owner, body).await, 422, "validation_failed");
    }
    let kept = house.owner.get(PREFERENCES).await.expect(200).json();
    assert_eq!((&kept["version"], &kept["kinds"]["order_drafted"]["mail"]), (&json!(1), &json!("digest")));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn people_are_told_as_they_want_it(#[case] engine: Engine) {
    let Some(house) = House::open(engine).await else { return };
    let holds = Permission::MembersManage | Permission::MembersRead;
    let [usual, nothing, mailed, both] =
        [house.member(holds).await, house.member(holds).await, house.member(holds).await, house.member(holds).await];
    let channels =
        |in_app: bool, mail: &str| json!({ "kinds": { "member_joined": { "in_app": in_app, "mail": mail } } });
    prefer(&nothing, channels(false, "off")).await.expect(200);
    prefer(&mailed, channels(false, "immediately")).await.expect(200);
    prefer(&both, channels(true, "immediately")).await.expect(200);
    let path = house.path(&house.member(PermissionSet::empty()).await).await;
    for verb in ["disable", "enable"] {
        house.owner.verb(&format!("{path}/{verb}")).await.expect(200);
    }
    house.settle().await;
    let mut found = Vec::new();
    for person in [&usual, &nothing, &mailed, &both] {
        found.push((kinds(person).await.len(), house.mails(person, "is an active member now").len()));
    }
    assert_eq!(found, [(1, 0), (0, 0), (0, 1), (1, 1)]);
    assert_eq!(unread(&mailed).await, 0);
    let kept = "select cast(count(*) as text) from notifications where kind = 'member_joined'";
    assert_eq!(house.sql_rows(kept).await, [["3"]]);
    // What is only mailed is in nobody's list, and cannot be read there.
    let hidden = rows(&both, LIST).await.remove(0);
    problem(&mailed.verb(&format!("{LIST}/{}/read", hidden["id"].as_str().unwrap())).await, 404, "not_found");
}
