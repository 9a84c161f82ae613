//! What providers post, for tests that stand at their doors.
pub mod gmail;
pub mod hmac;
pub mod sendgrid;
pub mod signers;
pub mod twilio;
