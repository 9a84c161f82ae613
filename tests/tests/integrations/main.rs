//! Connections to providers, and the doors at which they knock.
#![expect(clippy::print_stdout, reason = "a run that failed is asked for again by the seed that it printed")]
mod connections;
mod credentials;
mod directories;
mod door;
mod doors;
mod events;
mod mappings;
mod openid_providers;
mod streams;
mod walls;
mod webhooks_out;
