//! How an operator wants the server to behave.
use crate::limits::LimitOptions;
use ipnet::IpNet;
use std::{net::SocketAddr, time::Duration};

/// How the server behaves.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// The address it listens on; port 0 takes any that is free.
    pub listen: SocketAddr,
    /// Threads that serve.
    pub threads: usize,
    /// The largest JSON body.
    pub max_body_bytes: usize,
    /// The largest file of an import.
    pub max_import_bytes: u64,
    /// Proxies whose word on the client's address counts.
    pub trusted_proxies: Vec<IpNet>,
    /// Origins whose pages may read answers.
    pub cors_allowed_origins: Vec<String>,
    /// Whether browsers may keep their tokens in cookies.
    pub cookies: bool,
    /// Whether browsers are told to come over TLS only.
    pub hsts: bool,
    /// How many requests are taken.
    pub limits: LimitOptions,
    /// How long a client may take nothing of what it is sent.
    pub send_timeout: Duration,
    /// How long accepted requests have to be answered after the server was told to stop.
    pub shutdown_timeout: Duration,
}
