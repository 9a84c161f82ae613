//! What an operator decides: defaults, then `purser.toml`, then `PURSER_*` variables, then flags.
//!
//! Every key has one name in three spellings: `max_body_bytes` in the file, `PURSER_MAX_BODY_BYTES` as a variable,
//! `--max-body-bytes` where a command has it as a flag. A key that does not exist is an error, wherever it stands: a misspelt
//! setting that is silently ignored is found in an incident. Secrets may stand in a file of their own, which the key with
//! `_FILE` behind it names. A value is looked at once, here; what comes out is typed.
mod error;
mod layer;
mod settings;

pub use error::ConfigError;

use crate::http::LimitOptions;
use crate::mail::{Relay, Sender};
use chrono::TimeDelta;
use ipnet::IpNet;
use layer::Layer;
use purser_auth::{BreachedPasswords, SignUpMode};
use purser_integrations::{delivery::WebhookOptions, gmail::GOOGLE_KEYS, streams::StreamOptions};
use purser_kernel::{ExposeSecret, Links, SecretString};
use purser_store::DatabaseOptions;
use serde::Deserialize;
use settings::Settings;
use std::{
    ffi::OsString,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

/// Where Purser runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    /// On somebody's desk: what is missing is made up where that is safe, the master key above all.
    Development,
    /// For real: what is missing is an error.
    Production,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object in a line, for programs.
    Json,
}

/// Everything an operator can decide. Each field has the name of its key.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where Purser runs. Default: development.
    pub environment: Environment,
    /// The database as the server reaches it, `sqlite://…` or `postgres://…`. Without one: `purser.db` in the data directory.
    pub database_url: Option<SecretString>,
    /// The database as its owner reaches it, for migrations. Without one: `database_url`.
    pub database_owner_url: Option<SecretString>,
    /// The database around a proxy that pools transactions, for LISTEN. Without one: `database_url`.
    pub database_direct_url: Option<SecretString>,
    /// Connections of this process; on SQLite, readers beside the one writer. Default: 10.
    pub database_max_connections: u32,
    /// How long a request waits for a connection before it is told to try again. In seconds; default: 5.
    pub database_acquire_timeout: Duration,
    /// Whether the PostgreSQL is a Citus cluster. Default: no.
    pub database_citus: bool,
    /// Where the API listens; port 0 takes any that is free. Default: `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// Where metrics are read; empty turns them off. Default: `127.0.0.1:9464`.
    pub metrics_listen: Option<SocketAddr>,
    /// Where the embedded database, files and, in development, the master key are kept. Default: `./purser-data`.
    pub data_dir: PathBuf,
    /// 32 bytes in base64, from which every other key follows. Production does not start without it.
    pub master_key: Option<SecretString>,
    /// The master key before this one, as long as a rotation goes on (`purser keys rotate --master`): what it has sealed still opens.
    pub master_key_previous: Option<SecretString>,
    /// Which lines are logged, in the language of tracing's `EnvFilter`. Default: `info`.
    pub log: String,
    /// How they look. Default: text.
    pub log_format: LogFormat,
    /// Jobs at the same time in `purser serve`; 0 leaves them to `purser worker`. Default: 4.
    pub workers: usize,
    /// Threads that answer requests. Default: one for each core.
    pub http_threads: usize,
    /// The largest body of a request. Default: 1 MiB.
    pub max_body_bytes: usize,
    /// The largest file of an import. Default: 100 MiB.
    pub max_import_bytes: u64,
    /// The largest file that is kept. Default: 100 MiB.
    pub max_media_bytes: u64,
    /// Where files are kept. Several processes need the same. Without one: `media` in the data directory.
    pub media_dir: Option<PathBuf>,
    /// How long a client may take nothing of what it is sent before its connection ends. In seconds; default: 60.
    pub send_timeout: Duration,
    /// How long accepted requests and running jobs have to end after the process was told to stop. In seconds; default: 25.
    pub shutdown_timeout: Duration,
    /// Memory of one password hash, in KiB. Default: 19,456, as OWASP's cheat sheet on password storage has it.
    pub argon2_memory_kib: u32,
    /// Passes of one password hash. Default: 2, from the same place.
    pub argon2_iterations: u32,
    /// Wrong passwords in a row from one network, at accounts that were never used from there, after which that network is
    /// paused; 0 never. Default: 20.
    pub network_free_failures: u16,
    /// How strangers found organizations: `at_once`, or `by_mail`, after they have answered a mail. Default: `by_mail` in production,
    /// `at_once` in development.
    pub sign_up: SignUpMode,
    /// The fewest characters of a password, 8 to 64. Default: 12.
    pub password_min_length: usize,
    /// Passwords that were breached elsewhere and are refused, by the path of the list. Default: none.
    pub breached_passwords: Option<BreachedPasswords>,
    /// How long a session lasts without being renewed. In days; default: 30.
    pub session_idle_days: u32,
    /// How long a session lasts, however often it is renewed. In days; default: 90.
    pub session_max_days: u32,
    /// Addresses and networks of proxies whose word on the client's address counts. Without any, the peer is the client.
    pub trusted_proxies: Vec<IpNet>,
    /// Origins such as `https://app.example.com`, whose pages may call the API from a browser. Default: none.
    pub cors_allowed_origins: Vec<String>,
    /// Whether browsers may keep their tokens in cookies. Default: no.
    pub cookies: bool,
    /// How many requests a minute each process takes: `rate_limit_organization` (default 6,000), `rate_limit_caller` (a session or an API key;
    /// 1,200), `rate_limit_address` (who is not signed in; 1,200), `rate_limit_sign_in` (an address under `/v1/auth`; 60). 0 turns one off.
    pub limits: LimitOptions,
    /// Where people reach Purser's pages: links in mails begin with it. Must be set where `smtp_url` is; else: where the API listens.
    pub public_url: Option<Links>,
    /// The server that takes mails: `smtps://user:password@host`, or `smtp://…` with STARTTLS. Without one they stay in files.
    pub smtp_url: Option<Relay>,
    /// Who mails are from, such as `Purser <purser@example.com>`. Must be set where `smtp_url` is.
    pub mail_from: Option<Sender>,
    /// Whether organizations' directories may be in private networks (RFC 1918, RFC 4193), as where one runs Purser for itself.
    /// Default: in development.
    pub private_providers: bool,
    /// Where the keys are published that Google signs pushes with. Default: where Google publishes them.
    pub google_keys_url: String,
    /// Whether events may be sent to the server's own machine, without TLS and at every port. For development: whoever may make
    /// endpoints reaches what listens there. Default: no.
    pub webhooks_allow_loopback: bool,
    /// The ports that events are sent to; without TLS at port 80 alone, where it is among them. Default: 443.
    pub webhook_ports: Vec<u16>,
    /// What is waited between attempts at an event, a fifth more or less; after the last of these, the last again. In seconds; default:
    /// 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400.
    pub webhook_waits: Vec<TimeDelta>,
    /// How long an endpoint's answer is waited for. In seconds; default: 15.
    pub webhook_timeout: Duration,
    /// Endpoints that this process sends to at the same time, beside its `workers`. Default: 32.
    pub webhook_concurrency: usize,
    /// How long deliveries that are over can be looked at and replayed. In days; default: 30.
    pub webhook_retention_days: u32,
    /// How often a stream of events on which nothing happens shows that it is there. In seconds; default: 15.
    pub stream_heartbeat: Duration,
    /// Streams of events of an organization in this process. Default: 1,000.
    pub streams_per_organization: usize,
    /// Streams of events of a person or an API key in this process. Default: 100.
    pub streams_per_caller: usize,
    /// How long notifications are kept after they were read. In days; default: 90.
    pub notification_retention_days: u32,
    /// A role of the PostgreSQL that may read tenants' tables and nothing else, which `purser migrate up` grants that.
    pub reporting_role: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            environment: Environment::Development,
            database_url: None,
            database_owner_url: None,
            database_direct_url: None,
            database_max_connections: 10,
            database_acquire_timeout: Duration::from_secs(5),
            database_citus: false,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            metrics_listen: Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 9464))),
            data_dir: PathBuf::from("purser-data"),
            master_key: None,
            master_key_previous: None,
            log: "info".to_owned(),
            log_format: LogFormat::Text,
            workers: 4,
            http_threads: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            max_body_bytes: 1024 * 1024,
            max_import_bytes: 100 * 1024 * 1024,
            max_media_bytes: 100 * 1024 * 1024,
            media_dir: None,
            send_timeout: Duration::from_mins(1),
            shutdown_timeout: Duration::from_secs(25),
            argon2_memory_kib: 19_456,
            argon2_iterations: 2,
            network_free_failures: 20,
            sign_up: SignUpMode::AtOnce,
            password_min_length: 12,
            breached_passwords: None,
            session_idle_days: 30,
            session_max_days: 90,
            trusted_proxies: Vec::new(),
            cors_allowed_origins: Vec::new(),
            cookies: false,
            limits: LimitOptions { organization: 6_000, caller: 1_200, address: 1_200, sign_in: 60 },
            public_url: None,
            smtp_url: None,
            mail_from: None,
            webhooks_allow_loopback: false,
            webhook_ports: vec![443],
            webhook_waits: WebhookOptions::usual_waits(),
            webhook_timeout: Duration::from_secs(15),
            webhook_concurrency: 32,
            webhook_retention_days: 30,
            stream_heartbeat: Duration::from_secs(15),
            streams_per_organization: 1_000,
            streams_per_caller: 100,
            notification_retention_days: 90,
            private_providers: true,
            google_keys_url: GOOGLE_KEYS.to_owned(),
            reporting_role: None,
        }
    }
}

/// The file that is read when nobody names one.
const FILE: &str = "purser.toml";

impl Config {
    /// Reads the configuration.
    ///
    /// `file` must exist when it is given; without it `purser.toml` in the working directory is read if it is there.
    /// `variables` are the process's; of these, only names that begin with `PURSER_` are looked at. `flags` are keys and values
    /// from the command line.
    pub fn load(
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
        flags: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Result<Self, ConfigError> {
        let file = file.or_else(|| Some(Path::new(FILE)).filter(|path| path.exists()));
        let mut layers = Vec::new();
        layers.extend(file.map(Layer::file).transpose()?);
        layers.push(Layer::variables(variables)?);
        layers.push(Layer::flags(flags));
        Settings::of(layers)?.parse()
    }

    /// The database as the server reaches it.
    pub fn database(&self) -> DatabaseOptions {
        self.options(self.url())
    }

    /// The database as its owner reaches it.
    pub fn database_as_owner(&self) -> DatabaseOptions {
        self.options(self.database_owner_url.clone().unwrap_or_else(|| self.url()))
    }

    /// Where LISTEN works.
    pub fn direct_url(&self) -> SecretString {
        self.database_direct_url.clone().unwrap_or_else(|| self.url())
    }

    fn url(&self) -> SecretString {
        self.database_url.clone().unwrap_or_else(|| sqlite_url(&self.database_file()))
    }

    /// The embedded database in the data directory, which is used unless `database_url` says otherwise.
    pub fn database_file(&self) -> PathBuf {
        self.data_dir.join("purser.db")
    }

    /// The folder in which files are kept.
    pub fn media_folder(&self) -> PathBuf {
        self.media_dir.clone().unwrap_or_else(|| self.data_dir.join("media"))
    }

    fn options(&self, url: SecretString) -> DatabaseOptions {
        DatabaseOptions {
            max_connections: self.database_max_connections,
            acquire_timeout: self.database_acquire_timeout,
            citus: self.database_citus,
            ..DatabaseOptions::new(url.expose_secret())
        }
    }

    /// How events are sent.
    pub fn webhooks(&self) -> WebhookOptions {
        WebhookOptions {
            timeout: self.webhook_timeout,
            waits: self.webhook_waits.clone(),
            concurrency: self.webhook_concurrency,
        }
    }

    /// How events are followed.
    pub fn streams(&self) -> StreamOptions {
        StreamOptions {
            heartbeat: self.stream_heartbeat,
            look: StreamOptions::LOOK,
            per_organization: self.streams_per_organization,
            per_caller: self.streams_per_caller,
        }
    }

    /// Links into the pages that people see.
    pub fn links(&self) -> Links {
        self.public_url.clone().unwrap_or_else(|| Links::at(self.listen))
    }

    /// Whether mails of a production stay in files, where nobody gets them.
    pub fn mails_stay_here(&self) -> bool {
        self.is_production() && self.smtp_url.is_none()
    }

    /// Whether what is missing is an error.
    pub fn is_production(&self) -> bool {
        self.environment == Environment::Production
    }
}

/// The address of a SQLite file. What means something else in an address is escaped.
fn sqlite_url(file: &Path) -> SecretString {
    let path = file.to_string_lossy().replace('%', "%25").replace('?', "%3F");
    SecretString::from(format!("sqlite://{path}"))
}

#[cfg(test)]
mod tests;
