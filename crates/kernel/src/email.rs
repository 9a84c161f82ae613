//! Mail addresses.
use crate::Problem;
use std::fmt;

/// A mail address as a person wrote it, and the form in which addresses are compared.
#[derive(Clone, PartialEq, Eq)]
pub struct Email {
    address: String,
}

/// RFC 5321, section 4.5.3.1.3, less the angle brackets.
const MAX_LENGTH: usize = 254;
/// RFC 5321, section 4.5.3.1.1.
const MAX_LOCAL_PART: usize = 64;

impl Email {
    /// Parses an address for the field at `pointer`.
    ///
    /// Deliberately narrower than RFC 5321: no quoted local parts, no address literals, ASCII only, a domain with a dot. What
    /// passes can be delivered to by every provider.
    pub fn parse(pointer: &str, text: &str) -> Result<Self, Problem> {
        let text = text.trim();
        let refuse = |why: &str| Err(Problem::invalid(pointer, "not_an_email", why.to_owned()));
        let Some((local, domain)) = text.rsplit_once('@') else {
            return refuse("must be a mail address");
        };
        let local_ok = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c);
        let label_ok = |label: &str| {
            (1..=63).contains(&label.len())
                && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        if text.len() > MAX_LENGTH || local.len() > MAX_LOCAL_PART {
            return refuse("is too long for a mail address");
        }
        let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
        if local.is_empty() || dots || !local.chars().all(local_ok) {
            return refuse("must be a mail address");
        }
        if !domain.contains('.') || !domain.split('.').all(label_ok) {
            return refuse("must be a mail address with a domain name");
        }
        Ok(Self { address: text.to_owned() })
    }

    /// The address as it was written.
    pub fn as_str(&self) -> &str {
        &self.address
    }

    /// The form in which addresses are compared: lower case, the local part too, as every large provider does.
    pub fn normalized(&self) -> String {
        self.address.to_ascii_lowercase()
    }
}

impl fmt::Debug for Email {
    /// An address is personal data and has no place in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}
