//! The conventions that hold for every route, proved over the routes that the OpenAPI document lists.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]
mod bad_input;
mod browsers;
mod call;
mod cancelled;
mod conventions;
mod cookies;
mod document;
mod fixtures;
mod idempotency;
mod limits;
mod logs;
mod personal;
mod platform;
mod rights;
mod routes;
mod shape;
mod shared_shop;
mod suspended;
mod tenants;
mod trail;
