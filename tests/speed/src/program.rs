//! The programs that are measured, each a process of its own.
use crate::{Outcome, dataset::Dataset, options::Options};
use purser_kernel::clock::Stopwatch;
use purser_tests::{
    app::{Answer, PASSWORD, Tenant},
    database::Engine,
};
use serde_json::json;
use std::{
    fs::{self, File},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    process::Stdio,
    time::Duration,
};
use tokio::{
    net::TcpStream,
    process::{Child, Command},
};

/// 32 bytes in base64. It keeps nothing but what these programs make up.
const MASTER_KEY: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
const PATIENCE: Duration = Duration::from_mins(1);

/// A running program; killed when it is dropped.
pub(crate) struct Program {
    pub(crate) address: SocketAddr,
    child: Child,
}

impl Program {
    /// The API. Its log goes into a file, as it would in production.
    pub(crate) async fn api(options: &Options, data: &Dataset, arguments: &[&str]) -> Outcome<Self> {
        let address = free_address()?;
        let mut command = Command::new(options.programs.join("purser"));
        environment(&mut command, data)
            .env("PURSER_LISTEN", address.to_string())
            .env("PURSER_METRICS_LISTEN", free_address()?.to_string())
            .env("PURSER_HTTP_THREADS", options.threads.to_string())
            .env("PURSER_DATABASE_MAX_CONNECTIONS", options.pool.to_string())
            .arg("serve")
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(File::create(options.dir.join("purser.log"))?);
        Self::start(command, address).await
    }

    /// The bare handler.
    pub(crate) async fn bare(options: &Options, data: &Dataset) -> Outcome<Self> {
        let address = free_address()?;
        let mut command = Command::new(options.programs.join("bare"));
        command
            .args(["--url", &data.url, "--listen", &address.to_string()])
            .args(["--organization", &data.organization, "--user", &data.user])
            .args(["--threads", &options.threads.to_string(), "--pool", &options.pool.to_string()]);
        Self::start(command, address).await
    }

    async fn start(mut command: Command, address: SocketAddr) -> Outcome<Self> {
        let mut child = command.kill_on_drop(true).spawn()?;
        let watch = Stopwatch::start();
        while TcpStream::connect(address).await.is_err() {
            if watch.elapsed() > PATIENCE || child.try_wait()?.is_some() {
                return Err(format!("{command:?} does not listen").into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(Self { address, child })
    }

    /// The memory that it holds, in MB: `VmRSS` of `/proc/<id>/status`, in which is what it has touched of its own file, and what lies beside that.
    pub(crate) fn memory(&self) -> Outcome<f64> {
        self.status("VmRSS:")
    }

    /// What it has written of that, in MB: `RssAnon`. The system takes back the rest, and gives it to each process of the same program.
    pub(crate) fn own_memory(&self) -> Outcome<f64> {
        self.status("RssAnon:")
    }

    fn status(&self, name: &str) -> Outcome<f64> {
        let id = self.child.id().ok_or("the program has ended")?;
        let status = fs::read_to_string(format!("/proc/{id}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or_else(|| format!("no {name}"))?;
        let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kib / 1024.0)
    }

    /// Signs the owner up, or in where they are known.
    pub(crate) async fn owner(&self) -> Outcome<Tenant> {
        const EMAIL: &str = "owner@example.com";
        let client = reqwest::Client::builder().no_proxy().build()?;
        let url = format!("http://{}", self.address);
        let body = json!({ "email": EMAIL, "password": PASSWORD });
        let answer = Answer::of(client.post(format!("{url}/v1/auth/login")).json(&body)).await;
        let person = if answer.status == 200 {
            let person = answer.json();
            let organization = person.get("organization_id").cloned();
            let mut person = person.as_object().cloned().unwrap_or_default();
            person.insert("organization".to_owned(), json!({ "id": organization }));
            person.into()
        } else {
            let body = json!({
                "organization_name": "Harbour Wholesale", "full_name": "Olive", "email": EMAIL, "password": PASSWORD,
            });
            Answer::of(client.post(format!("{url}/v1/auth/signup")).json(&body)).await.expect(201).json()
        };
        Ok(Tenant::new(client, url, EMAIL.to_owned(), &person))
    }
}

/// Brings the schema up to date.
pub(crate) async fn migrate(options: &Options, data: &Dataset) -> Outcome<()> {
    let mut command = Command::new(options.programs.join("purser"));
    let ended = environment(&mut command, data).args(["migrate", "up"]).stdout(Stdio::null()).status().await?;
    if ended.success() { Ok(()) } else { Err("purser migrate up failed".into()) }
}

fn environment<'c>(command: &'c mut Command, data: &Dataset) -> &'c mut Command {
    command
        .env_clear()
        .env("PURSER_DATABASE_URL", &data.url)
        .env("PURSER_DATABASE_OWNER_URL", &data.owner_url)
        .env("PURSER_MASTER_KEY", MASTER_KEY)
        // Signing in is not measured here.
        .env("PURSER_ARGON2_MEMORY_KIB", "8")
        .env("PURSER_ARGON2_ITERATIONS", "1")
        .env("PURSER_RATE_LIMIT_ORGANIZATION", "0")
        .env("PURSER_RATE_LIMIT_CALLER", "0")
        .env("PURSER_RATE_LIMIT_ADDRESS", "0")
        .env("PURSER_RATE_LIMIT_SIGN_IN", "0")
}

fn free_address() -> Outcome<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// How a database is called in a table.
pub(crate) fn name(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "SQLite",
        Engine::Postgres => "PostgreSQL",
    }
}
