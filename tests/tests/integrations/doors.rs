//! Providers' doors: what is taken in, once, and what becomes of it.
mod gmail;
mod hmac;
mod poison;
mod replays;
mod sendgrid;
mod shop;
mod twilio;
