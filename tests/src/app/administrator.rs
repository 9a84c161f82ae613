//! People who administer the platform.
use super::{PASSWORD, Tenant, TestApp};
use crate::{database::uuid_literal, totp::code_by};
use purser_kernel::{Email, PlatformScope};
use serde_json::json;

/// A platform administrator, signed in as one.
#[derive(Debug)]
pub struct Administrator {
    /// The person in an organization of their own, as everybody else is in theirs.
    pub person: Tenant,
    /// The same person with the token that opens `/v1/platform`.
    pub desk: Tenant,
    /// Recovery codes that were not used yet.
    pub codes: Vec<String>,
    /// The secret of their app.
    pub secret: String,
}

impl TestApp {
    /// Somebody who could be made an administrator: with a verified address and a second factor. Another one each time.
    pub async fn candidate(&self) -> Administrator {
        let person = self.tenant("Operations").await;
        let id = uuid_literal(self.database.engine, &person.user_id);
        let verified = format!("update users set email_verified_at = created_at where id = {id}");
        self.database.owner().await.execute(&verified).await.expect("an address can be verified");
        let begun = person.post("/v1/auth/mfa/totp", &json!({ "password": PASSWORD })).await.expect(200).json();
        let secret = begun["secret"].as_str().expect("a secret").to_owned();
        let code = json!({ "code": code_by(self.clock.now(), &secret, 0) });
        let confirmed = person.post("/v1/auth/mfa/totp/confirm", &code).await.expect(200).json();
        let codes = confirmed["recovery_codes"].as_array().expect("recovery codes").iter();
        let codes = codes.map(|code| code.as_str().expect("a text").to_owned()).collect();
        Administrator { desk: person.clone(), person, codes, secret }
    }

    /// Somebody who was made an administrator by a command, and has signed in. Another one each time.
    pub async fn administrator(&self) -> Administrator {
        let mut admin = self.candidate().await;
        let email = Email::parse("/email", &admin.person.email).expect("an address");
        let auth = &self.app().services().auth;
        let granted = auth.grant_platform_admin(&PlatformScope::command("test"), &email).await;
        let granted = granted.expect("a person can be made an administrator");
        assert_eq!(format!("{granted:?}"), "Done");
        admin.desk = self.signed_in_admin(&mut admin).await;
        admin
    }

    /// The challenge that the administrator's password brings.
    pub async fn admin_challenge(&self, email: &str) -> String {
        let body = json!({ "email": email, "password": PASSWORD });
        let answer = self.anonymous("POST", "/v1/platform/auth/login", Some(&body)).await.expect(200).json();
        answer["challenge"].as_str().expect("a challenge").to_owned()
    }

    /// The administrator, signed in once more with one of their recovery codes.
    pub async fn signed_in_admin(&self, admin: &mut Administrator) -> Tenant {
        let challenge = self.admin_challenge(&admin.person.email).await;
        let body = json!({ "challenge": challenge, "code": admin.codes.pop().expect("a code that is left") });
        let answer = self.anonymous("POST", "/v1/platform/auth/mfa/verify", Some(&body)).await.expect(200).json();
        admin.person.at(&self.url).with_token(answer["access_token"].as_str().expect("a token"))
    }
}
