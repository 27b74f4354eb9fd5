//! Proxies that are believed when they say for whom they ask.

use std::net::IpAddr;
use std::str::FromStr;

use axum::http::HeaderMap;
use serde::Deserialize;

/// An address, or a network: `10.0.0.2`, `10.0.0.0/8`, `fd00::/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Net {
    address: IpAddr,
    bits: u8,
}

impl FromStr for Net {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no address and no network, such as 10.0.0.2 or 10.0.0.0/8");
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), |bits| bits.parse().map_err(|_| wrong()))?;
        if bits > most { Err(wrong()) } else { Ok(Self { address, bits }) }
    }
}

impl TryFrom<String> for Net {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl std::fmt::Display for Net {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

impl Net {
    fn holds(self, address: IpAddr) -> bool {
        let same = |a: u128, b: u128, width: u8| (a ^ b).checked_shr((width - self.bits).into()).unwrap_or(0) == 0;
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(net), IpAddr::V4(one)) => same(net.to_bits().into(), one.to_bits().into(), 32),
            (IpAddr::V6(net), IpAddr::V6(one)) => same(net.to_bits(), one.to_bits(), 128),
            _ => false,
        }
    }
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub struct Proxies(Vec<Net>);

impl Proxies {
    /// These.
    pub const fn new(nets: Vec<Net>) -> Self {
        Self(nets)
    }

    /// Whether an address is one of them.
    pub fn are(&self, address: IpAddr) -> bool {
        self.0.iter().any(|net| net.holds(address))
    }

    /// For whom a request is, which came from an address: where that is a proxy, the last address in `X-Forwarded-For` that
    /// is none. What stands before it is what the client says.
    pub fn client(&self, from: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.are(from) {
            return from;
        }
        let told: Vec<&str> = headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok()).collect();
        let mut client = from;
        for one in told.iter().rev().flat_map(|line| line.rsplit(',')) {
            let Ok(address) = one.trim().parse() else { break };
            client = address;
            if !self.are(address) {
                break;
            }
        }
        client
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(nets: &[&str]) -> Proxies {
        Proxies::new(nets.iter().map(|net| net.parse().unwrap()).collect())
    }

    fn client(from: &str, told: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in told {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        proxies(&["10.0.0.0/8", "fd00::/8", "192.0.2.7"]).client(from.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_a_proxy_is_believed_and_only_what_it_saw() {
        assert_eq!(client("203.0.113.9", &["198.51.100.1"]), "203.0.113.9", "a stranger says what it likes");
        assert_eq!(client("10.1.2.3", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("10.1.2.3", &["1.1.1.1, 198.51.100.1, 192.0.2.7"]), "198.51.100.1");
        assert_eq!(client("10.1.2.3", &["1.1.1.1", "198.51.100.1,192.0.2.7"]), "198.51.100.1");
        assert_eq!(client("fd12::1", &["2001:db8::5"]), "2001:db8::5");
        assert_eq!(client("10.1.2.3", &["1.1.1.1, nonsense"]), "10.1.2.3");
        assert_eq!(client("10.1.2.3", &[]), "10.1.2.3");
        assert_eq!(client("::ffff:10.1.2.3", &["198.51.100.1"]), "198.51.100.1");
    }

    #[test]
    fn networks_are_read_as_they_are_written() {
        for (text, shown) in [("10.0.0.2", "10.0.0.2/32"), ("10.0.0.0/8", "10.0.0.0/8"), ("::/0", "::/0")] {
            assert_eq!(text.parse::<Net>().map(|net| net.to_string()).as_deref(), Ok(shown));
        }
        assert!(proxies(&["0.0.0.0/0"]).are([203, 0, 113, 9].into()));
        for wrong in ["", "10.0.0", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "proxy.example"] {
            assert!(wrong.parse::<Net>().unwrap_err().contains("is no address"), "{wrong}");
        }
    }
}
