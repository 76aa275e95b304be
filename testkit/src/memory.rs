//! Simulated devices in memory: no socket, no thread, no clock.

use crate::console::{Console, Entry};
use crate::device::Device;
use crate::faults::{Outlet, Verdict};
use crate::node::{Node, SessionCount};
use linecrew_core::transport::{ErrorKind, Phase, TransportError};
use linecrew_transports::mock::{MockConnector, MockTransport, Peer};
use std::sync::Arc;

impl Device {
    /// Switches the device on and opens one session in memory, which begins with the login.
    pub fn connect_in_memory(self) -> MockTransport {
        self.power_on().connect_in_memory()
    }
}

impl Node {
    /// Opens a session in memory, which begins with the login.
    pub fn connect_in_memory(self: &Arc<Self>) -> MockTransport {
        MockTransport::new(self.device().hostname(), MemoryPeer::new(self))
    }
}

/// Connects each target to the device whose hostname is the target's name; any other target is refused.
pub fn connector(nodes: impl IntoIterator<Item = Arc<Node>>) -> MockConnector {
    let nodes: Vec<Arc<Node>> = nodes.into_iter().collect();
    MockConnector::new(move |target| {
        let node = nodes.iter().find(|node| node.device().hostname() == target.name);
        node.map(peer).ok_or_else(|| {
            TransportError::new(ErrorKind::Refused, Phase::Connect, &target.name, "no such device")
                .expected("the hostname of a simulated device")
        })
    })
}

/// One session with the device as the far end of a connection in memory, for a connector of one's own.
pub fn peer(node: &Arc<Node>) -> Box<dyn Peer> {
    Box::new(MemoryPeer::new(node))
}

/// A device at the far end of a connection in memory, faults included.
struct MemoryPeer {
    console: Console,
    outlet: Outlet,
    _count: SessionCount,
}

impl MemoryPeer {
    fn new(node: &Arc<Node>) -> Self {
        Self {
            console: Console::new(node, Entry::Login),
            outlet: Outlet::new(&node.device().faults),
            _count: node.open_session(),
        }
    }

    fn deliver(&mut self, said: &[u8]) -> Vec<u8> {
        let mut delivered = 0;
        while delivered < said.len() {
            let Verdict::Send(count) = self.outlet.verdict(said.len() - delivered) else { break };
            self.outlet.sent(count);
            delivered += count;
        }
        said[..delivered].to_vec()
    }
}

impl Peer for MemoryPeer {
    fn greet(&mut self) -> Vec<u8> {
        let said = self.console.greet();
        self.deliver(&said)
    }

    fn answer(&mut self, input: &[u8]) -> Vec<u8> {
        let said = self.console.input(input);
        self.deliver(&said)
    }

    fn is_closed(&self) -> bool {
        self.console.is_closed() || self.outlet.is_closed()
    }

    fn chunk(&self) -> usize {
        self.outlet.chunk()
    }
}
