//! Simulated devices in memory: no socket, no thread, and a clock that only waits move.

use crate::console::{Console, Entry};
use crate::device::Device;
use crate::faults::{self, Outlet, Verdict};
use crate::lag::Lag;
use crate::node::{Node, SessionCount};
use linecrew_core::transport::{ErrorKind, Phase, TransportError};
use linecrew_transports::mock::{MockConnector, MockTransport, Peer};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

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
    /// Since the connection began.
    time: Duration,
    lag: Option<Lag>,
    /// What was typed and has not arrived, each input with the time of its arrival.
    on_the_way: VecDeque<(Duration, Vec<u8>)>,
    /// What was said and not handed out, since it goes out in pieces.
    said: VecDeque<u8>,
    /// The wait before each piece, and when that before the next one is over.
    drip: Option<Duration>,
    next_piece: Option<Duration>,
    turned_away: bool,
    _count: SessionCount,
}

impl MemoryPeer {
    fn new(node: &Arc<Node>) -> Self {
        let device = node.device();
        Self {
            console: Console::new(node, Entry::Login),
            outlet: Outlet::new(&device.faults, device.seed),
            time: Duration::ZERO,
            lag: Lag::of(device),
            on_the_way: VecDeque::new(),
            said: VecDeque::new(),
            drip: faults::drip(&device.faults),
            next_piece: None,
            turned_away: false,
            _count: node.open_session(),
        }
    }

    /// When an input that is typed now arrives: none overtakes another.
    fn due(&mut self) -> Duration {
        let due = self.time.saturating_add(self.lag.as_mut().map_or(Duration::ZERO, Lag::next));
        self.on_the_way.back().map_or(due, |(before, _)| due.max(*before))
    }

    /// Lets the device have what has arrived by now.
    fn deliver(&mut self) {
        while let Some((_, input)) = self.on_the_way.pop_front_if(|(due, _)| *due <= self.time) {
            self.said.extend(self.console.input(&input));
        }
    }

    /// Whether the wait before a piece is still to be waited.
    fn drips(&mut self) -> bool {
        let Some(every) = self.drip.filter(|_| self.outlet.at_start()) else { return false };
        *self.next_piece.get_or_insert(self.time.saturating_add(every)) > self.time
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

    fn at(&mut self, time: Duration) {
        self.time = time;
        self.deliver();
    }

    fn answer(&mut self, input: &[u8]) -> Vec<u8> {
        if !self.turned_away {
            let due = self.due();
            self.on_the_way.push_back((due, input.to_vec()));
            self.deliver();
        }
        Vec::new()
    }

    fn more(&mut self) -> Vec<u8> {
        if self.said.is_empty() {
            self.said.extend(self.console.more().unwrap_or_default());
        }
        if self.said.is_empty() || self.drips() {
            return Vec::new();
        }
        let Verdict::Send(count) = self.outlet.verdict(self.said.make_contiguous()) else {
            self.said.clear();
            return Vec::new();
        };
        let piece: Vec<u8> = self.said.drain(..count).collect();
        self.outlet.sent(&piece);
        self.next_piece = None;
        piece
    }

    fn next(&self) -> Option<Duration> {
        let arrival = self.on_the_way.front().map(|(due, _)| *due);
        let piece = self.next_piece.filter(|_| !self.said.is_empty());
        arrival.into_iter().chain(piece).min()
    }

    fn is_closed(&self) -> bool {
        let has_left = (self.turned_away || self.console.is_closed()) && self.said.is_empty();
        !self.outlet.is_hung() && (has_left || self.outlet.is_closed())
    }
}
