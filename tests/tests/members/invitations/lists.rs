//! The list of invitations.
use super::{LIST, accept, at, invite, invited};
use crate::rows;
use purser_tests::{app::TestApp, database::Engine};
use rstest::rstest;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn is_filtered_by_status_and_paged(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    accept(&app, &invited(&app, &owner, "accepted@example.org", "viewer").await).await.expect(200);
    for email in ["expired@example.org", "revoked@example.org", "one@example.org", "two@example.org"] {
        invite(&owner, email, "viewer").await.expect(201);
    }
    let revoked = crate::row(&owner, LIST, "email", "revoked@example.org").await;
    owner.verb(&format!("{}/revoke", at(&revoked))).await.expect(200);
    let sql = "update invitations set expires_at = '2026-11-20 10:00:00+00:00' where email = 'expired@example.org'";
    app.database.owner().await.execute(sql).await.unwrap();
    assert_eq!(rows(&owner, LIST).await.len(), 5);
    for (status, count) in [("pending", 2), ("accepted", 1), ("expired", 1), ("revoked", 1)] {
        let found = rows(&owner, &format!("{LIST}?status={status}")).await;
        assert_eq!(found.len(), count, "{status}");
        assert!(found.iter().all(|row| row["status"] == status), "{found:?}");
    }
    // The next page fits, although time has passed.
    let first = owner.get(&format!("{LIST}?status=pending&limit=1")).await.expect(200).json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let next = format!("{LIST}?status=pending&limit=1&cursor={cursor}");
    let second = owner.get(&next).await.expect(200).json();
    assert_eq!(first["data"][0]["email"], "two@example.org");
    assert_eq!(second["data"][0]["email"], "one@example.org");
    assert!(second["next_cursor"].is_null());
}
