//! Where a request came from.
use std::net::{IpAddr, Ipv6Addr};

/// Where a request came from, for the audit trail and for what is counted by network.
#[derive(Clone, Debug, Default)]
pub struct Client {
    /// The network address.
    pub ip: Option<String>,
    /// What the client calls itself.
    pub user_agent: Option<String>,
}

impl Client {
    /// Whom the address stands for: itself, or its /64, because a provider gives a whole one to each of its customers
    /// (RFC 6177). IPv4 as an address that is mapped into IPv6. `None` for what is no address.
    pub fn network(&self) -> Option<Ipv6Addr> {
        const NETWORK: u128 = !0 << 64;
        match self.ip.as_deref()?.parse::<IpAddr>().ok()?.to_canonical() {
            IpAddr::V4(v4) => Some(v4.to_ipv6_mapped()),
            IpAddr::V6(v6) => Some(Ipv6Addr::from_bits(v6.to_bits() & NETWORK)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Client;

    fn network(ip: &str) -> Option<String> {
        Client { ip: Some(ip.to_owned()), user_agent: None }.network().map(|network| network.to_string())
    }

    #[test]
    fn a_network_of_ipv6_is_one() {
        assert_eq!(network("2001:db8::1"), network("2001:db8:0:0:ffff::2"));
        assert_ne!(network("2001:db8::1"), network("2001:db8:0:1::1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
        assert_eq!(network("192.0.2.1"), network("::ffff:192.0.2.1"));
        assert_eq!(network("192.0.2.1").as_deref(), Some("::ffff:192.0.2.1"));
        assert_eq!(network("nonsense"), None);
        assert_eq!(Client::default().network(), None);
    }
}
