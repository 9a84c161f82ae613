//! The keys, and what their values must be.
use super::{Config, ConfigError, Environment, LogFormat, layer::Layer};
use crate::http::LimitOptions;
use crate::mail::{Relay, Sender};
use chrono::TimeDelta;
use figment::Figment;
use ipnet::IpNet;
use purser_auth::{BreachedPasswords, SignUpMode};
use purser_kernel::{ExposeSecret, Links, SecretString};
use serde::Deserialize;
use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    time::Duration,
};
use tracing_subscriber::EnvFilter;

/// Every key, as it is written: nothing has to be there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    environment: Option<Environment>,
    database_url: Option<SecretString>,
    database_owner_url: Option<SecretString>,
    database_direct_url: Option<SecretString>,
    database_max_connections: Option<u32>,
    database_acquire_timeout_seconds: Option<u64>,
    database_citus: Option<bool>,
    listen: Option<SocketAddr>,
    metrics_listen: Option<String>,
    data_dir: Option<PathBuf>,
    master_key: Option<SecretString>,
    master_key_previous: Option<SecretString>,
    log: Option<String>,
    log_format: Option<LogFormat>,
    workers: Option<usize>,
    http_threads: Option<usize>,
    max_body_bytes: Option<usize>,
    max_import_bytes: Option<u64>,
    max_media_bytes: Option<u64>,
    media_dir: Option<PathBuf>,
    send_timeout_seconds: Option<u64>,
    shutdown_timeout_seconds: Option<u64>,
    argon2_memory_kib: Option<u32>,
    argon2_iterations: Option<u32>,
    network_free_failures: Option<u16>,
    sign_up: Option<SignUpMode>,
    password_min_length: Option<usize>,
    breached_passwords: Option<PathBuf>,
    session_idle_days: Option<u32>,
    session_max_days: Option<u32>,
    trusted_proxies: Option<List>,
    cors_allowed_origins: Option<List>,
    cookies: Option<bool>,
    rate_limit_organization: Option<u32>,
    rate_limit_caller: Option<u32>,
    rate_limit_address: Option<u32>,
    rate_limit_sign_in: Option<u32>,
    public_url: Option<String>,
    smtp_url: Option<SecretString>,
    mail_from: Option<String>,
    private_providers: Option<bool>,
    google_keys_url: Option<String>,
    webhooks_allow_loopback: Option<bool>,
    webhook_ports: Option<List>,
    webhook_waits_seconds: Option<List>,
    webhook_timeout_seconds: Option<u64>,
    webhook_concurrency: Option<usize>,
    webhook_retention_days: Option<u32>,
    stream_heartbeat_seconds: Option<u64>,
    streams_per_organization: Option<usize>,
    streams_per_caller: Option<usize>,
    notification_retention_days: Option<u32>,
    reporting_role: Option<String>,
}

/// A list in the file, one text with commas in a variable.
#[derive(Deserialize)]
#[serde(untagged)]
enum List {
    Texts(Vec<String>),
    Numbers(Vec<u64>),
    Number(u64),
    Text(String),
}

impl List {
    /// Its entries, without those that are empty.
    fn entries(list: Option<Self>) -> Vec<String> {
        let entries = match list {
            None => Vec::new(),
            Some(Self::Texts(list)) => list,
            Some(Self::Numbers(list)) => list.iter().map(u64::to_string).collect(),
            Some(Self::Number(number)) => vec![number.to_string()],
            Some(Self::Text(text)) => text.split(',').map(str::to_owned).collect(),
        };
        entries.iter().map(|entry| entry.trim().to_owned()).filter(|entry| !entry.is_empty()).collect()
    }
}

/// The smallest memory of a password hash that OWASP's cheat sheet on password storage still recommends, in KiB.
const LEAST_ARGON2_MEMORY_KIB: u32 = 7_168;
/// More than this is a mistake: a hash would take minutes or all of the memory.
const MOST_ARGON2_MEMORY_KIB: u32 = 4 * 1024 * 1024;
const MOST_ARGON2_ITERATIONS: u32 = 100;
const GIB: u64 = 1024 * 1024 * 1024;

impl Settings {
    /// The settings of all layers; a later one overrides an earlier one.
    pub(super) fn of(layers: Vec<Layer>) -> Result<Self, ConfigError> {
        let figment = layers.into_iter().fold(Figment::new(), Figment::merge);
        figment.extract_lossy().map_err(|error| ConfigError::new("configuration", error.kind.to_string()))
    }

    fn limits(&self, default: LimitOptions) -> LimitOptions {
        LimitOptions {
            organization: self.rate_limit_organization.unwrap_or(default.organization),
            caller: self.rate_limit_caller.unwrap_or(default.caller),
            address: self.rate_limit_address.unwrap_or(default.address),
            sign_in: self.rate_limit_sign_in.unwrap_or(default.sign_in),
        }
    }

    /// The configuration that the settings mean, with the defaults for what they leave out.
    #[expect(clippy::too_many_lines, reason = "a line or two for each key")]
    pub(super) fn parse(self) -> Result<Config, ConfigError> {
        let default = Config::default();
        let limits = self.limits(default.limits);
        let environment = self.environment.unwrap_or(default.environment);
        let production = environment == Environment::Production;
        if self.database_url.is_none() && (self.database_owner_url.is_some() || self.database_direct_url.is_some()) {
            // Otherwise a server that was told of a PostgreSQL would quietly keep its rows in a file.
            return Err(ConfigError::value("database_url", "must be set where another address of the database is"));
        }
        let smtp_url = given(self.smtp_url).map(relay).transpose()?;
        let public_url = self.public_url.filter(|url| !url.trim().is_empty()).map(public_url).transpose()?;
        let mail_from = self.mail_from.filter(|from| !from.trim().is_empty()).map(sender).transpose()?;
        if smtp_url.is_some() {
            complete(public_url.is_some(), mail_from.is_some())?;
        }
        let least_memory = if production { LEAST_ARGON2_MEMORY_KIB } else { 8 };
        let seconds = |key, value: Option<u64>, default: Duration| {
            within(key, value.unwrap_or(default.as_secs()), 1, 3600).map(Duration::from_secs)
        };
        let days = |key, value: Option<u32>, default| within(key, value.unwrap_or(default), 1, 3650);
        Ok(Config {
            environment,
            database_url: self.database_url.map(|url| database_url("database_url", url)).transpose()?,
            database_owner_url: other_url("database_owner_url", self.database_owner_url)?,
            database_direct_url: other_url("database_direct_url", self.database_direct_url)?,
            database_max_connections: within(
                "database_max_connections",
                self.database_max_connections.unwrap_or(default.database_max_connections),
                1,
                10_000,
            )?,
            database_acquire_timeout: seconds(
                "database_acquire_timeout_seconds",
                self.database_acquire_timeout_seconds,
                default.database_acquire_timeout,
            )?,
            database_citus: self.database_citus.unwrap_or(default.database_citus),
            listen: self.listen.unwrap_or(default.listen),
            metrics_listen: match self.metrics_listen {
                None => default.metrics_listen,
                Some(text) => address("metrics_listen", text.trim())?,
            },
            data_dir: self.data_dir.unwrap_or(default.data_dir),
            master_key: given(self.master_key),
            master_key_previous: given(self.master_key_previous),
            log: filter(self.log.unwrap_or(default.log))?,
            log_format: self.log_format.unwrap_or(default.log_format),
            workers: within("workers", self.workers.unwrap_or(default.workers), 0, 1_000)?,
            http_threads: within("http_threads", self.http_threads.unwrap_or(default.http_threads), 1, 1_000)?,
            max_body_bytes: within(
                "max_body_bytes",
                self.max_body_bytes.unwrap_or(default.max_body_bytes),
                1_024,
                1024 * 1024 * 1024,
            )?,
            max_import_bytes: file("max_import_bytes", self.max_import_bytes, default.max_import_bytes, 10 * GIB)?,
            max_media_bytes: file("max_media_bytes", self.max_media_bytes, default.max_media_bytes, 100 * GIB)?,
            media_dir: self.media_dir.filter(|path| !path.as_os_str().is_empty()),
            send_timeout: seconds("send_timeout_seconds", self.send_timeout_seconds, default.send_timeout)?,
            shutdown_timeout: seconds(
                "shutdown_timeout_seconds",
                self.shutdown_timeout_seconds,
                default.shutdown_timeout,
            )?,
            argon2_memory_kib: within(
                "argon2_memory_kib",
                self.argon2_memory_kib.unwrap_or(default.argon2_memory_kib),
                least_memory,
                MOST_ARGON2_MEMORY_KIB,
            )?,
            argon2_iterations: within(
                "argon2_iterations",
                self.argon2_iterations.unwrap_or(default.argon2_iterations),
                1,
                MOST_ARGON2_ITERATIONS,
            )?,
            network_free_failures: self.network_free_failures.unwrap_or(default.network_free_failures),
            sign_up: self.sign_up.unwrap_or(if production { SignUpMode::ByMail } else { default.sign_up }),
            password_min_length: within(
                "password_min_length",
                self.password_min_length.unwrap_or(default.password_min_length),
                8,
                64,
            )?,
            breached_passwords: breached(self.breached_passwords)?,
            session_idle_days: days("session_idle_days", self.session_idle_days, default.session_idle_days)?,
            session_max_days: days("session_max_days", self.session_max_days, default.session_max_days)?,
            trusted_proxies: proxies(self.trusted_proxies)?,
            cors_allowed_origins: origins(self.cors_allowed_origins)?,
            cookies: self.cookies.unwrap_or(false),
            limits,
            public_url,
            smtp_url,
            mail_from,
            private_providers: self.private_providers.unwrap_or(!production),
            google_keys_url: self.google_keys_url.map_or(Ok(default.google_keys_url), google_keys_url)?,
            webhooks_allow_loopback: self.webhooks_allow_loopback.unwrap_or(false),
            webhook_ports: webhook_ports(self.webhook_ports, default.webhook_ports)?,
            webhook_waits: webhook_waits(self.webhook_waits_seconds, default.webhook_waits)?,
            webhook_timeout: seconds("webhook_timeout_seconds", self.webhook_timeout_seconds, default.webhook_timeout)?,
            webhook_concurrency: within(
                "webhook_concurrency",
                self.webhook_concurrency.unwrap_or(default.webhook_concurrency),
                1,
                1_000,
            )?,
            webhook_retention_days: days(
                "webhook_retention_days",
                self.webhook_retention_days,
                default.webhook_retention_days,
            )?,
            stream_heartbeat: seconds(
                "stream_heartbeat_seconds",
                self.stream_heartbeat_seconds,
                default.stream_heartbeat,
            )?,
            streams_per_organization: within(
                "streams_per_organization",
                self.streams_per_organization.unwrap_or(default.streams_per_organization),
                0,
                1_000_000,
            )?,
            streams_per_caller: within(
                "streams_per_caller",
                self.streams_per_caller.unwrap_or(default.streams_per_caller),
                0,
                1_000_000,
            )?,
            notification_retention_days: days(
                "notification_retention_days",
                self.notification_retention_days,
                default.notification_retention_days,
            )?,
            reporting_role: self.reporting_role.filter(|role| !role.is_empty()),
        })
    }
}

/// Empty is none.
fn given(secret: Option<SecretString>) -> Option<SecretString> {
    secret.filter(|secret| !secret.expose_secret().trim().is_empty())
}

fn within<N: PartialOrd + std::fmt::Display>(key: &str, value: N, least: N, most: N) -> Result<N, ConfigError> {
    if value < least || value > most {
        return Err(ConfigError::value(key, format!("must be from {least} to {most}")));
    }
    Ok(value)
}

/// The largest file that is taken.
fn file(key: &str, bytes: Option<u64>, default: u64, most: u64) -> Result<u64, ConfigError> {
    within(key, bytes.unwrap_or(default), 1_024, most)
}

/// Empty is no address to fall back from: a variable that was meant to name the database must not quietly mean SQLite.
fn database_url(key: &str, url: SecretString) -> Result<SecretString, ConfigError> {
    let known = ["sqlite:", "postgres://", "postgresql://"];
    if known.iter().any(|scheme| url.expose_secret().starts_with(scheme)) {
        return Ok(url);
    }
    Err(ConfigError::value(key, "must begin with sqlite://, postgres:// or postgresql://"))
}

/// An address that stands in for `database_url`; empty means that nothing does.
fn other_url(key: &str, url: Option<SecretString>) -> Result<Option<SecretString>, ConfigError> {
    let given = url.filter(|url| !url.expose_secret().is_empty());
    given.map(|url| database_url(key, url)).transpose()
}

fn address(key: &str, text: &str) -> Result<Option<SocketAddr>, ConfigError> {
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = |_| ConfigError::value(key, "must be an address with a port, such as 127.0.0.1:9464, or empty");
    text.parse().map(Some).map_err(wrong)
}

fn filter(text: String) -> Result<String, ConfigError> {
    match EnvFilter::try_new(&text) {
        Ok(_) => Ok(text),
        Err(error) => Err(ConfigError::value("log", error.to_string())),
    }
}

fn relay(url: SecretString) -> Result<Relay, ConfigError> {
    Relay::parse(url.expose_secret()).map_err(|why| ConfigError::value("smtp_url", why))
}

fn public_url(url: String) -> Result<Links, ConfigError> {
    let wrong =
        |_| ConfigError::value("public_url", "must be a URL without a query, such as https://purser.example.com");
    Links::new(url.trim()).map_err(wrong)
}

/// Whoever can change keys on their way can sign.
fn google_keys_url(url: String) -> Result<String, ConfigError> {
    match url.trim().strip_prefix("https://") {
        Some(rest) if !rest.is_empty() => Ok(url.trim().to_owned()),
        _ => Err(ConfigError::value("google_keys_url", "must begin with https://")),
    }
}

/// Empty is as good as left out. A list that cannot be read must not quietly let every password through.
fn breached(path: Option<PathBuf>) -> Result<Option<BreachedPasswords>, ConfigError> {
    let list = path.filter(|path| !path.as_os_str().is_empty()).map(BreachedPasswords::open).transpose();
    list.map_err(|error| {
        ConfigError::value("breached_passwords", format!("must be the path of a sorted list of SHA-1s: {error}"))
    })
}

/// A server that takes mails is of no use without these.
fn complete(has_public_url: bool, has_sender: bool) -> Result<(), ConfigError> {
    if !has_public_url {
        return Err(ConfigError::value("public_url", "must be set where smtp_url is: links in mails begin with it"));
    }
    if !has_sender {
        return Err(ConfigError::value("mail_from", "must be set where smtp_url is"));
    }
    Ok(())
}

fn sender(text: String) -> Result<Sender, ConfigError> {
    let wrong = || ConfigError::value("mail_from", "must be a mail address, such as Purser <purser@example.com>");
    Sender::parse(&text).ok_or_else(wrong)
}

fn proxies(list: Option<List>) -> Result<Vec<IpNet>, ConfigError> {
    let message = "must be addresses such as 10.0.0.7 and networks such as 10.0.0.0/8, with commas between";
    let parse = |text: &String| text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    let proxies = List::entries(list).iter().map(parse).collect::<Result<_, _>>();
    proxies.map_err(|_| ConfigError::value("trusted_proxies", message))
}

fn webhook_ports(list: Option<List>, default: Vec<u16>) -> Result<Vec<u16>, ConfigError> {
    if list.is_none() {
        return Ok(default);
    }
    let ports: Result<Vec<u16>, _> = List::entries(list).iter().map(|port| port.parse()).collect();
    match ports {
        Ok(ports) if !ports.is_empty() && !ports.contains(&0) => Ok(ports),
        _ => Err(ConfigError::value("webhook_ports", "must be ports such as 443,8443")),
    }
}

/// A wait of more than a month outlives what is waited for.
const MOST_WAIT_SECONDS: i64 = 31 * 86_400;
const MOST_WAITS: usize = 50;

fn webhook_waits(list: Option<List>, default: Vec<TimeDelta>) -> Result<Vec<TimeDelta>, ConfigError> {
    if list.is_none() {
        return Ok(default);
    }
    let seconds: Result<Vec<i64>, _> = List::entries(list).iter().map(|seconds| seconds.parse()).collect();
    match seconds {
        Ok(waits)
            if (1..=MOST_WAITS).contains(&waits.len())
                && waits.iter().all(|wait| (1..=MOST_WAIT_SECONDS).contains(wait)) =>
        {
            Ok(waits.into_iter().map(TimeDelta::seconds).collect())
        }
        _ => Err(ConfigError::value("webhook_waits_seconds", "must be 1 to 50 numbers of seconds such as 5,300,1800")),
    }
}

/// Origins as browsers write them (RFC 6454, section 6.2): a scheme, a host, perhaps a port.
fn origins(list: Option<List>) -> Result<Vec<String>, ConfigError> {
    let is_origin = |text: &String| {
        let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-:[]".contains(c);
        host.is_some_and(|host| !host.is_empty() && host.chars().all(allowed))
    };
    let origins = List::entries(list);
    if origins.iter().all(is_origin) {
        return Ok(origins);
    }
    let message =
        "must be origins such as https://app.example.com in lower case, with commas between; there is no wildcard";
    Err(ConfigError::value("cors_allowed_origins", message))
}
