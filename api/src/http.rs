//! The server: the routes of every domain, the document that is made from them, and the page that shows it.
mod health;
mod nowhere;
mod openapi;
mod problems;
mod routes;
mod server;

pub use openapi::document;
pub use problems::{PublishedProblem, registry};
pub use purser_http::{limits::LimitOptions, options::HttpOptions};
pub use server::Server;
