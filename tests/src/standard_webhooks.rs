//! Somebody else's verifier: the package `standardwebhooks` from PyPI, in an environment of its own below `target/tools`.
//!
//! Where Python or its venv is missing, the test says that it was not run; with `PURSER_TEST_REQUIRE_STANDARDWEBHOOKS=1` that is a
//! failure.
use crate::receiver::Received;
use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};
use tempfile::TempDir;

const PACKAGE: &str = "standardwebhooks==1.0.1";
const PROGRAM: &str = "
import json, sys
from standardwebhooks.webhooks import Webhook
given = json.load(sys.stdin)
Webhook(given['secret']).verify(given['body'], given['headers'])
";

/// Says whether requests are signed as Standard Webhooks has it.
#[derive(Clone, Debug)]
pub struct StandardWebhooks {
    python: PathBuf,
}

impl StandardWebhooks {
    /// The verifier. `None` where there is no Python, which was said then.
    pub fn find() -> Option<Self> {
        static INSTALLED: OnceLock<Result<PathBuf, String>> = OnceLock::new();
        match INSTALLED.get_or_init(install) {
            Ok(python) => Some(Self { python: python.clone() }),
            Err(why) => {
                let required = env::var("PURSER_TEST_REQUIRE_STANDARDWEBHOOKS").is_ok_and(|value| value == "1");
                assert!(!required, "the verifier of Standard Webhooks is required: {why}");
                // Past the test harness, which keeps what tests print to itself.
                std::io::stderr().write_all(format!("standardwebhooks: not run ({why})\n").as_bytes()).ok();
                None
            }
        }
    }

    /// Whether the request is signed with this secret, now.
    pub fn verifies(&self, secret: &str, request: &Received) -> bool {
        let mut python = Command::new(&self.python)
            .args(["-c", PROGRAM])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("python runs");
        let given = serde_json::json!({ "secret": secret, "body": request.body, "headers": request.headers });
        let mut stdin = python.stdin.take().expect("a pipe");
        stdin.write_all(given.to_string().as_bytes()).expect("python reads");
        drop(stdin);
        python.wait().expect("python ends").success()
    }
}

fn install() -> Result<PathBuf, String> {
    let target = env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let tools = target.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target")).join("tools");
    let python = tools.join("standardwebhooks/bin/python");
    if python.exists() {
        return Ok(python);
    }
    fs::create_dir_all(&tools).map_err(|error| error.to_string())?;
    let fresh = TempDir::new_in(&tools).map_err(|error| error.to_string())?;
    let place = fresh.path().join("standardwebhooks");
    run(Command::new("python3").args(["-m", "venv"]).arg(&place), "python3 -m venv")?;
    run(Command::new(place.join("bin/python")).args(["-m", "pip", "install", "--quiet", PACKAGE]), "pip install")?;
    // Complete or not there at all; another suite may have been faster with the same.
    fs::rename(&place, tools.join("standardwebhooks")).ok();
    Ok(python)
}

fn run(command: &mut Command, what: &str) -> Result<(), String> {
    let done = command.stdin(Stdio::null()).output().map_err(|error| format!("{what}: {error}"))?;
    if done.status.success() {
        return Ok(());
    }
    Err(format!("{what}: {}", String::from_utf8_lossy(&done.stderr).trim()))
}
