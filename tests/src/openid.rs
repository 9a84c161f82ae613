//! A real OpenID provider: `oidc-provider` from npm, on ports of its own, for the life of a test. `tests/openid` has what is
//! installed, into `target/tools`, and how it is told what to do.
//!
//! Where Node or npm is missing, the tests that need it are not run, and say so; with `PURSER_TEST_REQUIRE_OIDC=1` that is a
//! failure.
use crate::{
    app::{Answer, client},
    certificates::certificates,
};
use serde_json::{Value, json};
use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
};
use tempfile::TempDir;

/// The client that the provider knows.
pub const CLIENT_ID: &str = "purser";
/// Its secret.
pub const CLIENT_SECRET: &str = "known to both of us, and to nobody else";
/// The page that the provider sends people back to.
pub const REDIRECT_URI: &str = "https://purser.example.com/oidc/callback";

/// A provider that runs, over TLS and without.
#[derive(Debug)]
pub struct OpenIdProvider {
    control: u64,
    tls: u64,
    plain: u64,
    ca: String,
    process: Child,
    _folder: TempDir,
}

impl OpenIdProvider {
    /// A provider that knows nobody. `None` where there is no Node, which was said then.
    pub fn start() -> Option<Self> {
        static INSTALLED: OnceLock<Result<PathBuf, String>> = OnceLock::new();
        let program = match INSTALLED.get_or_init(install) {
            Ok(program) => program,
            Err(why) => {
                let required = env::var("PURSER_TEST_REQUIRE_OIDC").is_ok_and(|value| value == "1");
                assert!(!required, "an OpenID provider is required: {why}");
                // Past the test harness, which keeps what tests print to itself.
                std::io::stderr().write_all(format!("OpenID Connect: not run ({why})\n").as_bytes()).ok();
                return None;
            }
        };
        let folder = tempfile::tempdir().expect("a temporary folder");
        let ca = certificates(folder.path());
        let settings = json!({
            "clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET, "redirectUri": REDIRECT_URI,
            "folder": folder.path().to_str().expect("a path in UTF-8"),
        });
        let mut process = Command::new("node")
            .arg(program)
            .arg(settings.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node runs");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("a pipe")).read_line(&mut line).expect("the provider starts");
        let ports: Value = serde_json::from_str(&line).expect("the provider says where it is");
        let port = |name: &str| ports[name].as_u64().expect("a port");
        Some(Self {
            control: port("port"),
            tls: port("tlsPort"),
            plain: port("plainPort"),
            ca,
            process,
            _folder: folder,
        })
    }

    /// The body that connects it.
    pub fn integration(&self) -> Value {
        json!({
            "name": "Our provider",
            "config": {
                "issuer": self.issuer(), "client_id": CLIENT_ID, "ca_certificate": self.ca,
                "scopes": ["email", "profile", "groups", "offline_access"], "groups_claim": "groups",
            },
            "credentials": { "client_secret": CLIENT_SECRET },
        })
    }

    /// Who it says it is.
    pub fn issuer(&self) -> String {
        format!("https://localhost:{}", self.tls)
    }

    /// The same without TLS.
    pub fn plain_issuer(&self) -> String {
        format!("http://localhost:{}", self.plain)
    }

    /// Somebody with this subject, or what is different about them: `claims`, and `acr`, `amr`, `disabled`.
    pub async fn person(&self, subject: &str, mut person: Value) {
        person["id"] = subject.into();
        self.tell("/people", &person).await;
    }

    /// What is wrong with the tokens from now on: other `claims`, another `header`, another `key`. Null for nothing.
    pub async fn lie(&self, how: Value) {
        self.tell("/lie", &how).await;
    }

    /// Lets somebody sign in at this address. Returns the query that their browser comes back with.
    pub async fn sign_in(&self, address: &str, subject: &str) -> Value {
        let answer = self.tell("/browse", &json!({ "url": address, "person": subject })).await;
        let location = answer["location"].as_str().unwrap_or_else(|| panic!("the browser came back: {answer}"));
        let (page, query) = location.split_once('?').expect("a query");
        assert_eq!(page, REDIRECT_URI);
        let query = format!("http://localhost/?{query}").parse::<reqwest::Url>().expect("a URL");
        query.query_pairs().map(|(name, value)| (name.into_owned(), Value::from(value.into_owned()))).collect()
    }

    /// Nobody answers any more.
    pub fn stop(mut self) {
        self.end();
    }

    async fn tell(&self, path: &str, what: &Value) -> Value {
        let url = format!("http://127.0.0.1:{}{path}", self.control);
        Answer::of(client().post(url).json(what)).await.expect(200).json()
    }

    fn end(&mut self) {
        drop(self.process.stdin.take());
        self.process.wait().ok();
    }
}

impl Drop for OpenIdProvider {
    fn drop(&mut self) {
        self.end();
    }
}

/// What is installed, and by what it is known that it was.
const FILES: [&str; 3] = ["package.json", "package-lock.json", "provider.mjs"];

/// Installs the provider, unless that was done before, and returns where its program is.
fn install() -> Result<PathBuf, String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("openid");
    let target = env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let tools = target.unwrap_or_else(|| source.join("../../target")).join("tools");
    let installed = tools.join("openid");
    let is_same = |name: &&str| fs::read(installed.join(name)).ok() == fs::read(source.join(name)).ok();
    if !FILES.iter().all(is_same) {
        install_into(&source, &tools, &installed)?;
    }
    let node = Command::new("node").arg("--version").stdout(Stdio::null()).status();
    node.map_err(|_| "node is not installed")?;
    Ok(installed.join("provider.mjs"))
}

fn install_into(source: &Path, tools: &Path, installed: &Path) -> Result<(), String> {
    let text = |error: std::io::Error| error.to_string();
    fs::create_dir_all(tools).map_err(text)?;
    let fresh = TempDir::new_in(tools).map_err(text)?;
    for name in FILES {
        fs::copy(source.join(name), fresh.path().join(name)).map_err(text)?;
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&fresh).stdin(Stdio::null());
    let done = npm.output().map_err(|_| "npm is not installed")?;
    if !done.status.success() {
        return Err(format!("npm ci: {}", String::from_utf8_lossy(&done.stderr).trim()));
    }
    // Complete or not there at all; another suite may have been faster with the same.
    fs::rename(installed, fresh.path().join("before")).ok();
    fs::rename(fresh.path(), installed).ok();
    Ok(())
}
