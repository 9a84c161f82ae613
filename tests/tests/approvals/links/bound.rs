//! A link is one person's, for one step of one content, and asks for all that a decision asks for.
use super::{approve_by, manager, preview, reject_by, token};
use crate::{
    desk::{Desk, approve, approver, id},
    problem,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use purser_kernel::{Clock, Permission};
use purser_tests::{
    app::PASSWORD,
    database::{Engine, uuid_literal},
    totp::code_at,
};
use rstest::rstest;
use serde_json::{Value, json};

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_was_never_given_out_is_refused(#[case] engine: Engine) {
    let Some(desk) = Desk::with_a_limit(engine).await else { return };
    let manager = manager(&desk).await;
    let order = desk.ordered().await;
    let shown = desk.asks(&order).await;
    let link = token(&desk.app, &manager).await;
    let bytes = URL_SAFE_NO_PAD.decode(&link).unwrap();
    let mut wrong: Vec<String> =
        ["", "x", &link[1..], &format!("{link}A"), &"A".repeat(87), &"A".repeat(100_000)].map(str::to_owned).to_vec();
    // Another version, organization, link, secret.
    for position in [0, 1, 16, 17, 32, 33, 64] {
        let mut changed = bytes.clone();
        changed[position] ^= 1;
        wrong.push(URL_SAFE_NO_PAD.encode(changed));
    }
    for token in &wrong {
        for answer in [
            preview(&desk.app, token).await,
            approve_by(&desk.app, token, &shown).await,
            reject_by(&desk.app, token).await,
        ] {
            problem(&answer, 404, "invalid_approval_link");
        }
    }
    // Nor is it good when its row is made another person's, another step's or another request's.
    let other = desk.member(approver()).await;
    let user = uuid_literal(engine, &other.user_id);
    for (change, back) in [
        (format!("user_id = {user}"), format!("user_id = {}", uuid_literal(engine, &manager.user_id))),
        ("step = 2".to_owned(), "step = 1".to_owned()),
    ] {
        desk.sql(&format!("update approval_links set {change}")).await;
        problem(&approve_by(&desk.app, &link, &shown).await, 404, "invalid_approval_link");
        desk.sql(&format!("update approval_links set {back}")).await;
    }
    // It stands nowhere but in the mail.
    let sql = "select cast(payload as text) from jobs where kind = 'approvals.mail'";
    let jobs = desk.app.database.owner().await.rows(sql).await.unwrap();
    assert!(jobs.iter().all(|job| !job[0].contains(&link)));
    for path in ["/v1/approvals", "/v1/audit-logs"] {
        assert!(!desk.owner.get(path).await.expect(200).body.contains(&link), "{path}");
    }
    assert_eq!(desk.order(&order).await["status"], "pending");
    approve_by(&desk.app, &link, &shown).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn it_is_good_for_a_time_and_for_what_was_shown(#[case] engine: Engine) {
    let Some(desk) = Desk::with_a_limit(engine).await else { return };
    let manager = manager(&desk).await;
    let order = desk.ordered().await;
    let shown = desk.asks(&order).await;
    let link = token(&desk.app, &manager).await;
    // Another hash than what was shown; the link still works.
    let mut other = shown.clone();
    other["payload_hash"] = json!("0".repeat(64));
    problem(&approve_by(&desk.app, &link, &other).await, 409, "approval_content_changed");
    other["payload_hash"] = json!("x");
    problem(&approve_by(&desk.app, &link, &other).await, 422, "validation_failed");
    // A change that nobody told of: it is asked anew, and by another link.
    desk.sql("update orders set notes = 'To another door'").await;
    let answer = approve_by(&desk.app, &link, &shown).await;
    problem(&answer, 409, "approval_content_changed");
    let anew = desk.approval(answer.json()["approval_id"].as_str().unwrap()).await;
    problem(&approve_by(&desk.app, &link, &anew).await, 404, "invalid_approval_link");
    let second = purser_tests::app::eventually("another link", || async {
        Some(token(&desk.app, &manager).await).filter(|token| *token != link)
    })
    .await;
    desk.sql("update approval_links set expires_at = '2026-01-01 00:00:00+00:00'").await;
    problem(&approve_by(&desk.app, &second, &anew).await, 404, "invalid_approval_link");
    desk.sql("update approval_links set expires_at = '2999-01-01 00:00:00+00:00'").await;
    desk.sql("update approval_requests set due_at = '2026-01-01 00:00:00+00:00' where status = 'pending'").await;
    problem(&approve_by(&desk.app, &second, &anew).await, 409, "approval_expired");
    assert_eq!(desk.order(&order).await["status"], "pending");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_member_disabled_meanwhile_a_changed_policy_and_a_delegation_that_ended(#[case] engine: Engine) {
    let Some(desk) = Desk::open(engine).await else { return };
    let policy = desk.limit("20.00", json!({})).await;
    let manager = manager(&desk).await;
    let deputy = desk.member(Permission::ApprovalsRead.into()).await;
    desk.app.verify(&deputy).await;
    let until = (Clock::system().now() + TimeDelta::days(3)).to_rfc3339();
    let delegation = json!({ "to_user": deputy.user_id, "until": until });
    let delegation = manager.create("/v1/approval-delegations", &delegation).await;
    let order = desk.ordered().await;
    let shown = desk.asks(&order).await;
    let (link, deputys) = (token(&desk.app, &manager).await, token(&desk.app, &deputy).await);
    manager.delete(&format!("/v1/approval-delegations/{}", id(&delegation)), 1).await.expect(204);
    problem(&approve_by(&desk.app, &deputys, &shown).await, 403, "forbidden");
    let (user, organization) =
        (uuid_literal(engine, &manager.user_id), uuid_literal(engine, &desk.owner.organization_id));
    let these = format!("where user_id = {user} and organization_id = {organization}");
    desk.sql(&format!("update memberships set status = 'disabled' {these}")).await;
    for answer in [preview(&desk.app, &link).await, approve_by(&desk.app, &link, &shown).await] {
        problem(&answer, 403, "forbidden");
    }
    desk.sql(&format!("update memberships set status = 'active' {these}")).await;
    let steps = json!({ "steps": [{ "permission": "organization.manage" }] });
    desk.owner.patch(&format!("/v1/approval-policies/{}", id(&policy)), 1, &steps).await.expect(200);
    problem(&approve_by(&desk.app, &link, &shown).await, 403, "forbidden");
    assert_eq!(desk.order(&order).await["status"], "pending");
    assert_eq!(desk.approval(id(&shown)).await["decisions"], json!([]));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_step_that_is_over_and_a_link_used_twice_at_once(#[case] engine: Engine) {
    let Some(desk) = Desk::open(engine).await else { return };
    let step = json!({ "permission": "orders.confirm" });
    desk.limit("20.00", json!({ "steps": [step, step] })).await;
    let (first, second) = (manager(&desk).await, manager(&desk).await);
    let order = desk.ordered().await;
    let shown = desk.asks(&order).await;
    let (links, before) = (token(&desk.app, &first).await, token(&desk.app, &second).await);
    let (one, other) = tokio::join!(approve_by(&desk.app, &links, &shown), approve_by(&desk.app, &links, &shown));
    let (done, told): (Vec<_>, Vec<_>) = [one, other].into_iter().partition(|answer| answer.status == 200);
    assert_eq!((done.len(), told.len()), (1, 1));
    problem(&told[0], 404, "invalid_approval_link");
    // The other one's link was for the first step.
    problem(&approve_by(&desk.app, &before, &shown).await, 404, "invalid_approval_link");
    let next = purser_tests::app::eventually("the link for the second step", || async {
        Some(token(&desk.app, &second).await).filter(|token| *token != before)
    })
    .await;
    approve_by(&desk.app, &next, &shown).await.expect(200);
    assert_eq!(desk.order(&order).await["status"], "confirmed");
}

/// Where more than a mailbox is asked for to sign in, a mailbox is not enough to decide.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_mailbox_is_not_enough_where_signing_in_asks_for_more(#[case] engine: Engine) {
    let Some(desk) = Desk::with_a_limit(engine).await else { return };
    let (plain, careful) = (manager(&desk).await, manager(&desk).await);
    let unverified = desk.member(approver()).await;
    let begun = careful.post("/v1/auth/mfa/totp", &json!({ "password": PASSWORD })).await.expect(200).json();
    let code = json!({ "code": code_at(begun["secret"].as_str().unwrap(), 0) });
    careful.post("/v1/auth/mfa/totp/confirm", &code).await.expect(200);
    let order = desk.ordered().await;
    let shown = desk.asks(&order).await;
    for person in [&careful, &unverified] {
        let mail = desk.app.mail(&person.email, "An approval waits").await;
        assert!(!mail.text.contains("token="), "{mail:?}");
        assert!(mail.text.contains(&format!("/approvals/{}", id(&shown))), "{mail:?}");
    }
    // A link from before is worth nothing then.
    let link = token(&desk.app, &plain).await;
    preview(&desk.app, &link).await.expect(200);
    let settings = "/v1/organization/settings";
    let version = desk.owner.get(settings).await.expect(200).json()["version"].as_i64().unwrap();
    desk.owner.patch(settings, version, &json!({ "require_mfa": true })).await.expect(200);
    for answer in [preview(&desk.app, &link).await, approve_by(&desk.app, &link, &shown).await] {
        problem(&answer, 403, "sign_in_to_decide");
    }
    desk.sql(&format!(
        "update organization_settings set require_mfa = {}",
        if engine == Engine::Sqlite { "0" } else { "false" }
    ))
    .await;
    desk.sql("update users set email_verified_at = null").await;
    problem(&approve_by(&desk.app, &link, &shown).await, 403, "sign_in_to_decide");
    assert_eq!(desk.approval(id(&shown)).await["decisions"], Value::Array(Vec::new()));
    approve(&plain, &shown).await.expect(200);
}
