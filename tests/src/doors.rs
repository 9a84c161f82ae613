//! What providers post, for tests that stand at their doors.
pub mod gmail;
pub mod hmac;
pub mod sendgrid;
pub mod signers;
pub mod twilio;

use purser_kernel::Clock;

/// The headers under which the provider posts this body to a door at `path` of a server that is known as `base`, connected as its
/// `integration` says. Google's are not among them: nobody but Google has its keys.
pub fn headers(path: &str, base: &str, body: &str) -> Vec<(&'static str, String)> {
    let is_of = |provider: &str| path.starts_with(&format!("/v1/webhooks/{provider}/"));
    if is_of("twilio") {
        let signature = twilio::signature(twilio::AUTH_TOKEN, &format!("{base}{path}"), &[]);
        return vec![
            ("Content-Type", "application/x-www-form-urlencoded".to_owned()),
            ("X-Twilio-Signature", signature),
        ];
    }
    if is_of("sendgrid") {
        let signature = sendgrid::signature(sendgrid::EVENTS, "1700000000", body.as_bytes());
        return vec![
            ("X-Twilio-Email-Event-Webhook-Signature", signature),
            ("X-Twilio-Email-Event-Webhook-Timestamp", "1700000000".to_owned()),
        ];
    }
    if is_of("hmac") {
        let now = Clock::system().now().timestamp();
        return vec![
            ("Webhook-Id", "msg_1".to_owned()),
            ("Webhook-Timestamp", now.to_string()),
            ("Webhook-Signature", hmac::signature("msg_1", now, body)),
        ];
    }
    Vec::new()
}
