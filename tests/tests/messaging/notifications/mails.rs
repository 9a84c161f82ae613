//! Mails at once: to whom they still go when they are sent, and what becomes of those that fail.
use super::{House, LIST, kinds, path, prefer, rows};
use chrono::TimeDelta;
use purser_kernel::Permission;
use purser_tests::{app::Tenant, database::Engine, payloads};
use rstest::rstest;
use serde_json::json;
use std::{
    fs,
    path::{Path, PathBuf},
};

const SUBJECT: &str = "The secret openai_api_key";

/// Somebody who is mailed at once when a secret was replaced.
async fn keeper(house: &House) -> Tenant {
    let keeper = house.member(Permission::SecretsManage).await;
    let change = json!({ "kinds": { "secret_changed": { "mail": "immediately" } } });
    prefer(&keeper, change).await.expect(200);
    keeper
}

/// No mail gets out: a file stands where the mailbox has to be.
pub(super) fn block(house: &House) -> PathBuf {
    let folder = house.app.database.folder.path().join("mail");
    let aside = folder.with_extension("aside");
    if folder.exists() {
        fs::rename(&folder, &aside).unwrap();
    }
    fs::write(&folder, "").unwrap();
    folder
}

pub(super) fn unblock(folder: &Path) {
    fs::remove_file(folder).unwrap();
    let aside = folder.with_extension("aside");
    if aside.exists() {
        fs::rename(aside, folder).unwrap();
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_mail_that_fails_is_tried_again_and_is_one(#[case] engine: Engine) {
    let Some(house) = House::open(engine).await else { return };
    let keeper = keeper(&house).await;
    house.settle().await;
    let folder = block(&house);
    house.secret(&house.owner, "first").await;
    house.settle().await;
    let tried = "select last_error from jobs where kind = 'notifications.mail' and status = 'ready' and attempts = 1";
    assert_eq!(house.sql_rows(tried).await, [["internal"]]);
    assert!(payloads::assert_no_words(&house.app.database).await.contains("notifications.mail"));
    unblock(&folder);
    house.later(TimeDelta::seconds(1));
    house.app.mail(&keeper.email, SUBJECT).await;
    house.settle().await;
    let sent = house.mails(&keeper, SUBJECT);
    assert_eq!(sent.len(), 1);
    assert!(
        sent[0].text.contains("/organization/secrets") && sent[0].text.contains("/settings/notifications"),
        "{sent:?}"
    );
    // As if the worker had died between sending it and saying so: the same mail, by its id.
    house.sql("update jobs set status = 'ready' where kind = 'notifications.mail'").await;
    house.settle().await;
    let again = house.mails(&keeper, SUBJECT);
    assert_eq!((again.len(), &again[0].message_id), (1, &sent[0].message_id));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn whom_it_does_not_concern_any_more_gets_no_mail(#[case] engine: Engine) {
    let Some(house) = House::open(engine).await else { return };
    let owner = &house.owner;
    let [disabled, demoted, reader, changed, stays] =
        [keeper(&house).await, keeper(&house).await, keeper(&house).await, keeper(&house).await, keeper(&house).await];
    house.settle().await;
    let folder = block(&house);
    house.secret(owner, "first").await;
    house.settle().await;
    assert_eq!(kinds(&reader).await, ["secret_changed"]);
    // All of it happens before the mails get out.
    owner.verb(&format!("{}/disable", house.path(&disabled).await)).await.expect(200);
    let denied = json!({ "grants": [], "denials": ["secrets.manage"] });
    owner.put(&format!("{}/permissions", house.path(&demoted).await), &denied).await.expect(200);
    let told = rows(&reader, LIST).await.remove(0);
    reader.verb(&format!("{}/read", path(&told))).await.expect(200);
    prefer(&changed, json!({ "kinds": { "secret_changed": { "mail": "off" } } })).await.expect(200);
    unblock(&folder);
    house.later(TimeDelta::seconds(1));
    house.app.mail(&stays.email, SUBJECT).await;
    house.sql("update jobs set last_error = null where status = 'ready'").await;
    house.settle().await;
    let mails = [&disabled, &demoted, &reader, &changed, &stays].map(|person| house.mails(person, SUBJECT).len());
    assert_eq!(mails, [0, 0, 0, 0, 1]);
    // Who is disabled is told nothing of what happens later either.
    house.secret(&house.back(owner).await, "second").await;
    house.settle().await;
    let rows = "select cast(count(*) as text) from notifications where kind = 'secret_changed'";
    assert_eq!(house.sql_rows(rows).await, [["8"]], "five of the first, three of the second");
}
