//! The `purser` program as a process.
use crate::{
    app::{Tenant, client, eventually},
    database::TestDatabase,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;
use std::{
    path::PathBuf,
    process::Stdio,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// A running `purser serve` or `purser worker`. Killed when it is dropped.
#[derive(Debug)]
pub struct Program {
    /// The process.
    pub child: Child,
    /// Where it answers; nowhere if it is a worker.
    pub url: String,
    log: Log,
}

/// What it has logged since it began.
type Log = Arc<Mutex<String>>;

/// The program stands beside the folder of the test programs: `cargo test --workspace` builds both.
pub fn binary() -> PathBuf {
    let tests = std::env::current_exe().expect("a test program has a path");
    let binary = tests.ancestors().nth(2).expect("it stands in a folder of a folder").join("purser");
    assert!(binary.exists(), "{} is missing: run `cargo build` or `cargo test --workspace`", binary.display());
    binary
}

fn command(database: &TestDatabase, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(binary());
    command
        .env_clear()
        .env("PURSER_DATABASE_URL", &database.application_url)
        .env("PURSER_DATABASE_OWNER_URL", &database.owner_url)
        .env("PURSER_DATABASE_MAX_CONNECTIONS", "4")
        .env("PURSER_MASTER_KEY", STANDARD.encode([7_u8; 32]))
        .env("PURSER_DATA_DIR", database.folder.path())
        .env("PURSER_METRICS_LISTEN", "")
        .env("PURSER_LISTEN", "127.0.0.1:0")
        .env("PURSER_LOG_FORMAT", "json")
        .env("PURSER_ARGON2_MEMORY_KIB", "8")
        .env("PURSER_ARGON2_ITERATIONS", "1")
        .env("PURSER_RATE_LIMIT_ORGANIZATION", "0")
        .env("PURSER_RATE_LIMIT_CALLER", "0")
        .env("PURSER_RATE_LIMIT_ADDRESS", "0")
        .env("PURSER_RATE_LIMIT_SIGN_IN", "0")
        .envs(variables.iter().copied())
        .args(arguments)
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

fn spawn(database: &TestDatabase, arguments: &[&str], variables: &[(&str, &str)]) -> Child {
    let arguments = [&["serve"], arguments].concat();
    command(database, &arguments, variables).spawn().expect("the program starts")
}

/// Runs `purser` with these arguments to its end: whether it ended well, and what it has said on standard output.
pub async fn run(database: &TestDatabase, arguments: &[&str]) -> (bool, String) {
    let output = command(database, arguments, &[]).output().await.expect("the program runs");
    (output.status.success(), String::from_utf8(output.stdout).expect("it says UTF-8"))
}

impl Program {
    /// Starts it and waits until it serves.
    pub async fn start(database: &TestDatabase, arguments: &[&str]) -> Self {
        Self::start_with(database, arguments, &[]).await
    }

    /// As [`Program::start`], with more of the environment.
    pub async fn start_with(database: &TestDatabase, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let (child, address, log) = begun(spawn(database, arguments, variables), "address").await;
        Self { child, url: format!("http://{address}"), log }
    }

    /// Starts `purser worker` and waits until it works.
    pub async fn worker(database: &TestDatabase, variables: &[(&str, &str)]) -> Self {
        let child = command(database, &["worker"], variables).spawn().expect("the program starts");
        let (child, _, log) = begun(child, "metrics").await;
        Self { child, url: String::new(), log }
    }

    /// What it has logged since it began, once `words` are in it.
    pub async fn log(&self, words: &str) -> String {
        eventually(&format!("{words} to be logged"), || async {
            let log = self.log.lock().expect("nobody panics with it").clone();
            log.contains(words).then_some(log)
        })
        .await
    }

    /// SIGTERM, and how it ended: nothing after 30 seconds, when others would kill it.
    pub async fn end(mut self) -> Option<std::process::ExitStatus> {
        let process = self.child.id().expect("it runs").to_string();
        let told = Command::new("kill").args(["-TERM", &process]).status().await.expect("it can be told");
        assert!(told.success(), "it was there to be told");
        let ended = tokio::time::timeout(Duration::from_secs(30), self.child.wait()).await;
        ended.ok().map(|status| status.expect("it can be waited for"))
    }

    /// Starts it and kills it `after` that, wherever it is then.
    pub async fn start_and_kill(database: &TestDatabase, after: Duration) {
        let mut child = spawn(database, &[], &[]);
        tokio::time::sleep(after).await;
        child.kill().await.expect("it runs");
    }

    /// SIGKILL: nothing of the program runs after it.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("it runs");
    }

    /// An organization with its owner signed in.
    pub async fn tenant(&self, email: &str) -> Tenant {
        Tenant::sign_up(&client(), &self.url, "Harbour Wholesale", email).await
    }
}

/// Reads its log until there is an entry with this field: what that says, and where all of it is kept.
async fn begun(mut child: Child, field: &str) -> (Child, String, Log) {
    let mut log = BufReader::new(child.stderr.take().expect("its log is a pipe")).lines();
    let kept = Log::default();
    let begun = loop {
        let line = log.next_line().await.expect("the log can be read").expect("the program begins before it ends");
        keep(&kept, &line);
        let entry: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no JSON: {line}"));
        if let Some(begun) = entry[field].as_str() {
            break begun.to_owned();
        }
    };
    // Somebody has to read on, or the program would wait for room in the pipe. What it says of bugs stands beside the test.
    let keeper = kept.clone();
    tokio::spawn(async move {
        while let Ok(Some(line)) = log.next_line().await {
            keep(&keeper, &line);
            let entry: Value = serde_json::from_str(&line).unwrap_or_default();
            if entry.is_null() || entry["level"] == "ERROR" {
                eprintln!("{line}");
            }
        }
    });
    (child, begun, kept)
}

fn keep(log: &Log, line: &str) {
    if let Ok(mut log) = log.lock() {
        log.push_str(line);
        log.push('\n');
    }
}
