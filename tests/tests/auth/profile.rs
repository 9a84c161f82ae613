//! What people say of themselves.
use purser_kernel::{Permission, PermissionSet};
use purser_tests::{
    app::{Answer, TestApp},
    database::Engine,
};
use rstest::rstest;
use serde_json::{Value, json};

const OWN: &str = "/v1/me/profile";

fn problem(answer: &Answer, status: u16, id: &str) {
    assert_eq!((answer.status, &*answer.problem()), (status, id), "{answer:?}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_person_says_who_they_are(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Acme").await;
    let member = app.member(&owner, PermissionSet::empty()).await;
    let version = async || member.get(OWN).await.expect(200).json()["version"].as_i64().unwrap();
    let said = json!({
        "full_name": "Ann Miller", "username": "Ann.Miller", "job_title": "Buyer", "phone": "+49 30 901820",
        "avatar_url": "https://example.com/ann.png",
    });
    let first = version().await;
    let kept = member.patch(OWN, first, &said).await.expect(200);
    assert_eq!(kept.header("etag"), format!("\"{}\"", first + 1));
    for (field, value) in said.as_object().unwrap() {
        assert_eq!(kept.json()[field], *value);
    }
    assert_eq!(member.get("/v1/me").await.expect(200).json()["user"]["full_name"], "Ann Miller");
    let names: Vec<Value> = owner.get("/v1/members").await.expect(200).json()["data"].as_array().unwrap().clone();
    assert!(names.iter().any(|member| member["full_name"] == "Ann Miller"), "{names:?}");
    // Taken back, all but the name.
    let gone = json!({ "username": null, "job_title": null, "phone": null, "avatar_url": null });
    let kept = member.patch(OWN, first + 1, &gone).await.expect(200).json();
    assert_eq!(
        (&kept["full_name"], &kept["username"], &kept["phone"]),
        (&json!("Ann Miller"), &Value::Null, &Value::Null)
    );
    problem(&member.patch(OWN, first, &json!({ "job_title": "x" })).await, 412, "stale");
    // What is personal stays out of the trail.
    let trail = owner.get("/v1/audit-logs?resource=user").await.expect(200);
    assert!(trail.body.contains("user.update_profile") && !trail.body.contains("901820"), "{trail:?}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_user_name_is_one_person_s(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let (ann, ben) = (app.tenant("Acme").await, app.tenant("Harbor").await);
    let version = ben.get(OWN).await.expect(200).json()["version"].as_i64().unwrap();
    let named = async |name: &str| ben.patch(OWN, version, &json!({ "username": name })).await;
    let taken = ann.get(OWN).await.expect(200).json()["version"].as_i64().unwrap();
    ann.patch(OWN, taken, &json!({ "username": "Ann" })).await.expect(200);
    problem(&named("aNN").await, 409, "username_taken");
    for wrong in ["an", ".ann", "ann-", "änn", "аnn", "ann miller", &"x".repeat(65)] {
        let answer = named(wrong).await;
        problem(&answer, 422, "validation_failed");
        assert_eq!(answer.json()["errors"][0]["pointer"], "/username", "{wrong}");
    }
    let address = json!({ "avatar_url": "http://example.com/ben.png" });
    problem(&ben.patch(OWN, version, &address).await, 422, "validation_failed");
    assert_eq!(ben.get(OWN).await.expect(200).json()["version"], version, "nothing was changed");
    // Of two who choose a name at once one is told.
    let choice = json!({ "username": "captain" });
    let after = taken + 1;
    let (one, other) = tokio::join!(ann.patch(OWN, after, &choice), ben.patch(OWN, version, &choice));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_program_has_no_profile(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Acme").await;
    let program = owner.program(PermissionSet::all() - Permission::decisions()).await;
    problem(&program.get(OWN).await, 403, "person_required");
}
