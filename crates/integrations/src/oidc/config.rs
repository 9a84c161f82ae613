//! Where a provider is and what it is asked for.
use crate::{reach::Reach, tls};
use purser_kernel::{ExposeSecret, Problem, SecretString, text, text::Findings};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;
use url::Url;
use zeroize::Zeroizing;

/// When the provider has asked for a second factor. By default never.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactor {
    /// It always does, as whoever connects it declares: some providers say nothing of it.
    pub always: bool,
    /// With one of these as `acr`. They are asked for.
    pub acr_values: Vec<String>,
    /// With one of these among `amr`, such as `mfa` (RFC 8176).
    pub amr_values: Vec<String>,
}

impl SecondFactor {
    /// Whether one was shown by what the ID token says.
    pub(super) fn is_shown<'v>(&self, acr: Option<&str>, mut amr: impl Iterator<Item = &'v str>) -> bool {
        let is_among = |values: &[String], said: &str| values.iter().any(|value| value == said);
        self.always
            || acr.is_some_and(|acr| is_among(&self.acr_values, acr))
            || amr.any(|amr| is_among(&self.amr_values, amr))
    }
}

/// Where a provider is and what it is asked for. Not secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OidcConfig {
    /// The provider's issuer identifier, to the letter. It does not change: a subject is one of this issuer's.
    pub issuer: String,
    /// What the provider knows this organization's Purser by.
    pub client_id: String,
    /// The authority that signed the provider's certificate, in PEM. Without one, those that the machine trusts.
    pub ca_certificate: Option<String>,
    /// Where the provider sends people back to, to the letter; it must be registered there. Without one, the page of this
    /// installation.
    pub redirect_uri: Option<String>,
    /// What is asked for beside `openid`. With `offline_access` many providers can be asked again later.
    pub scopes: Vec<String>,
    /// The claim that names a person's groups.
    pub groups_claim: Option<String>,
    /// When the provider has asked for a second factor.
    pub second_factor: SecondFactor,
}

const MAX_URL: usize = 500;
const MAX_LINE: usize = 255;
const MAX_VALUES: usize = 20;

impl OidcConfig {
    /// Checks what somebody wrote.
    pub(super) fn checked(self, reach: Reach, redirect_uri: &str) -> Result<Self, Problem> {
        let mut findings = Findings::new();
        findings.check(checked_url("issuer", &self.issuer, reach))?;
        let redirect_uri = self.redirect_uri.clone().unwrap_or_else(|| redirect_uri.to_owned());
        findings.check(checked_url("redirect_uri", &redirect_uri, reach))?;
        let client_id = findings.check(text::line("/config/client_id", &self.client_id, MAX_LINE))?;
        findings.check(tls::checked_authority(self.ca_certificate.as_deref()))?;
        let groups_claim = self.groups_claim.as_deref();
        let groups_claim = findings.check(text::optional_line("/config/groups_claim", groups_claim, MAX_LINE))?;
        let SecondFactor { acr_values, amr_values, .. } = &self.second_factor;
        for (name, values) in [
            ("scopes", &self.scopes),
            ("second_factor/acr_values", acr_values),
            ("second_factor/amr_values", amr_values),
        ] {
            findings.check(checked_values(name, values))?;
        }
        findings.finish()?;
        match (client_id, groups_claim) {
            (Some(client_id), Some(groups_claim)) => {
                Ok(Self { client_id, groups_claim, redirect_uri: Some(redirect_uri), ..self })
            }
            _ => Err(Problem::internal("what is missing was found")),
        }
    }

    /// Whether the client's secret would go elsewhere, or less well kept, than by `before`.
    pub(super) fn leads_elsewhere(&self, before: &Self) -> bool {
        let Self { client_id, ca_certificate, .. } = self;
        (client_id, ca_certificate) != (&before.client_id, &before.ca_certificate)
    }

    pub(super) fn to_json(&self) -> Result<Value, Problem> {
        serde_json::to_value(self).map_err(Problem::internal)
    }

    /// Reads what [`Self::to_json`] wrote.
    pub(super) fn from_json(config: &Value) -> Result<Self, Problem> {
        Self::deserialize(config).map_err(Problem::internal)
    }
}

/// Whether nobody reads what is said to this address on its way.
pub(super) fn is_private(url: &Url, reach: Reach) -> bool {
    url.scheme() == "https" || (url.scheme() == "http" && url.host_str().is_some_and(|host| reach.is_desk(host)))
}

fn checked_url(name: &str, text: &str, reach: Reach) -> Result<(), Problem> {
    let refuse = |code, why| Err(Problem::invalid(format!("/config/{name}"), code, why));
    if text.len() > MAX_URL {
        return refuse("too_long", "must have at most 500 characters");
    }
    let url = Url::parse(text).ok().filter(|url| {
        let plain = url.query().is_none() && url.fragment().is_none() && url.password().is_none();
        plain && url.username().is_empty() && url.has_host() && text.bytes().all(|byte| byte.is_ascii_graphic())
    });
    match url {
        None => refuse("not_a_url", "must be a URL without a query, such as https://id.example.com"),
        Some(url) if is_private(&url, reach) => Ok(()),
        Some(_) => refuse("tls_required", "must begin with https://"),
    }
}

/// Of each the provider gets a list with spaces between.
fn checked_values(name: &str, values: &[String]) -> Result<(), Problem> {
    let refuse = |pointer: String, code, why| Err(Problem::invalid(pointer, code, why));
    if values.len() > MAX_VALUES {
        return refuse(format!("/config/{name}"), "too_many", "must have at most 20 entries");
    }
    let is_value =
        |value: &String| (1..=MAX_LINE).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_graphic());
    match values.iter().position(|value| !is_value(value)) {
        Some(at) => refuse(format!("/config/{name}/{at}"), "not_a_word", "must be one word of up to 255 characters"),
        None => Ok(()),
    }
}

/// What only the provider and we know.
pub struct OidcCredentials {
    /// The client's secret.
    pub client_secret: SecretString,
}

const MAX_SECRET: usize = 1024;

impl OidcCredentials {
    /// Checks what somebody wrote.
    pub(super) fn check(&self) -> Result<(), Problem> {
        const POINTER: &str = "/credentials/client_secret";
        match self.client_secret.expose_secret().len() {
            0 => Err(Problem::invalid(POINTER, "required", "must not be empty")),
            1..=MAX_SECRET => Ok(()),
            _ => Err(Problem::invalid(POINTER, "too_long", format!("must have at most {MAX_SECRET} bytes"))),
        }
    }

    /// The form that is sealed.
    pub(super) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.client_secret.expose_secret().as_bytes().to_vec())
    }

    /// Reads what [`Self::to_bytes`] wrote.
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, Problem> {
        let secret = std::str::from_utf8(bytes).map_err(|_| Problem::internal("credentials cannot be read"))?;
        Ok(Self { client_secret: secret.into() })
    }
}

impl fmt::Debug for OidcCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OidcCredentials(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRODUCTION: Reach = Reach { loopback: false, private: true };
    const DEVELOPMENT: Reach = Reach { loopback: true, private: true };
    const PAGE: &str = "https://purser.example.com/oidc/callback";

    fn config() -> OidcConfig {
        OidcConfig {
            issuer: "https://id.example.com/".into(),
            client_id: "purser".into(),
            ca_certificate: None,
            redirect_uri: None,
            scopes: vec!["email".into(), "profile".into()],
            groups_claim: Some("groups".into()),
            second_factor: SecondFactor::default(),
        }
    }

    fn faults(config: OidcConfig, reach: Reach) -> Vec<String> {
        let problem = config.checked(reach, PAGE).unwrap_err();
        problem.errors().iter().map(|error| format!("{} {}", error.pointer, error.code)).collect()
    }

    #[test]
    fn is_kept_as_it_was_checked() {
        let checked = config().checked(PRODUCTION, PAGE).unwrap();
        assert_eq!(checked.redirect_uri.as_deref(), Some(PAGE));
        assert_eq!(checked.issuer, "https://id.example.com/", "to the letter");
        assert_eq!(OidcConfig::from_json(&checked.to_json().unwrap()).unwrap(), checked);
    }

    #[test]
    fn without_tls_only_on_ones_own_desk() {
        let at = |issuer: &str| OidcConfig { issuer: issuer.into(), ..config() };
        for issuer in ["http://localhost:3000", "http://127.0.0.1:3000", "http://[::1]:3000"] {
            assert!(at(issuer).checked(DEVELOPMENT, PAGE).is_ok(), "{issuer}");
            assert_eq!(faults(at(issuer), PRODUCTION), ["/config/issuer tls_required"]);
        }
        for issuer in ["http://id.example.com", "http://10.0.0.1", "http://localhost.example.com", "ftp://localhost"] {
            assert_eq!(faults(at(issuer), DEVELOPMENT), ["/config/issuer tls_required"], "{issuer}");
        }
    }

    #[test]
    fn every_fault_is_said_at_its_field() {
        let wrong = OidcConfig {
            issuer: "https://id.example.com/?a=b".into(),
            client_id: " ".into(),
            ca_certificate: Some("no PEM".into()),
            redirect_uri: Some("javascript:alert(1)".into()),
            scopes: vec!["email".into(), "two words".into()],
            groups_claim: Some(String::new()),
            second_factor: SecondFactor {
                always: false,
                acr_values: vec!["x".into(); 21],
                amr_values: vec![String::new()],
            },
        };
        let expected = [
            "/config/issuer not_a_url",
            "/config/redirect_uri not_a_url",
            "/config/client_id required",
            "/config/ca_certificate not_a_certificate",
            "/config/groups_claim required",
            "/config/scopes/1 not_a_word",
            "/config/second_factor/acr_values too_many",
            "/config/second_factor/amr_values/0 not_a_word",
        ];
        assert_eq!(faults(wrong, PRODUCTION), expected);
    }

    #[test]
    fn a_second_factor_is_shown_by_what_was_agreed() {
        let agreed = SecondFactor { always: false, acr_values: vec!["gold".into()], amr_values: vec!["mfa".into()] };
        let none = || std::iter::empty();
        assert!(agreed.is_shown(Some("gold"), none()) && agreed.is_shown(None, ["pwd", "mfa"].into_iter()));
        assert!(!agreed.is_shown(None, none()) && !agreed.is_shown(Some("mfa"), ["gold", "otp"].into_iter()));
        assert!(!SecondFactor::default().is_shown(Some(""), [""].into_iter()));
        assert!(SecondFactor { always: true, ..SecondFactor::default() }.is_shown(None, none()));
    }
}
