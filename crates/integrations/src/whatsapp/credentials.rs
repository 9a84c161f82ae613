//! What it takes to speak with the Cloud API.
use purser_kernel::{ExposeSecret, Problem, SecretString, text, text::Findings};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fmt;
use zeroize::Zeroizing;

/// Where our side is. Not secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhatsAppConfig {
    /// Meta's id of the business's telephone number: digits. Not the number itself.
    pub phone_number_id: String,
}

/// Meta's ids are numbers of 15 to 17 digits today; they are text in its API so that they can grow.
const MAX_ID: usize = 32;

impl WhatsAppConfig {
    /// Checks what somebody wrote.
    pub(crate) fn checked(self) -> Result<Self, Problem> {
        const POINTER: &str = "/config/phone_number_id";
        let phone_number_id = text::line(POINTER, &self.phone_number_id, MAX_ID)?;
        if !phone_number_id.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Problem::invalid(POINTER, "not_an_id", "must be Meta's id of the number: digits only"));
        }
        Ok(Self { phone_number_id })
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({ "phone_number_id": self.phone_number_id })
    }

    /// Reads what [`Self::to_json`] wrote.
    pub(crate) fn from_json(config: &Value) -> Result<Self, Problem> {
        Self::deserialize(config).map_err(Problem::internal)
    }
}

/// What only Meta and we know. Shown to nobody, not even to whoever entered it.
pub struct WhatsAppCredentials {
    /// Signs what Meta sends ("App secret" in the app's basic settings).
    pub app_secret: SecretString,
    /// Proves to us that Meta's first request was caused by whoever connected the integration ("Verify token").
    pub verify_token: SecretString,
    /// Lets us send ("Access token" of a system user).
    pub access_token: SecretString,
}

/// Longer than any token that Meta gives out.
const MAX_SECRET: usize = 1024;

impl WhatsAppCredentials {
    /// Checks what somebody wrote.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        let mut findings = Findings::new();
        for (name, secret) in self.named() {
            findings.check(text::line(&format!("/credentials/{name}"), secret.expose_secret(), MAX_SECRET))?;
        }
        findings.finish()
    }

    fn named(&self) -> [(&'static str, &SecretString); 3] {
        let Self { app_secret, verify_token, access_token } = self;
        [("app_secret", app_secret), ("verify_token", verify_token), ("access_token", access_token)]
    }

    /// The form that is sealed.
    pub(crate) fn to_bytes(&self) -> Result<Zeroizing<Vec<u8>>, Problem> {
        let open = Open {
            app_secret: self.app_secret.expose_secret().trim(),
            verify_token: self.verify_token.expose_secret().trim(),
            access_token: self.access_token.expose_secret().trim(),
        };
        serde_json::to_vec(&open).map(Zeroizing::new).map_err(Problem::internal)
    }

    /// Reads what [`Self::to_bytes`] wrote. The cause is left out of the problem: it could quote a secret.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, Problem> {
        #[derive(Deserialize)]
        struct Sealed {
            app_secret: SecretString,
            verify_token: SecretString,
            access_token: SecretString,
        }
        let Sealed { app_secret, verify_token, access_token } =
            serde_json::from_slice(bytes).map_err(|_| Problem::internal("credentials cannot be read"))?;
        Ok(Self { app_secret, verify_token, access_token })
    }
}

#[derive(Serialize)]
struct Open<'s> {
    app_secret: &'s str,
    verify_token: &'s str,
    access_token: &'s str,
}

impl fmt::Debug for WhatsAppCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WhatsAppCredentials(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials(app_secret: &str) -> WhatsAppCredentials {
        WhatsAppCredentials {
            app_secret: app_secret.into(),
            verify_token: "let-me-in".into(),
            access_token: "EAAG-token".into(),
        }
    }

    #[test]
    fn come_back_without_white_space_around_them() {
        let bytes = credentials(" 0123456789abcdef\n").to_bytes().unwrap();
        let back = WhatsAppCredentials::from_bytes(&bytes).unwrap();
        assert_eq!(back.app_secret.expose_secret(), "0123456789abcdef");
        assert_eq!(back.verify_token.expose_secret(), "let-me-in");
        assert_eq!(back.access_token.expose_secret(), "EAAG-token");
    }

    #[test]
    fn an_empty_secret_is_refused_by_its_name() {
        let problem = credentials(" ").check().unwrap_err();
        assert_eq!(problem.errors()[0].pointer, "/credentials/app_secret");
    }

    #[test]
    fn are_never_printed() {
        assert_eq!(format!("{:?}", credentials("hunter2")), "WhatsAppCredentials(…)");
    }

    #[test]
    fn a_number_is_not_its_id() {
        let config = WhatsAppConfig { phone_number_id: "+49 30 1234".to_owned() };
        assert_eq!(config.checked().unwrap_err().errors()[0].code, "not_an_id");
    }
}
