//! The conventions that hold for every route, proved over the routes that the OpenAPI document lists.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]
mod bodies;
mod conventions;
mod document;
mod idempotency;
mod logs;
mod rights;
mod routes;
mod tenants;
