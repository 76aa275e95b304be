//! Where on this machine a connection is made from.

use linecrew_core::transport::Target;
#[cfg(feature = "ssh")]
use nix::net::if_::InterfaceFlags;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream};

/// The addresses and the interface of this machine that a connection is bound to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Source<'a> {
    /// At most one of each family. None: the system's choice.
    addresses: Vec<IpAddr>,
    interface: Option<&'a str>,
    /// The interface whose addresses are to be the source, until they are looked up.
    #[cfg(feature = "ssh")]
    addresses_of: Option<&'a str>,
}

impl<'a> Source<'a> {
    /// As the target asks for.
    pub(crate) fn of(target: &'a Target) -> Self {
        let addresses = target.source_address.into_iter().collect();
        Self {
            addresses,
            interface: target.source_interface.as_deref(),
            #[cfg(feature = "ssh")]
            addresses_of: None,
        }
    }

    /// The same, or from an address of `interface` where the target asks for nothing: OpenSSH's `BindInterface`, which
    /// binds to an address alone.
    #[cfg(feature = "ssh")]
    pub(crate) fn or_address_of(mut self, interface: Option<&'a str>) -> Self {
        let open = self.addresses.is_empty() && self.interface.is_none();
        self.addresses_of = interface.filter(|_| open);
        self
    }

    /// The same with the addresses that it needs looked up.
    #[cfg(feature = "ssh")]
    pub(crate) fn resolved(mut self) -> io::Result<Self> {
        if let Some(interface) = self.addresses_of {
            self.addresses = addresses_of(interface)?;
        }
        Ok(self)
    }

    /// The same: there is nothing to look up.
    #[cfg(not(feature = "ssh"))]
    #[allow(clippy::unnecessary_wraps, reason = "with SSH it may fail")]
    pub(crate) fn resolved(self) -> io::Result<Self> {
        Ok(self)
    }

    /// Whether a connection from here to `remote` is possible: both are of one family.
    pub(crate) fn fits(&self, remote: &SocketAddr) -> bool {
        self.addresses.is_empty() || self.address_for(remote).is_some()
    }

    /// Binds a socket that is to be connected to `remote`.
    pub(crate) fn bind(&self, socket: &TcpStream, remote: &SocketAddr) -> io::Result<()> {
        if let Some(interface) = self.interface {
            bind_device(socket, interface)?;
        }
        if let Some(address) = self.address_for(remote) {
            rustix::net::bind(socket, &SocketAddr::new(address, 0))?;
        }
        Ok(())
    }

    /// The source in words: `192.0.2.1`, `eth0`, `192.0.2.1 on eth0`.
    pub(crate) fn shown(&self) -> String {
        #[cfg(feature = "ssh")]
        if let Some(interface) = self.addresses_of {
            return interface.escape_debug().to_string();
        }
        let address = self.addresses.first().map(IpAddr::to_string);
        let interface = self.interface.map(|interface| interface.escape_debug().to_string());
        address.into_iter().chain(interface).collect::<Vec<_>>().join(" on ")
    }

    fn address_for(&self, remote: &SocketAddr) -> Option<IpAddr> {
        self.addresses.iter().find(|address| address.is_ipv6() == remote.is_ipv6()).copied()
    }
}

/// The addresses that an interface has now, the best of each family: as OpenSSH chooses them, the first one, but
/// loopback and link-local ones last.
#[cfg(feature = "ssh")]
fn addresses_of(interface: &str) -> io::Result<Vec<IpAddr>> {
    let found: Vec<IpAddr> = nix::ifaddrs::getifaddrs()?
        .filter(|found| found.interface_name == interface && found.flags.contains(InterfaceFlags::IFF_UP))
        .filter_map(|found| {
            let address = found.address?;
            let v4 = address.as_sockaddr_in().map(|v4| v4.ip().into());
            v4.or(address.as_sockaddr_in6().map(|v6| v6.ip().into()))
        })
        .collect();
    let best = |is_v6| found.iter().filter(|it| it.is_ipv6() == is_v6).min_by_key(|it| is_local(it));
    let addresses: Vec<_> = [false, true].into_iter().filter_map(best).copied().collect();
    if addresses.is_empty() {
        return Err(io::Error::new(
            io::ErrorKind::AddrNotAvailable,
            "no such interface is up and has an address",
        ));
    }
    Ok(addresses)
}

/// Whether an address is good for this machine, or this link, alone.
#[cfg(feature = "ssh")]
fn is_local(address: &IpAddr) -> bool {
    address.is_loopback() || matches!(address, IpAddr::V6(v6) if v6.is_unicast_link_local())
}

/// `SO_BINDTODEVICE`, which since Linux 5.7 needs no privilege on a socket that is bound to no device yet.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn bind_device(socket: &TcpStream, interface: &str) -> io::Result<()> {
    // The kernel takes an empty name for "no device", and of a long one the beginning.
    if interface.is_empty() || interface.len() > 15 {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the name has 1 to 15 bytes"));
    }
    socket2::SockRef::from(socket).bind_device(Some(interface.as_bytes()))
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn bind_device(_: &TcpStream, _: &str) -> io::Result<()> {
    let what = "this system binds no connection to an interface; give a source address";
    Err(io::Error::new(io::ErrorKind::Unsupported, what))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source<'a>(address: Option<&str>, interface: Option<&'a str>) -> Source<'a> {
        let addresses = address.map(|address| address.parse().unwrap()).into_iter().collect();
        Source { addresses, interface, ..Source::default() }
    }

    #[test]
    fn only_addresses_of_its_own_family_fit_a_source_address() {
        let v4 = source(Some("127.0.0.2"), None);
        let (near, far): (SocketAddr, SocketAddr) =
            ("192.0.2.1:22".parse().unwrap(), "[2001:db8::1]:22".parse().unwrap());
        assert!(v4.fits(&near) && !v4.fits(&far));
        assert!(source(None, Some("lo")).fits(&far));
    }

    #[test]
    fn a_source_is_shown_with_what_it_has() {
        let shown = |address, interface| source(address, interface).shown();
        assert_eq!(shown(Some("192.0.2.1"), Some("eth0")), "192.0.2.1 on eth0");
        assert_eq!(shown(Some("192.0.2.1"), None), "192.0.2.1");
        assert_eq!(shown(None, Some("eth0")), "eth0");
    }

    #[cfg(all(target_os = "linux", feature = "ssh"))]
    mod of_an_interface {
        use super::*;

        #[test]
        fn its_addresses_are_the_source_unless_the_target_asks_for_one() {
            let lo = Source::default().or_address_of(Some("lo")).resolved().unwrap();
            assert_eq!(lo.address_for(&"192.0.2.1:22".parse().unwrap()), Some([127, 0, 0, 1].into()));
            assert_eq!((lo.interface, &*lo.shown()), (None, "lo"));
            let own = source(Some("127.0.0.2"), None).or_address_of(Some("none-such"));
            assert_eq!(own.resolved().unwrap().shown(), "127.0.0.2");
        }

        #[test]
        fn one_that_is_not_there_has_none() {
            let error = Source::default().or_address_of(Some("none-such")).resolved().unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::AddrNotAvailable);
        }

        #[test]
        fn addresses_that_are_good_elsewhere_come_first() {
            for (address, local) in [
                ("127.0.0.1", true),
                ("::1", true),
                ("fe80::1", true),
                ("10.0.0.1", false),
                ("fd00::1", false),
            ] {
                assert_eq!(is_local(&address.parse().unwrap()), local, "{address}");
            }
        }
    }
}
