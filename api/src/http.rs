//! HTTP: the conventions in one place each, and one module per domain.
//!
//! A handler makes four moves: extract (the caller's scope among the rest), open the transaction, call one service function,
//! answer. It holds no SQL and no business rule.
mod body;
mod cookies;
mod cors;
mod health;
mod limits;
mod observe;
mod openapi;
mod path;
mod problem;
mod query;
mod reply;
mod security;
mod server;
mod unit;
mod upload;
mod view;

pub mod administration;
pub mod agents;
pub mod approvals;
pub mod auth;
pub mod billing;
pub mod integrations;
pub mod media;
pub mod messaging;
pub mod ordering;
pub mod platform;
pub mod tenancy;

pub use limits::LimitOptions;
pub use openapi::document;
pub use problem::{PublishedProblem, registry};
pub use server::{HttpOptions, Server};
