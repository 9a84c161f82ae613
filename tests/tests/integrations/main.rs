//! Connections to providers, and the doors at which they knock.
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
