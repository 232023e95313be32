//! Which addresses and names lie on the public internet.
//!
//! After the special-purpose registries of IANA (read 2026-11):
//! <https://www.iana.org/assignments/iana-ipv4-special-registry> and
//! <https://www.iana.org/assignments/iana-ipv6-special-registry>.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far a webhook may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The public internet.
    Public,
    /// This machine, or a network that is somebody's own.
    Private,
    /// Where no webhook is: what hands out credentials in a cloud, what stands for another address,
    /// what is nobody's.
    Never,
}

use Reach::{Never, Private, Public};

/// An address that fits no row is public. The first row that fits counts.
const V4: [(Ipv4Addr, u32, Reach); 19] = [
    (Ipv4Addr::new(100, 100, 100, 200), 32, Never), // metadata of Alibaba Cloud
    (Ipv4Addr::new(168, 63, 129, 16), 32, Never),   // metadata of Azure
    (Ipv4Addr::new(10, 0, 0, 0), 8, Private),
    (Ipv4Addr::new(100, 64, 0, 0), 10, Private), // carriers' own translation of addresses
    (Ipv4Addr::new(127, 0, 0, 0), 8, Private),
    (Ipv4Addr::new(172, 16, 0, 0), 12, Private),
    (Ipv4Addr::new(192, 168, 0, 0), 16, Private),
    (Ipv4Addr::new(0, 0, 0, 0), 8, Never), // "this network": Linux takes 0.0.0.0 for itself
    (Ipv4Addr::new(169, 254, 0, 0), 16, Never), // link-local, with the metadata of most clouds
    (Ipv4Addr::new(192, 0, 0, 0), 24, Never), // protocols, and the metadata of Oracle
    (Ipv4Addr::new(192, 0, 2, 0), 24, Never), // documentation
    (Ipv4Addr::new(192, 31, 196, 0), 24, Never), // AS112
    (Ipv4Addr::new(192, 52, 193, 0), 24, Never), // AMT
    (Ipv4Addr::new(192, 88, 99, 0), 24, Never), // relays of 6to4
    (Ipv4Addr::new(192, 175, 48, 0), 24, Never), // AS112
    (Ipv4Addr::new(198, 18, 0, 0), 15, Never), // benchmarks
    (Ipv4Addr::new(198, 51, 100, 0), 24, Never), // documentation
    (Ipv4Addr::new(203, 0, 113, 0), 24, Never), // documentation
    (Ipv4Addr::new(224, 0, 0, 0), 3, Never), // multicast, reserved, broadcast
];

/// An address that fits no row is never one: so are those that hold an IPv4 address (mapped,
/// compatible, NAT64), link-local ones and multicast.
const V6: [(Ipv6Addr, u32, Reach); 10] = [
    (
        Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254),
        128,
        Never,
    ), // metadata of AWS
    (
        Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),
        128,
        Never,
    ), // metadata of Google
    (Ipv6Addr::LOCALHOST, 128, Private),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, Private),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, Never), // protocols, Teredo
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, Never), // documentation
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, Never), // 6to4
    (
        Ipv6Addr::new(0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0),
        48,
        Never,
    ), // AS112
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, Never), // documentation
    (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3, Public),
];

/// Names under which clouds hand out credentials.
const METADATA: [&str; 5] = [
    "metadata",
    "instance-data",
    "metadata.goog",
    "metadata.google.internal",
    "metadata.tencentyun.com",
];

/// Ends of names that mean something only in a network of one's own.
const PRIVATE_ENDS: [&str; 10] = [
    ".corp",
    ".home",
    ".home.arpa",
    ".internal",
    ".intranet",
    ".lan",
    ".local",
    ".localdomain",
    ".localhost",
    ".svc",
];

/// Where an address lies.
pub(crate) fn of_address(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(address) => {
            let bits = u32::from(address);
            let within = |base: Ipv4Addr, prefix: u32| {
                let beyond = u32::BITS.saturating_sub(prefix);
                (bits ^ u32::from(base)).checked_shr(beyond).unwrap_or(0) == 0
            };
            let row = V4.iter().find(|(base, prefix, _)| within(*base, *prefix));
            row.map_or(Public, |(_, _, reach)| *reach)
        }
        IpAddr::V6(address) => {
            let bits = u128::from(address);
            let within = |base: Ipv6Addr, prefix: u32| {
                let beyond = u128::BITS.saturating_sub(prefix);
                (bits ^ u128::from(base)).checked_shr(beyond).unwrap_or(0) == 0
            };
            let row = V6.iter().find(|(base, prefix, _)| within(*base, *prefix));
            row.map_or(Never, |(_, _, reach)| *reach)
        }
    }
}

/// Where a name points as far as the name alone says. `name` is in lower case.
pub(crate) fn of_name(name: &str) -> Reach {
    let name = name.strip_suffix('.').unwrap_or(name);
    if METADATA.contains(&name) {
        Never
    } else if !name.contains('.') || PRIVATE_ENDS.iter().any(|end| name.ends_with(end)) {
        Private
    } else {
        Public
    }
}
