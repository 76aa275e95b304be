//! Where on this machine a connection is made from.

use linecrew_core::transport::Target;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream};

/// The address and the interface of this machine that a connection is bound to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Source<'a> {
    pub(crate) address: Option<IpAddr>,
    pub(crate) interface: Option<&'a str>,
}

impl<'a> Source<'a> {
    /// As the target asks for.
    pub(crate) fn of(target: &'a Target) -> Self {
        Self { address: target.source_address, interface: target.source_interface.as_deref() }
    }

    /// Whether a connection from here to `remote` is possible: both are of one family.
    pub(crate) fn fits(&self, remote: &SocketAddr) -> bool {
        self.address.is_none_or(|address| address.is_ipv6() == remote.is_ipv6())
    }

    /// Binds a socket that is not connected yet.
    pub(crate) fn bind(&self, socket: &TcpStream) -> io::Result<()> {
        if let Some(interface) = self.interface {
            bind_device(socket, interface)?;
        }
        if let Some(address) = self.address {
            rustix::net::bind(socket, &SocketAddr::new(address, 0))?;
        }
        Ok(())
    }

    /// The source in words: `192.0.2.1`, `eth0`, `192.0.2.1 on eth0`.
    pub(crate) fn shown(&self) -> String {
        match (self.address, self.interface) {
            (Some(address), Some(interface)) => format!("{address} on {}", interface.escape_debug()),
            (Some(address), None) => address.to_string(),
            (None, interface) => interface.unwrap_or_default().escape_debug().to_string(),
        }
    }
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

    #[test]
    fn only_addresses_of_its_own_family_fit_a_source_address() {
        let v4 = Source { address: Some([127, 0, 0, 2].into()), interface: None };
        let (near, far): (SocketAddr, SocketAddr) =
            ("192.0.2.1:22".parse().unwrap(), "[2001:db8::1]:22".parse().unwrap());
        assert!(v4.fits(&near) && !v4.fits(&far));
        assert!(Source { address: None, interface: Some("lo") }.fits(&far));
    }

    #[test]
    fn a_source_is_shown_with_what_it_has() {
        let source = |address, interface| Source { address, interface }.shown();
        let address = Some([192, 0, 2, 1].into());
        assert_eq!(source(address, Some("eth0")), "192.0.2.1 on eth0");
        assert_eq!(source(address, None), "192.0.2.1");
        assert_eq!(source(None, Some("eth0")), "eth0");
    }
}
