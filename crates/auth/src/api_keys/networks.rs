//! From where a key may be used.
use ipnet::{IpNet, Ipv4Net};
use purser_kernel::{FieldError, Problem, text::Findings};
use std::net::IpAddr;

/// More than anybody lists by hand.
const MAX_NETWORKS: usize = 50;
/// The bits before the address in an IPv4 address that is mapped into IPv6 (RFC 4291, section 2.5.5.2).
const MAPPED: u8 = 96;

/// Reads addresses and networks in CIDR notation. An address is the network of itself, and one that is mapped into IPv6 is the IPv4
/// one: which of them a listener sees depends on how it listens.
pub(crate) fn parse(pointer: &str, texts: &[String]) -> Result<Vec<IpNet>, Problem> {
    if texts.is_empty() {
        // An empty list means nothing, never everything, and a key that nobody can use is a mistake.
        let message = "must have an entry; leave it out for a key that may be used from anywhere";
        return Err(Problem::invalid(pointer, "required", message));
    }
    if texts.len() > MAX_NETWORKS {
        return Err(Problem::invalid(pointer, "too_many", format!("must have at most {MAX_NETWORKS} entries")));
    }
    let (mut findings, mut networks) = (Findings::new(), Vec::new());
    for (place, text) in texts.iter().enumerate() {
        match network(text.trim()) {
            Some(network) if networks.contains(&network) => {}
            Some(network) => networks.push(network),
            None => findings.add(FieldError::new(
                format!("{pointer}/{place}"),
                "not_a_network",
                "must be an address or a network such as 192.0.2.0/24",
            )),
        }
    }
    findings.finish()?;
    Ok(networks)
}

/// Whether a request from `address` is within one of them.
pub(crate) fn contain(networks: &[IpNet], address: Option<&str>) -> bool {
    let address = address.and_then(|address| address.parse::<IpAddr>().ok()).map(|address| address.to_canonical());
    address.is_some_and(|address| networks.iter().any(|network| network.contains(&address)))
}

pub(crate) fn network(text: &str) -> Option<IpNet> {
    let network = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).ok()?;
    let network = match network {
        IpNet::V6(v6) => match (v6.network().to_ipv4_mapped(), v6.prefix_len().checked_sub(MAPPED)) {
            (Some(address), Some(length)) => Ipv4Net::new(address, length).ok()?.into(),
            _ => network,
        },
        IpNet::V4(_) => network,
    };
    Some(network.trunc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> String {
        network(text).map_or_else(|| "none".to_owned(), |network| network.to_string())
    }

    #[test]
    fn one_network_has_one_form() {
        assert_eq!(parsed("192.0.2.7"), "192.0.2.7/32");
        assert_eq!(parsed("192.0.2.7/24"), "192.0.2.0/24");
        assert_eq!(parsed("2001:DB8::1"), "2001:db8::1/128");
        assert_eq!(parsed("::ffff:192.0.2.7"), "192.0.2.7/32");
        assert_eq!(parsed("::ffff:192.0.2.0/120"), "192.0.2.0/24");
        for nonsense in ["", "somewhere", "192.0.2.0/33", "192.0.2", "2001:db8::/129", "0x7f.1"] {
            assert_eq!(parsed(nonsense), "none", "{nonsense}");
        }
    }

    #[test]
    fn every_entry_that_is_none_is_named() {
        let list = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let problem = parse("/allowed_ips", &list(&["192.0.2.0/24", "x", "::1", "y"])).unwrap_err();
        let pointers: Vec<&str> = problem.errors().iter().map(|error| &*error.pointer).collect();
        assert_eq!(pointers, ["/allowed_ips/1", "/allowed_ips/3"]);
        assert!(parse("/allowed_ips", &[]).is_err());
        assert!(parse("/allowed_ips", &vec!["192.0.2.1".to_owned(); 51]).is_err());
        assert_eq!(parse("/allowed_ips", &vec!["192.0.2.1".to_owned(); 50]).unwrap().len(), 1);
    }

    #[test]
    fn who_is_unknown_comes_from_nowhere() {
        let networks = [network("192.0.2.0/24").unwrap(), network("2001:db8::/32").unwrap()];
        for inside in ["192.0.2.255", "::ffff:192.0.2.1", "2001:db8:ffff::1"] {
            assert!(contain(&networks, Some(inside)), "{inside}");
        }
        for outside in [Some("192.0.3.1"), Some("::192.0.2.1"), Some("2001:db9::1"), Some("localhost"), None] {
            assert!(!contain(&networks, outside), "{outside:?}");
        }
    }
}
