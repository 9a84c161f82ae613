//! Links into Purser's front end, as mails have them.
use crate::Problem;
use std::net::SocketAddr;

/// Where people reach Purser's pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Links {
    base: String,
}

impl Links {
    /// Links below `base`, an absolute HTTP or HTTPS URL without a query.
    pub fn new(base: &str) -> Result<Self, Problem> {
        let base = base.trim_end_matches('/');
        let host = base.strip_prefix("https://").or_else(|| base.strip_prefix("http://"));
        let plain = |text: &str| text.chars().all(|c| c.is_ascii_graphic() && !"?#\"<>\\^`{|}".contains(c));
        match host {
            Some(host) if !host.is_empty() && !host.starts_with('/') && plain(host) => {
                Ok(Self { base: base.to_owned() })
            }
            _ => Err(Problem::invalid("/public_url", "not_a_url", "must be a URL such as https://purser.example.com")),
        }
    }

    /// Links to a server on this machine, without encryption.
    pub fn at(address: SocketAddr) -> Self {
        Self { base: format!("http://{address}") }
    }

    /// The address of `page`.
    pub fn to(&self, page: &str) -> String {
        format!("{}/{page}", self.base)
    }

    /// The address of `page` that hands it `token`, which is URL-safe.
    ///
    /// The token stands in the fragment, which no browser sends to a server: it gets into no log and no `Referer`.
    pub fn with_token(&self, page: &str, token: &str) -> String {
        format!("{}/{page}#token={token}", self.base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_stands_in_the_fragment() {
        for base in ["https://purser.example.com", "https://purser.example.com/"] {
            let link = Links::new(base).unwrap().with_token("reset-password", "abc");
            assert_eq!(link, "https://purser.example.com/reset-password#token=abc");
        }
        let below = Links::new("http://127.0.0.1:8080/purser").unwrap();
        assert_eq!(below.with_token("verify-email", "a_-b"), "http://127.0.0.1:8080/purser/verify-email#token=a_-b");
    }

    #[test]
    fn what_is_no_base_is_refused() {
        for base in
            ["", "purser.example.com", "ftp://x", "https://", "https:///x", "https://x?a", "https://x#a", "http://a b"]
        {
            assert!(Links::new(base).is_err(), "{base}");
        }
    }
}
