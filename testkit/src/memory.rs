//! Simulated devices in memory: no socket, no thread, no clock.

use crate::console::{Console, Entry};
use crate::device::Device;
use crate::faults::{Outlet, Verdict};
use crate::node::{Node, SessionCount};
use linecrew_core::transport::{ErrorKind, Phase, TransportError};
use linecrew_transports::mock::{MockConnector, MockTransport, Peer};
use std::collections::VecDeque;
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
    /// What was said and not handed out, since it goes out in pieces.
    said: VecDeque<u8>,
    turned_away: bool,
    _count: SessionCount,
}

impl MemoryPeer {
    fn new(node: &Arc<Node>) -> Self {
        let device = node.device();
        Self {
            console: Console::new(node, Entry::Login),
            outlet: Outlet::new(&device.faults, device.seed),
            said: VecDeque::new(),
            turned_away: false,
            _count: node.open_session(),
        }
    }
}

impl Peer for MemoryPeer {
    fn greet(&mut self) -> Vec<u8> {
        let words = self.console.node.turns_away().map(<[u8]>::to_vec);
        self.turned_away = words.is_some();
        let greeting = words.unwrap_or_else(|| self.console.greet());
        self.said.extend(greeting);
        Vec::new()
    }

    fn answer(&mut self, input: &[u8]) -> Vec<u8> {
        if !self.turned_away {
            self.said.extend(self.console.input(input));
        }
        Vec::new()
    }

    fn more(&mut self) -> Vec<u8> {
        if self.said.is_empty() {
            self.said.extend(self.console.more().unwrap_or_default());
        }
        let ready = self.said.make_contiguous();
        if ready.is_empty() {
            return Vec::new();
        }
        let Verdict::Send(count) = self.outlet.verdict(ready) else {
            self.said.clear();
            return Vec::new();
        };
        let piece: Vec<u8> = self.said.drain(..count).collect();
        self.outlet.sent(&piece);
        piece
    }

    fn is_closed(&self) -> bool {
        let ended = self.turned_away || self.console.is_closed();
        !self.outlet.is_hung() && (ended || self.outlet.is_closed())
    }
}
