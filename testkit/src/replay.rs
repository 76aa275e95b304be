//! A recording as a device.

use crate::recording::{Recording, Speaker};
use linecrew_core::transport::Target;
use linecrew_transports::mock::{MockConnector, MockTransport, Peer};
use std::sync::Arc;

impl Recording {
    /// Opens a session with a device that says what was recorded, in memory; `name` is what errors call it.
    ///
    /// It goes on with each turn of the client, whatever was typed: after as many line ends as were sent in the
    /// recording before the device spoke again, or as many bytes where it was no line. At the end it hangs up.
    pub fn replay_in_memory(self: &Arc<Self>, name: impl Into<String>) -> MockTransport {
        MockTransport::new(name, Replay::new(self))
    }

    /// Connects every target to a device that says what was recorded.
    pub fn connector(self: &Arc<Self>) -> MockConnector {
        let recording = Arc::clone(self);
        MockConnector::new(move |_: &Target| Ok(Box::new(Replay::new(&recording)) as Box<dyn Peer>))
    }
}

/// One session with a recorded device.
struct Replay {
    recording: Arc<Recording>,
    /// The next event.
    at: usize,
    /// What the client typed in its present turn.
    typed: Amount,
}

/// How much was typed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Amount {
    lines: usize,
    bytes: usize,
}

impl Amount {
    fn add(&mut self, bytes: &[u8]) {
        self.lines += bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count();
        self.bytes += bytes.len();
    }

    fn covers(self, needed: Self) -> bool {
        if needed.lines > 0 { self.lines >= needed.lines } else { self.bytes >= needed.bytes }
    }
}

impl Replay {
    fn new(recording: &Arc<Recording>) -> Self {
        Self { recording: Arc::clone(recording), at: 0, typed: Amount::default() }
    }

    /// What the device says from here to the client's next turn.
    fn say(&mut self) -> Vec<u8> {
        let rest = self.recording.events()[self.at..].iter();
        let said: Vec<_> = rest.take_while(|event| event.from == Speaker::Device).collect();
        self.at += said.len();
        said.into_iter().flat_map(|event| event.bytes.iter().copied()).collect()
    }

    /// How much the client typed in its turn, and how many events that were.
    fn turn(&self) -> (Amount, usize) {
        let rest = self.recording.events()[self.at..].iter();
        let mut amount = Amount::default();
        let events = rest.take_while(|event| event.from == Speaker::Client);
        let count = events.map(|event| amount.add(&event.bytes)).count();
        (amount, count)
    }
}

impl Peer for Replay {
    fn greet(&mut self) -> Vec<u8> {
        self.say()
    }

    fn answer(&mut self, input: &[u8]) -> Vec<u8> {
        let mut said = Vec::new();
        for byte in input {
            self.typed.add(std::slice::from_ref(byte));
            let (needed, events) = self.turn();
            if events > 0 && self.typed.covers(needed) {
                self.typed = Amount::default();
                self.at += events;
                said.extend(self.say());
            }
        }
        said
    }

    fn is_closed(&self) -> bool {
        self.at == self.recording.events().len()
    }
}
