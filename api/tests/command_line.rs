//! The program as an operator types it. Its being here also makes `cargo test --workspace` build the program, which the black-box
//! suites start.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
use std::process::{Command, Output};

fn purser(folder: &std::path::Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_purser"));
    command.env_clear().current_dir(folder).args(arguments).envs(variables.iter().copied());
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_misspelt_setting_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let refused = purser(folder.path(), &["doctor"], &[("PURSER_LISTENN", "127.0.0.1:1")]);
    assert!(!refused.status.success());
    assert!((text(&refused.stdout) + &text(&refused.stderr)).to_lowercase().contains("listenn"), "{refused:?}");
    std::fs::write(folder.path().join("purser.toml"), "no_such_key = 1\n").unwrap();
    let refused = purser(folder.path(), &["migrate", "status"], &[]);
    assert!(!refused.status.success());
    assert!(text(&refused.stderr).contains("no_such_key"), "{refused:?}");
}

#[test]
fn an_embedded_database_goes_up_and_down_and_the_doctor_is_content() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let output = purser(folder.path(), arguments, &[]);
        assert!(output.status.success(), "{arguments:?} {output:?}");
        text(&output.stdout)
    };
    run(&["migrate", "up"]);
    assert!(run(&["migrate", "status"]).contains("m20261120_000100_organizations"));
    run(&["doctor"]);
    run(&["migrate", "down"]);
    run(&["migrate", "down", "--all"]);
    run(&["migrate", "fresh"]);
    run(&["seed"]);
    run(&["seed"]);
}

#[test]
fn a_server_that_is_to_migrate_begins_with_nothing() {
    let folder = tempfile::tempdir().unwrap();
    // Somebody else has the address, so that it ends once it has migrated.
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ended = purser(folder.path(), &["serve", "--migrate"], &[("PURSER_LISTEN", &address)]);
    assert!(!ended.status.success());
    assert!(text(&ended.stdout).contains("m20261120_000100_organizations"), "{ended:?}");
}

#[test]
fn keys_are_rotated_and_destroyed_on_purpose_only() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str], variables: &[(&str, &str)]| {
        let output = purser(folder.path(), arguments, variables);
        (output.status.success(), text(&output.stdout) + &text(&output.stderr))
    };
    assert!(run(&["seed"], &[]).0);
    assert!(!run(&["keys", "rotate"], &[]).0, "of which key?");
    assert!(!run(&["keys", "rotate", "--signing", "--master"], &[]).0, "one at a time");
    let (done, said) = run(&["keys", "rotate", "--all-organizations"], &[]);
    assert!(done && said.contains("1 organizations have a new key"), "{said}");
    let (done, said) = run(&["keys", "rotate", "--organization", "demonstration-supplies"], &[]);
    assert!(done && said.contains("version 3 of its key seals"), "{said}");
    let (done, said) = run(&["keys", "rotate", "--organization", "nobody"], &[]);
    assert!(!done && said.contains("There is no organization nobody"), "{said}");
    let (done, said) = run(&["keys", "status"], &[]);
    assert!(done && said.contains("0 secrets are left on older ones"), "{said}");

    let destroy =
        |confirm| run(&["keys", "destroy", "--organization", "demonstration-supplies", "--confirm", confirm], &[]);
    assert!(destroy("no").1.contains("--confirm does not name demonstration-supplies"));
    let (done, said) = destroy("demonstration-supplies");
    assert!(!done && said.contains("is not closed"), "{said}");

    let old = std::fs::read_to_string(folder.path().join("purser-data/master.key")).unwrap();
    let new = "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=";
    let both = [("PURSER_MASTER_KEY", new), ("PURSER_MASTER_KEY_PREVIOUS", old.trim())];
    assert!(!run(&["keys", "status"], &both[..1]).0, "nothing is wrapped by it yet");
    let (done, said) = run(&["keys", "status"], &both);
    assert!(done && said.contains("PURSER_MASTER_KEY_PREVIOUS seals"), "{said}");
    let (done, said) = run(&["keys", "rotate", "--master"], &both);
    assert!(done && said.contains("nothing is left on the old key"), "{said}");
    let (done, said) = run(&["keys", "status"], &both[..1]);
    assert!(done && said.contains("ok      PURSER_MASTER_KEY seals"), "{said}");
    assert!(!run(&["keys", "status"], &[]).0, "the old key alone");
}

#[test]
fn production_does_not_make_up_its_master_key() {
    let folder = tempfile::tempdir().unwrap();
    let refused = purser(folder.path(), &["serve"], &[("PURSER_ENVIRONMENT", "production")]);
    assert!(!refused.status.success());
    assert!(text(&refused.stderr).contains("PURSER_MASTER_KEY"), "{refused:?}");
}

#[test]
fn production_has_no_account_that_everybody_knows() {
    let folder = tempfile::tempdir().unwrap();
    let key = "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=";
    for command in ["seed", "demo"] {
        let refused =
            purser(folder.path(), &[command], &[("PURSER_ENVIRONMENT", "production"), ("PURSER_MASTER_KEY", key)]);
        assert!(!refused.status.success() && text(&refused.stderr).contains("everybody"), "{refused:?}");
    }
    assert!(!folder.path().join("purser-data").exists(), "nothing was made");
}

#[test]
fn who_administers_the_platform_is_said_on_the_machine() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [["migrate", "up"].as_slice(), &["seed"], &["admins", "list"]] {
        let output = purser(folder.path(), arguments, &[]);
        assert!(output.status.success(), "{arguments:?} {output:?}");
    }
    for (email, why) in [
        ("nobody", "no mail address"),
        ("nobody@example.com", "Nobody has signed up"),
        ("admin@purser.example", "has not verified"),
    ] {
        let refused = purser(folder.path(), &["admins", "grant", email], &[]);
        assert!(!refused.status.success(), "{email}");
        assert!(text(&refused.stderr).contains(why), "{email}: {refused:?}");
    }
    let revoked = purser(folder.path(), &["admins", "revoke", "admin@purser.example"], &[]);
    assert!(text(&revoked.stdout).contains("as before"), "{revoked:?}");
}
