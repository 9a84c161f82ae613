//! `purser audit verify`, as an auditor runs it: with a file and a key, and without a database or a configuration.
use crate::trail::Trail;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use purser_tests::{database::Engine, program::binary};
use rstest::rstest;
use std::{fs, path::Path, process::Command};

/// How it ended, and what it said.
fn verify(export: &Path, more: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(binary());
    let output = command.env_clear().args(["audit", "verify"]).arg(export).args(more).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_auditor_needs_a_file_and_a_key(#[case] engine: Engine) {
    let Some(trail) = Trail::new(engine).await else { return };
    trail.seal().await;
    trail.more(1).await;
    let (folder, key) = (tempfile::tempdir().unwrap(), URL_SAFE_NO_PAD.encode(trail.keys().await[0].to_bytes()));
    let file = folder.path().join("audit-logs.jsonl");
    fs::write(&file, trail.export().await).unwrap();

    let (code, said) = verify(&file, &["--key", &key]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("the trail is as it was sealed") && said.contains("1 entries are not sealed yet"), "{said}");
    let root = trail.verify().await.last.unwrap().1;
    assert_eq!(verify(&file, &["--key", &key, "--root", &root]).0, Some(0));
    let (code, said) = verify(&file, &["--key", &key, "--root", &"00".repeat(32)]);
    assert!(code == Some(1) && said.contains("no seal has the root"), "{said}");

    let id = trail.sealed(1).await.remove(3);
    trail.tamper(&[format!("update audit_logs set action = 'x' where id = {}", trail.id(&id))]).await;
    fs::write(&file, trail.export().await).unwrap();
    let (code, said) = verify(&file, &["--key", &key]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains(&format!("failed  entry {id} was changed (seal 1, position 3")), "{said}");
}

#[test]
fn what_makes_no_sense_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let (missing, empty) = (folder.path().join("missing"), folder.path().join("empty"));
    fs::write(&empty, "").unwrap();
    let key = "11".repeat(32);
    assert_eq!(verify(&empty, &[]).0, Some(2), "a key is needed");
    for (file, more, says) in [
        (&missing, ["--key", &key], "cannot be read"),
        (&empty, ["--key", "x"], "x is no public key"),
        // It may begin so.
        (&empty, ["--key", "-x"], "-x is no public key"),
        (&empty, ["--key", &key], "does not begin with a header"),
    ] {
        let (code, said) = verify(file, &more);
        assert!(code == Some(1) && said.contains(says), "{said}");
    }
}
