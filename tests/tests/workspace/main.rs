//! The shape of the workspace: who may depend on whom, and what every crate has in common.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]
mod arrows;
mod deletable;
mod manifests;
mod members;
mod requests;
mod sources;
