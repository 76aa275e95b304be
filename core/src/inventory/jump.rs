//! The jump hosts on the way to a device, as they are written.

use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// The jump hosts on the way to a device, the nearest to this machine first; OpenSSH's `ProxyJump`.
///
/// Written `[user@]host[:port]`, several as a list or with commas between them; `none` for no jump host, where one would
/// be inherited.
///
/// ```
/// use linecrew_core::inventory::Jump;
///
/// let jump: Jump = "ops@bastion.example:2022,[2001:db8::1]:22".parse()?;
/// assert_eq!((jump.hops().len(), jump.hops()[0].port), (2, Some(2022)));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Jump(Vec<Hop>);

/// One jump host, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hop {
    /// Who logs in.
    pub username: Option<String>,
    /// The name of a host of the inventory, else a host name or an address.
    pub host: String,
    /// The port.
    pub port: Option<u16>,
}

impl Jump {
    /// The jump hosts, the nearest to this machine first.
    pub fn hops(&self) -> &[Hop] {
        &self.0
    }
}

impl FromStr for Jump {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(Self::default());
        }
        text.split(',').map(|hop| hop.trim().parse()).collect::<Result<_, _>>().map(Self)
    }
}

impl FromStr for Hop {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fault = || format!("jump host {text:?}: expected [user@]host[:port]");
        let (username, place) = match text.rsplit_once('@') {
            Some((username, place)) => (Some(username), place),
            None => (None, text),
        };
        let (host, port) = match place.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((host, "")) => (host, None),
            Some((host, rest)) => (host, Some(rest.strip_prefix(':').ok_or_else(fault)?)),
            None if place.matches(':').count() == 1 => {
                place.split_once(':').map_or((place, None), |(host, port)| (host, Some(port)))
            }
            None => (place, None),
        };
        let port = port.map(|port| port.parse().map_err(|_| fault())).transpose()?;
        let unusable = |part: &str| part.is_empty() || part.contains(char::is_whitespace);
        if unusable(host) || username.is_some_and(unusable) {
            return Err(fault());
        }
        Ok(Self { username: username.map(str::to_owned), host: host.to_owned(), port })
    }
}

impl fmt::Display for Hop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(username) = &self.username {
            write!(f, "{username}@")?;
        }
        match self.port {
            Some(port) if self.host.contains(':') => write!(f, "[{}]:{port}", self.host),
            Some(port) => write!(f, "{}:{port}", self.host),
            None => f.write_str(&self.host),
        }
    }
}

impl fmt::Display for Jump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hops: Vec<_> = self.0.iter().map(Hop::to_string).collect();
        f.write_str(if hops.is_empty() { "none".to_owned() } else { hops.join(",") }.as_str())
    }
}

impl Serialize for Jump {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Jump {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Written;
        impl<'de> Visitor<'de> for Written {
            type Value = Jump;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("[user@]host[:port], or a list of them")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Jump, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Jump, A::Error> {
                let mut hops = Vec::new();
                while let Some(hop) = list.next_element::<String>()? {
                    hops.push(hop.parse().map_err(de::Error::custom)?);
                }
                Ok(Jump(hops))
            }
        }
        deserializer.deserialize_any(Written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hop_may_have_a_user_a_port_and_an_address_of_ipv6() {
        for text in ["b", "b:2022", "ops@b", "ops@b:7", "a@b@c", "[2001:db8::1]:22", "2001:db8::1"] {
            assert_eq!(text.parse::<Jump>().unwrap().to_string(), text);
        }
        let hop: Hop = "a@b@c:7".parse().unwrap();
        assert_eq!((hop.username.as_deref(), hop.host.as_str(), hop.port), (Some("a@b"), "c", Some(7)));
        assert_eq!("[::1]".parse::<Hop>().unwrap().host, "::1");
    }

    #[test]
    fn hops_are_separated_by_commas_and_none_means_none() {
        assert_eq!("a, b:1".parse::<Jump>().unwrap().hops().len(), 2);
        assert!("none".parse::<Jump>().unwrap().hops().is_empty());
    }

    #[test]
    fn what_is_no_hop_is_refused() {
        for text in ["", "a,", "@a", ":22", "a:", "a:x", "a:70000", "[::1]22", "a b"] {
            assert!(text.parse::<Jump>().is_err(), "{text}");
        }
    }
}
