//! Where addresses lead.
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where an address leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Zone {
    Public,
    Loopback,
    Private,
    /// Nowhere that anybody means: link-local, multicast, documentation, benchmarks, tunnels, clouds' metadata.
    Never,
}

/// By IANA's registries of special-purpose addresses.
pub(super) fn zone(address: IpAddr) -> Zone {
    // ::ffff:127.0.0.1 is 127.0.0.1.
    match address.to_canonical() {
        IpAddr::V4(address) => zone_v4(address),
        IpAddr::V6(address) => zone_v6(address),
    }
}

#[expect(clippy::match_same_arms, reason = "each arm says why")]
fn zone_v4(address: Ipv4Addr) -> Zone {
    match address.octets() {
        // Metadata of Alibaba's cloud in a shared network, and of Azure at a public address.
        [100, 100, 100, 200] | [168, 63, 129, 16] => Zone::Never,
        [127, ..] => Zone::Loopback,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] => Zone::Private,
        // "This network"; link-local, where most clouds have their metadata; protocols; documentation; the relays of 6to4.
        [0, ..] | [169, 254, ..] | [192, 0, 0 | 2, _] | [198, 51, 100, _] | [203, 0, 113, _] | [192, 88, 99, _] => {
            Zone::Never
        }
        // Benchmarks; multicast, reserved, broadcast.
        [198, 18 | 19, ..] | [224..=255, ..] => Zone::Never,
        _ => Zone::Public,
    }
}

#[expect(clippy::match_same_arms, reason = "each arm says why")]
fn zone_v6(address: Ipv6Addr) -> Zone {
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 1] => Zone::Loopback,
        // NAT64 (RFC 6052): whoever is behind it.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
            if zone_v4(Ipv4Addr::new(a, b, c, d)) == Zone::Public { Zone::Public } else { Zone::Never }
        }
        // Metadata of Amazon's and Google's clouds.
        [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254] | [0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254] => Zone::Never,
        [0xfc00..=0xfdff, ..] => Zone::Private,
        // Protocols and Teredo, documentation, 6to4, documentation again (RFC 9637).
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x2002, ..] | [0x3fff, 0..=0xfff, ..] => Zone::Never,
        // All that is given out for global use.
        [0x2000..=0x3fff, ..] => Zone::Public,
        _ => Zone::Never,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Reach;

    fn allowed(reach: Reach, address: &str) -> bool {
        reach.allows(address.parse().unwrap())
    }

    #[test]
    fn what_is_near_is_reached_only_where_that_is_meant() {
        let public = Reach { loopback: false, private: false };
        let open = [
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "172.15.255.255",
            "172.32.0.1",
            "100.63.255.255",
            "100.128.0.1",
            "192.0.1.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "223.255.255.255",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
            "2001:200::1",
            "2606:4700::1111",
            "2a00:1450::1",
        ];
        for address in open {
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
        let closed = [
            "0.0.0.0",
            "0.1.2.3",
            "169.254.169.254",
            "169.254.0.1",
            "100.100.100.200",
            "168.63.129.16",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::8.8.8.8",
            "::7f00:1",
            "::ffff:169.254.169.254",
            "::ffff:0:127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:2::1",
            "2001:10::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:808:808::",
            "3fff::1",
            "4000::1",
            "5f00::1",
            "fd00:ec2::254",
            "fd20:ce::254",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
        ];
        for address in closed {
            assert!(!allowed(all, address), "{address}");
        }
    }
}
