//! Connections to providers, and the door at which WhatsApp knocks.
mod connections;
mod credentials;
mod directories;
mod door;
mod events;
mod mappings;
mod openid_providers;
mod walls;
mod webhooks_out;
