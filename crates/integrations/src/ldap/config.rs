//! Where a directory is and how it is asked.
use super::filter::{PLACE, USERNAME, is_attribute, is_template};
use crate::{reach::Reach, tls};
use purser_kernel::{ExposeSecret, Problem, SecretString, text, text::Findings};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;
use zeroize::Zeroizing;

/// How the connection is kept from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LdapSecurity {
    /// TLS from the first byte, port 636.
    Ldaps,
    /// TLS before anything else is said, port 389 (RFC 4511, section 4.14).
    Starttls,
    /// Nothing. Only to the server's own machine, in development.
    None,
}

impl LdapSecurity {
    fn port(self) -> u16 {
        if self == Self::Ldaps { 636 } else { 389 }
    }
}

/// Groups that name their members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LdapGroupSearch {
    /// Where groups are.
    pub base_dn: String,
    /// Finds the groups of the person at `{dn}`, such as `(&(objectClass=groupOfNames)(member={dn}))`.
    pub filter: String,
    /// The attribute with the group's name, such as `cn`.
    pub name_attribute: String,
}

/// Where a directory is and how it is asked. Not secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LdapConfig {
    /// A name or an IPv4 address; the certificate must be of the same.
    pub host: String,
    /// Without one, the usual port of `security`.
    pub port: Option<u16>,
    /// How the connection is kept from others.
    pub security: LdapSecurity,
    /// The authority that signed the directory's certificate, in PEM. Without one, those that the machine trusts.
    pub ca_certificate: Option<String>,
    /// The service account that looks people up.
    pub bind_dn: String,
    /// Where people are.
    pub base_dn: String,
    /// Finds whoever may sign in as `{username}`, such as `(&(objectClass=person)(uid={username}))`. Whom it no longer finds
    /// is disabled.
    pub user_filter: String,
    /// The attribute that never changes about a person, such as `entryUUID` (RFC 4530).
    pub subject_attribute: String,
    /// The attribute with the mail address.
    pub email_attribute: String,
    /// The attribute with the name.
    pub name_attribute: String,
    /// The attribute of a person that names their groups, such as `memberOf`.
    pub member_of_attribute: Option<String>,
    /// Groups that name their members.
    pub group_search: Option<LdapGroupSearch>,
}

/// RFC 1035, section 2.3.4.
const MAX_HOST: usize = 253;
const MAX_DN: usize = 1000;
const MAX_FILTER: usize = 1000;
const MAX_ATTRIBUTE: usize = 64;

impl LdapConfig {
    /// Checks what somebody wrote.
    pub(super) fn checked(self, reach: Reach) -> Result<Self, Problem> {
        let mut findings = Findings::new();
        let line = |name: &str, value: &str, max| text::line(&format!("/config/{name}"), value, max);
        let host = findings.check(checked_host(&self.host))?;
        findings.check(checked_security(self.security, &self.host, reach))?;
        findings.check(checked_port(self.port))?;
        findings.check(tls::checked_authority(self.ca_certificate.as_deref()))?;
        let bind_dn = findings.check(line("bind_dn", &self.bind_dn, MAX_DN))?;
        let base_dn = findings.check(line("base_dn", &self.base_dn, MAX_DN))?;
        let user_filter = findings.check(checked_filter("user_filter", &self.user_filter, USERNAME))?;
        for (name, attribute) in self.attributes() {
            findings.check(checked_attribute(name, attribute))?;
        }
        if let Some(LdapGroupSearch { base_dn, filter, .. }) = &self.group_search {
            findings.check(line("group_search/base_dn", base_dn, MAX_DN))?;
            findings.check(checked_filter("group_search/filter", filter, PLACE))?;
        }
        findings.finish()?;
        match (host, bind_dn, base_dn, user_filter) {
            (Some(host), Some(bind_dn), Some(base_dn), Some(user_filter)) => {
                Ok(Self { host, bind_dn, base_dn, user_filter, ..self })
            }
            _ => Err(Problem::internal("what is missing was found")),
        }
    }

    fn attributes(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let given = [
            ("subject_attribute", Some(&self.subject_attribute)),
            ("email_attribute", Some(&self.email_attribute)),
            ("name_attribute", Some(&self.name_attribute)),
            ("member_of_attribute", self.member_of_attribute.as_ref()),
            ("group_search/name_attribute", self.group_search.as_ref().map(|search| &search.name_attribute)),
        ];
        given.into_iter().filter_map(|(name, attribute)| Some((name, attribute?.as_str())))
    }

    /// The port that is spoken with.
    pub(super) fn port(&self) -> u16 {
        self.port.unwrap_or(self.security.port())
    }

    /// Whether the service account's password would go elsewhere, or less well kept, than by `before`.
    pub(super) fn leads_elsewhere(&self, before: &Self) -> bool {
        let way = |config: &Self| {
            let Self { host, security, ca_certificate, bind_dn, .. } = config;
            (host.clone(), config.port(), *security, ca_certificate.clone(), bind_dn.clone())
        };
        way(self) != way(before)
    }

    pub(super) fn to_json(&self) -> Result<Value, Problem> {
        serde_json::to_value(self).map_err(Problem::internal)
    }

    /// Reads what [`Self::to_json`] wrote.
    pub(super) fn from_json(config: &Value) -> Result<Self, Problem> {
        Self::deserialize(config).map_err(Problem::internal)
    }
}

fn checked_host(host: &str) -> Result<String, Problem> {
    const POINTER: &str = "/config/host";
    let host = text::line(POINTER, host, MAX_HOST)?.to_ascii_lowercase();
    let label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if host.split('.').all(label) {
        return Ok(host);
    }
    Err(Problem::invalid(POINTER, "not_a_host", "must be a host name or an IPv4 address"))
}

fn checked_port(port: Option<u16>) -> Result<(), Problem> {
    if port == Some(0) {
        return Err(Problem::invalid("/config/port", "out_of_range", "must be from 1 to 65535"));
    }
    Ok(())
}

fn checked_security(security: LdapSecurity, host: &str, reach: Reach) -> Result<(), Problem> {
    if security != LdapSecurity::None || reach.is_desk(host) {
        return Ok(());
    }
    Err(Problem::invalid("/config/security", "tls_required", "must be ldaps or starttls: passwords would be readable"))
}

fn checked_filter(name: &str, filter: &str, placeholder: &str) -> Result<String, Problem> {
    let pointer = format!("/config/{name}");
    let filter = text::line(&pointer, filter, MAX_FILTER)?;
    if is_template(&filter, placeholder) {
        return Ok(filter);
    }
    let why = format!("must be a filter as RFC 4515 has them, with {placeholder} as a whole value");
    Err(Problem::invalid(pointer, "not_a_filter", why))
}

fn checked_attribute(name: &str, attribute: &str) -> Result<(), Problem> {
    if is_attribute(attribute) && attribute.len() <= MAX_ATTRIBUTE {
        return Ok(());
    }
    Err(Problem::invalid(format!("/config/{name}"), "not_an_attribute", "must be the name of an attribute"))
}

/// What only the directory and we know.
pub struct LdapCredentials {
    /// The password of the service account.
    pub bind_password: SecretString,
}

const MAX_PASSWORD: usize = 1024;

impl LdapCredentials {
    /// Checks what somebody wrote. An empty password would be an anonymous bind (RFC 4513, section 5.1.2).
    pub(super) fn check(&self) -> Result<(), Problem> {
        const POINTER: &str = "/credentials/bind_password";
        let password = self.bind_password.expose_secret();
        if password.is_empty() {
            return Err(Problem::invalid(POINTER, "required", "must not be empty"));
        }
        if password.len() > MAX_PASSWORD {
            return Err(Problem::invalid(POINTER, "too_long", format!("must have at most {MAX_PASSWORD} bytes")));
        }
        Ok(())
    }

    /// The form that is sealed.
    pub(super) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.bind_password.expose_secret().as_bytes().to_vec())
    }

    /// Reads what [`Self::to_bytes`] wrote.
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, Problem> {
        let password = std::str::from_utf8(bytes).map_err(|_| Problem::internal("credentials cannot be read"))?;
        Ok(Self { bind_password: password.into() })
    }
}

impl fmt::Debug for LdapCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LdapCredentials(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRODUCTION: Reach = Reach { loopback: false, private: true };
    const DEVELOPMENT: Reach = Reach { loopback: true, private: true };

    fn config() -> LdapConfig {
        LdapConfig {
            host: "ldap.example.com".into(),
            port: None,
            security: LdapSecurity::Ldaps,
            ca_certificate: None,
            bind_dn: "cn=purser,dc=example,dc=com".into(),
            base_dn: "dc=example,dc=com".into(),
            user_filter: "(uid={username})".into(),
            subject_attribute: "entryUUID".into(),
            email_attribute: "mail".into(),
            name_attribute: "cn".into(),
            member_of_attribute: Some("memberOf".into()),
            group_search: None,
        }
    }

    fn faults(config: LdapConfig, reach: Reach) -> Vec<String> {
        let problem = config.checked(reach).unwrap_err();
        problem.errors().iter().map(|error| format!("{} {}", error.pointer, error.code)).collect()
    }

    #[test]
    fn is_kept_as_it_was_checked() {
        let checked = config().checked(PRODUCTION).unwrap();
        assert_eq!(LdapConfig::from_json(&checked.to_json().unwrap()).unwrap(), checked);
        assert_eq!(checked.port(), 636);
        assert_eq!(LdapConfig { security: LdapSecurity::Starttls, ..config() }.port(), 389);
    }

    #[test]
    fn passwords_are_readable_by_nobody_but_on_ones_own_desk() {
        let plain = |host: &str| LdapConfig { security: LdapSecurity::None, host: host.into(), ..config() };
        for host in ["localhost", "127.0.0.1"] {
            assert!(plain(host).checked(DEVELOPMENT).is_ok());
            assert_eq!(faults(plain(host), PRODUCTION), ["/config/security tls_required"]);
        }
        for host in ["ldap.example.com", "10.0.0.1", "localhost.example.com"] {
            assert_eq!(faults(plain(host), DEVELOPMENT), ["/config/security tls_required"]);
        }
    }

    #[test]
    fn every_fault_is_said_at_its_field() {
        let wrong = LdapConfig {
            host: "ldap.example.com/x".into(),
            port: Some(0),
            ca_certificate: Some("no PEM".into()),
            bind_dn: String::new(),
            base_dn: " ".into(),
            user_filter: "(uid=*)".into(),
            subject_attribute: "a=b".into(),
            group_search: Some(LdapGroupSearch {
                base_dn: String::new(),
                filter: "(member={username})".into(),
                name_attribute: "c n".into(),
            }),
            ..config()
        };
        let expected = [
            "/config/host not_a_host",
            "/config/port out_of_range",
            "/config/ca_certificate not_a_certificate",
            "/config/bind_dn required",
            "/config/base_dn required",
            "/config/user_filter not_a_filter",
            "/config/subject_attribute not_an_attribute",
            "/config/group_search/name_attribute not_an_attribute",
            "/config/group_search/base_dn required",
            "/config/group_search/filter not_a_filter",
        ];
        assert_eq!(faults(wrong, PRODUCTION), expected);
    }

    #[test]
    fn an_empty_password_is_no_password() {
        let credentials = LdapCredentials { bind_password: "".into() };
        assert_eq!(credentials.check().unwrap_err().errors()[0].pointer, "/credentials/bind_password");
        assert_eq!(format!("{credentials:?}"), "LdapCredentials(…)");
    }
}
