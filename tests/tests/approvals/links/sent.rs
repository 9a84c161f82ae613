//! What a link shows and does, and who gets one.
use super::{approve_by, manager, preview, reject_by, token};
use crate::{
    desk::{Desk, OTHER_PHONE, id},
    problem,
};
use purser_kernel::Permission;
use purser_tests::{
    app::eventually,
    database::{Engine, Watch},
};
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn it_shows_what_it_is_and_asks_again(#[case] engine: Engine) {
    let Some(desk) = Desk::with_a_limit(engine).await else { return };
    let manager = manager(&desk).await;
    let order = desk.ordered().await;
    let shown = desk.asks(&order).await;
    let link = token(&desk.app, &manager).await;
    let mail = desk.app.mail(&manager.email, "An approval waits").await;
    for part in [shown["summary"].as_str().unwrap(), "Olive Owner", "Large orders", "/decide#token="] {
        assert!(mail.text.contains(part), "{part}: {mail:?}");
    }
    // Opened by whoever looks at mails, and again: nothing has changed.
    desk.app.settle().await;
    let mut watch = Watch::over_changes(&desk.app.database).await;
    for _ in 0..3 {
        assert_eq!(preview(&desk.app, &link).await.expect(200).json(), shown);
    }
    let changes = watch.changes().await;
    assert!(changes.iter().all(|change| change[2..].starts_with("jobs:")), "{changes:?}");
    let approved = approve_by(&desk.app, &link, &shown).await.expect(200).json();
    assert_eq!(
        (&approved["status"], &approved["decisions"][0]["decided_by"]),
        (&json!("approved"), &json!(manager.user_id))
    );
    let confirmed = desk.order(&order).await;
    assert_eq!((&confirmed["status"], &confirmed["reviewed_by"]), (&json!("confirmed"), &json!(manager.user_id)));
    assert_eq!(desk.rows("/v1/audit-logs?action=approval.use_link").await.len(), 1);
    // Once.
    for answer in [approve_by(&desk.app, &link, &shown).await, preview(&desk.app, &link).await] {
        problem(&answer, 404, "invalid_approval_link");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_no_by_link(#[case] engine: Engine) {
    let Some(desk) = Desk::with_a_limit(engine).await else { return };
    let manager = manager(&desk).await;
    let order = desk.ordered().await;
    let shown = desk.asks(&order).await;
    let link = token(&desk.app, &manager).await;
    assert_eq!(reject_by(&desk.app, &link).await.expect(200).json()["status"], "rejected");
    assert_eq!(desk.approval(id(&shown)).await["decisions"][0]["reason"], "Too much");
    problem(&reject_by(&desk.app, &link).await, 404, "invalid_approval_link");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn whoever_can_decide_is_asked_and_nobody_else(#[case] engine: Engine) {
    let Some(desk) = Desk::open(engine).await else { return };
    let step = |permission: &str| json!({ "permission": permission });
    desk.limit("20.00", json!({ "steps": [step("orders.confirm"), step("organization.manage")] })).await;
    let (first, second) = (manager(&desk).await, manager(&desk).await);
    let director = desk.member(Permission::ApprovalsRead | Permission::OrganizationManage).await;
    let reader = desk.member(Permission::ApprovalsRead.into()).await;
    let deputy = desk.member(Permission::ApprovalsRead.into()).await;
    for person in [&desk.owner, &director, &reader, &deputy] {
        desk.app.verify(person).await;
    }
    let until = (purser_kernel::Clock::system().now() + chrono::TimeDelta::days(3)).to_rfc3339();
    first.create("/v1/approval-delegations", &json!({ "to_user": deputy.user_id, "until": until })).await;
    let order = desk.ordered().await;
    let shown = desk.asks(&order).await;
    let asked = |person: &purser_tests::app::Tenant| {
        desk.app.mails(&person.email).iter().filter(|mail| mail.subject.contains("An approval waits")).count()
    };
    let tokens = [token(&desk.app, &first).await, token(&desk.app, &second).await, token(&desk.app, &deputy).await];
    assert_eq!([&desk.owner, &director, &reader].map(asked), [0, 0, 0]);
    // The next step is put to those who can decide it.
    approve_by(&desk.app, &tokens[2], &shown).await.expect(200);
    let last = token(&desk.app, &director).await;
    approve_by(&desk.app, &last, &shown).await.expect(200);
    assert_eq!(desk.order(&order).await["status"], "confirmed");
    // Whoever asked hears of it.
    let told = desk.app.mail(&desk.owner.email, "Approved: what you asked for").await;
    assert!(told.text.contains(shown["summary"].as_str().unwrap()), "{told:?}");
    eventually("the links to be gone", || async {
        let left = desk.app.database.owner().await.rows("select id from approval_links where used_at is null").await;
        left.unwrap().is_empty().then_some(())
    })
    .await;
    assert_eq!([&first, &second, &deputy, &director].map(asked), [1, 1, 1, 1]);
}

/// A flood of questions fills nobody's mailbox; the inbox has them all.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_gets_more_than_twenty_in_an_hour(#[case] engine: Engine) {
    let Some(desk) = Desk::with_a_limit(engine).await else { return };
    let manager = manager(&desk).await;
    let order = desk.ordered().await;
    desk.asks(&order).await;
    token(&desk.app, &manager).await;
    for step in 101..120 {
        let new =
            purser_tests::database::uuid_literal(engine, purser_kernel::ids::ApprovalLinkId::generate().to_string());
        desk.sql(&format!(
            "insert into approval_links (organization_id, id, request_id, user_id, step, token_hash, expires_at, created_at)
             select organization_id, {new}, request_id, user_id, {step}, token_hash, expires_at, created_at from approval_links where step = 1"
        ))
        .await;
    }
    let other = desk.ordered_by(OTHER_PHONE, "MILK-1L", 2).await;
    let shown = desk.asks(&other).await;
    desk.app.settle().await;
    let mails = desk.app.mails(&manager.email);
    assert_eq!(mails.iter().filter(|mail| mail.subject.contains("An approval waits")).count(), 1);
    assert_eq!(crate::desk::assigned(&manager).await.len(), 2);
    assert_eq!(desk.approval(id(&shown)).await["status"], "pending");
}
