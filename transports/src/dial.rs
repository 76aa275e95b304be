//! The stream to a device, however it comes about: directly, or through a jump host.

use crate::carrier::Link;
use crate::resolve::Resolver;
use crate::source::Source;
#[cfg(feature = "ssh")]
use crate::ssh::Jump;
use crate::tcp;
use linecrew_core::cx::Cx;
use linecrew_core::transport::{Target, TransportError};
use std::net::TcpStream;
use std::time::Duration;

/// How a connector reaches its targets.
#[derive(Clone)]
pub(crate) enum Dial {
    /// Over TCP from this machine.
    Direct(Resolver),
    /// Over TCP from a jump host.
    #[cfg(feature = "ssh")]
    Through(Jump),
}

/// A stream to a device.
#[derive(Debug)]
pub(crate) struct Connection {
    /// The non-blocking stream: one of TCP, or one end of a socket pair, which serves all calls but those on addresses
    /// and on TCP's options.
    pub(crate) socket: TcpStream,
    /// What carries it, if that is a jump host.
    pub(crate) link: Option<Link>,
}

impl Default for Dial {
    fn default() -> Self {
        Self::Direct(Resolver::system())
    }
}

impl Dial {
    /// Connects to `target` within `limit`, from the moment at which the jump host's connection stands. Where this
    /// machine makes the connection, it does so from `source`.
    pub(crate) fn connect(
        &self,
        target: &Target,
        usual_port: u16,
        source: Source<'_>,
        limit: Duration,
        cx: &Cx,
    ) -> Result<Connection, TransportError> {
        match self {
            Self::Direct(resolver) => {
                let cx = cx.within(limit, "connect");
                tcp::connect(target, usual_port, source, resolver, &cx).map(Connection::direct)
            }
            #[cfg(feature = "ssh")]
            Self::Through(jump) => jump.connect(target, usual_port, limit, cx),
        }
    }
}

impl Connection {
    pub(crate) fn direct(socket: TcpStream) -> Self {
        Self { socket, link: None }
    }
}
