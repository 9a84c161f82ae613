//! The `purser` program as a process.
use base64::{Engine as _, engine::general_purpose::STANDARD};
use purser_tests::{
    app::{Answer, PASSWORD, Tenant},
    database::TestDatabase,
};
use serde_json::json;
use std::{path::PathBuf, process::Stdio};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// A running `purser serve`. Killed when it is dropped.
pub(crate) struct Program {
    pub(crate) child: Child,
    pub(crate) url: String,
}

/// The program stands beside the folder of the test programs: `cargo test --workspace` builds both.
fn binary() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let binary = tests.parent().unwrap().parent().unwrap().join("purser");
    assert!(binary.exists(), "{} is missing: run `cargo build` or `cargo test --workspace`", binary.display());
    binary
}

impl Program {
    pub(crate) async fn start(database: &TestDatabase, arguments: &[&str]) -> Self {
        let mut command = Command::new(binary());
        let mut child = command
            .env_clear()
            .env("PURSER_DATABASE_URL", &database.application_url)
            .env("PURSER_DATABASE_OWNER_URL", &database.owner_url)
            .env("PURSER_DATABASE_MAX_CONNECTIONS", "4")
            .env("PURSER_MASTER_KEY", STANDARD.encode([7_u8; 32]))
            .env("PURSER_METRICS_LISTEN", "")
            .env("PURSER_LISTEN", "127.0.0.1:0")
            .env("PURSER_LOG_FORMAT", "json")
            .env("PURSER_ARGON2_MEMORY_KIB", "8")
            .env("PURSER_ARGON2_ITERATIONS", "1")
            .arg("serve")
            .args(arguments)
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = loop {
            let line = log.next_line().await.unwrap().unwrap();
            let entry: serde_json::Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no JSON: {line}"));
            if let Some(address) = entry["address"].as_str() {
                break address.to_owned();
            }
        };
        // Somebody has to read on, or the program would wait for room in the pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = log.next_line().await {} });
        Self { child, url: format!("http://{address}") }
    }

    /// SIGKILL: nothing of the program runs after it.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    pub(crate) async fn tenant(&self, email: &str) -> Tenant {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let body = json!({
            "organization_name": "Harbour Wholesale", "full_name": "Olive", "email": email, "password": PASSWORD,
        });
        let request = client.post(format!("{}/v1/auth/signup", self.url)).json(&body);
        let signed_up = Answer::of(request).await.expect(201).json();
        Tenant::new(client, self.url.clone(), email.to_owned(), &signed_up)
    }
}
