//! Where events may be sent. The name is looked at when an endpoint is made; the address behind it at each delivery.
use crate::reach::Reach;
use purser_kernel::Problem;
use std::net::IpAddr;
use url::{Host, Url};

const MAX_URL: usize = 2048;
/// Where HTTP is spoken without TLS.
const PLAIN_PORT: u16 = 80;

/// Which addresses an operator lets organizations name.
#[derive(Clone, Debug)]
pub struct Targets {
    /// Which machines; never private networks.
    reach: Reach,
    /// At which ports. Without TLS only at port 80, where that is among them.
    ports: Vec<u16>,
}

impl Targets {
    /// These ports of public machines, and every port of the server's own one if it is for development.
    pub fn new(ports: Vec<u16>, loopback: bool) -> Self {
        Self { reach: Reach { loopback, private: false }, ports }
    }

    pub(crate) fn reach(&self) -> Reach {
        self.reach
    }

    /// The URL, if events may be sent there: `https`, one of the ports, no credentials, no fragment, and no address of a network that
    /// is not public.
    pub(crate) fn checked(&self, text: &str) -> Result<Url, Problem> {
        let refuse = |code, why: &str| Problem::invalid("/url", code, why);
        let too_long = || refuse("too_long", "must have at most 2048 characters, as it is written in a request");
        if text.len() > MAX_URL {
            return Err(too_long());
        }
        let wrong = || refuse("not_a_url", "must be a URL such as https://example.com/webhooks");
        let url = Url::parse(text.trim()).map_err(|_| wrong())?;
        // Written out, it may be longer than it was.
        if url.as_str().len() > MAX_URL {
            return Err(too_long());
        }
        let (Some(host), Some(port), "http" | "https") = (url.host(), url.port_or_known_default(), url.scheme()) else {
            return Err(wrong());
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refuse("credentials_in_url", "must not contain a name or a password: requests are signed"));
        }
        if url.fragment().is_some() {
            return Err(refuse("not_a_url", "must not have a fragment"));
        }
        let literal = match host {
            Host::Ipv4(address) => Some(IpAddr::V4(address)),
            Host::Ipv6(address) => Some(IpAddr::V6(address)),
            Host::Domain(_) => None,
        };
        if literal.is_some_and(|address| !self.reach.allows(address)) {
            return Err(refuse("address_not_allowed", "must not be an address in a network that is not public"));
        }
        if url.host_str().is_some_and(|host| self.reach.is_desk(host)) {
            return Ok(url);
        }
        if !self.ports.contains(&port) {
            return Err(refuse("port_not_allowed", "has a port that this installation does not send to"));
        }
        if url.scheme() == "http" && port != PLAIN_PORT {
            return Err(refuse("tls_required", "must begin with https://"));
        }
        Ok(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(targets: &Targets, url: &str) -> Option<String> {
        targets.checked(url).err().map(|problem| problem.errors()[0].code.to_string())
    }

    #[test]
    fn only_public_machines_over_tls_unless_the_operator_says_otherwise() {
        let usual = Targets::new(vec![443], false);
        for url in ["https://example.com/hooks?a=b", "https://8.8.8.8/", "https://[2606:4700::1111]/"] {
            assert_eq!(refused(&usual, url), None, "{url}");
        }
        for (url, code) in [
            ("http://example.com/", "port_not_allowed"),
            ("https://example.com:8443/", "port_not_allowed"),
            ("http://example.com:443/", "tls_required"),
            ("https://ann:secret@example.com/", "credentials_in_url"),
            ("https://ann@example.com/", "credentials_in_url"),
            ("https://example.com/#here", "not_a_url"),
            ("ftp://example.com/", "not_a_url"),
            ("file:///etc/passwd", "not_a_url"),
            ("example.com", "not_a_url"),
            ("", "not_a_url"),
            ("https://127.0.0.1/", "address_not_allowed"),
            ("https://2130706433/", "address_not_allowed"),
            ("https://0x7f.1/", "address_not_allowed"),
            ("https://0177.0.0.1/", "address_not_allowed"),
            ("https://[::1]/", "address_not_allowed"),
            ("https://[::ffff:10.0.0.1]/", "address_not_allowed"),
            ("https://10.0.0.1/", "address_not_allowed"),
            ("https://169.254.169.254/latest/meta-data", "address_not_allowed"),
        ] {
            assert_eq!(refused(&usual, url), Some(code.to_owned()), "{url}");
        }
        assert_eq!(refused(&Targets::new(vec![443, 80, 8443], false), "http://example.com/"), None);
        assert_eq!(refused(&Targets::new(vec![443, 80, 8443], false), "https://example.com:8443/"), None);
        assert_eq!(
            refused(&Targets::new(vec![443, 80, 8443], false), "http://example.com:8443/"),
            Some("tls_required".to_owned())
        );
    }

    #[test]
    fn a_url_is_as_long_as_it_is_written_out() {
        let usual = Targets::new(vec![443], false);
        let path = |length: usize| format!("https://example.com/{}", "a".repeat(length - 20));
        assert_eq!(usual.checked(&path(2048)).unwrap().as_str().len(), 2048);
        assert_eq!(refused(&usual, &path(2049)), Some("too_long".to_owned()));
        // One byte more for each than was sent, and the slash behind the name.
        assert_eq!(refused(&usual, &format!("{}é", path(2046))), Some("too_long".to_owned()));
        assert_eq!(refused(&usual, &format!("https://{}acom", "a.".repeat(1018))), Some("too_long".to_owned()));
    }

    #[test]
    fn a_desk_has_every_port() {
        let desk = Targets::new(vec![443], true);
        for url in ["http://127.0.0.1:3000/", "http://localhost:3000/", "http://[::1]:1/", "https://127.0.0.1/"] {
            assert_eq!(refused(&desk, url), None, "{url}");
        }
        assert_eq!(refused(&desk, "http://10.0.0.1/"), Some("address_not_allowed".to_owned()));
    }
}
