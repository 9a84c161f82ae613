//! Providers' doors: what is taken in, once, and what becomes of it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]
mod bad;
mod gmail;
mod hmac;
mod poison;
mod replays;
mod sendgrid;
mod shop;
mod twilio;
