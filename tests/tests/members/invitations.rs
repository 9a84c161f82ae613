//! Invitations.
mod accounts;
mod at_once;
mod lists;
mod refused;
mod sent;

use purser_tests::app::{Answer, PASSWORD, Tenant, TestApp, eventually};
use serde_json::{Value, json};

const LIST: &str = "/v1/invitations";

/// Invites somebody to have the role of this name.
async fn invite(who: &Tenant, email: &str, role: &str) -> Answer {
    who.post(LIST, &json!({ "email": email, "role": role })).await
}

/// The tokens in the invitations to this address so far. People who have signed up get other mails, too.
fn tokens(app: &TestApp, email: &str) -> Vec<String> {
    let mails = app.mails(email).into_iter().filter(|mail| mail.subject.contains("invites you"));
    mails.map(|mail| mail.token()).collect()
}

/// The token in the `number`th invitation to this address.
async fn token(app: &TestApp, email: &str, number: usize) -> String {
    eventually("the invitation to arrive", || async { tokens(app, email).into_iter().nth(number - 1) }).await
}

/// Invites somebody and takes the token out of their mail.
pub(crate) async fn invited(app: &TestApp, who: &Tenant, email: &str, role: &str) -> String {
    let before = tokens(app, email).len();
    invite(who, email, role).await.expect(201);
    token(app, email, before + 1).await
}

/// Accepts as somebody who has no account.
pub(crate) async fn accept(app: &TestApp, token: &str) -> Answer {
    let body = json!({ "token": token, "full_name": "Nora New", "password": PASSWORD });
    app.anonymous("POST", "/v1/invitations/accept", Some(&body)).await
}

/// Accepts as somebody who has an account, with its password.
async fn accept_with(app: &TestApp, token: &str, password: &str) -> Answer {
    let body = json!({ "token": token, "password": password });
    app.anonymous("POST", "/v1/invitations/accept", Some(&body)).await
}

/// The path of an invitation.
fn at(invitation: &Value) -> String {
    format!("{LIST}/{}", invitation["id"].as_str().unwrap())
}
