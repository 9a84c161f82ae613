//! Which machines a provider may be at: its address is an organization's to choose, and the network around the server is not.
use std::{
    io,
    net::{IpAddr, Ipv4Addr},
};
use tokio::net::TcpStream;

/// Which addresses may be spoken with, beside public ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// The server's own machine, and that without TLS. For development.
    pub loopback: bool,
    /// Private networks (RFC 1918, RFC 4193, RFC 6598), where an organization that runs Purser itself has its directory.
    pub private: bool,
}

impl Reach {
    /// Whether this address may be spoken with.
    pub(crate) fn allows(self, address: IpAddr) -> bool {
        match address.to_canonical() {
            address if address.is_loopback() => self.loopback,
            address if address.is_unspecified() || address.is_multicast() => false,
            IpAddr::V4(v4) if v4.is_link_local() || v4.is_broadcast() || v4.octets().first() == Some(&0) => false,
            IpAddr::V4(v4) if v4.is_private() || is_shared(v4) => self.private,
            IpAddr::V6(v6) if v6.is_unicast_link_local() => false,
            IpAddr::V6(v6) if v6.is_unique_local() => self.private,
            _ => true,
        }
    }

    /// A connection with `host`, if it may be spoken with. The address that was looked at is the one that is used: a name may mean
    /// another one a moment later.
    pub(crate) async fn connect(self, host: &str, port: u16) -> io::Result<TcpStream> {
        let found = tokio::net::lookup_host((host, port)).await?;
        let mut failure = io::Error::other("its address is not one that may be spoken with");
        for address in found.filter(|address| self.allows(address.ip())) {
            match TcpStream::connect(address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    /// Whether what is said to this host without TLS stays on the server's own machine, and may.
    pub(crate) fn is_desk(self, host: &str) -> bool {
        let own = |host: &str| host.parse().is_ok_and(|address: IpAddr| address.to_canonical().is_loopback());
        self.loopback && (host.eq_ignore_ascii_case("localhost") || own(host.trim_matches(['[', ']'])))
    }
}

/// RFC 6598.
fn is_shared(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    first == 100 && (64..128).contains(&second)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(reach: Reach, address: &str) -> bool {
        reach.allows(address.parse().unwrap())
    }

    #[test]
    fn what_is_near_is_reached_only_where_that_is_meant() {
        let public = Reach { loopback: false, private: false };
        for address in ["192.0.2.1", "8.8.8.8", "2001:db8::1", "172.32.0.1", "100.128.0.1"] {
            assert!(allowed(public, address), "{address}");
        }
        let private = ["10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "fd00::1", "::ffff:10.0.0.1"];
        for address in private {
            assert!(!allowed(public, address), "{address}");
            assert!(allowed(Reach { private: true, ..public }, address), "{address}");
        }
        for address in ["127.0.0.1", "::1", "127.9.9.9", "::ffff:127.0.0.1"] {
            assert!(!allowed(Reach { private: true, ..public }, address), "{address}");
            assert!(allowed(Reach { loopback: true, ..public }, address), "{address}");
        }
    }

    #[test]
    fn some_machines_are_reached_by_nobody() {
        let all = Reach { loopback: true, private: true };
        for address in
            ["169.254.169.254", "0.0.0.0", "0.1.2.3", "255.255.255.255", "224.0.0.1", "::", "fe80::1", "ff02::1"]
        {
            assert!(!allowed(all, address), "{address}");
        }
    }
}
