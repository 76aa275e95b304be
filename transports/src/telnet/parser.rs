//! The crate's parser and encoder, between two buffers in memory instead of on a socket.

use super::align::{LONGEST_SUBNEGOTIATION, double};
use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use telnet::{Action, Event, Stream, Telnet, TelnetOption};

/// The longest command: a subnegotiation with all of its bytes doubled, and the four around it.
const LONGEST_COMMAND: usize = 2 * LONGEST_SUBNEGOTIATION + 4;

/// Turns commands into events, and data, options and subnegotiations into the bytes to send.
pub(super) struct Parser {
    telnet: Telnet,
    buffers: Arc<Mutex<Buffers>>,
}

#[derive(Default)]
struct Buffers {
    arriving: Vec<u8>,
    leaving: Vec<u8>,
}

/// What the crate takes for its socket.
struct Pipe(Arc<Mutex<Buffers>>);

impl Parser {
    pub(super) fn new() -> Self {
        let buffers = Arc::new(Mutex::new(Buffers::default()));
        let pipe = Box::new(Pipe(Arc::clone(&buffers)));
        Self { telnet: Telnet::from_stream(pipe, LONGEST_COMMAND), buffers }
    }

    /// What a command means. The parser makes one event of each.
    pub(super) fn parse(&mut self, command: Vec<u8>) -> io::Result<Event> {
        lock(&self.buffers).arriving = command;
        self.telnet.read_timeout(Duration::ZERO)
    }

    /// Encodes data.
    pub(super) fn write(&mut self, data: &[u8]) -> io::Result<()> {
        self.telnet.write(data).map(drop)
    }

    /// Encodes an offer or an answer.
    pub(super) fn negotiate(&mut self, action: Action, option: u8) -> io::Result<()> {
        self.telnet.negotiate(&action, TelnetOption::parse(option)).map_err(io::Error::other)
    }

    /// Encodes a subnegotiation.
    pub(super) fn subnegotiate(&mut self, option: u8, data: &[u8]) -> io::Result<()> {
        // The crate doubles no IAC here: a width of 255 would end the subnegotiation.
        let data: Vec<u8> = double(data).collect();
        self.telnet.subnegotiate(TelnetOption::parse(option), &data).map_err(io::Error::other)
    }

    /// Takes the bytes to send since the last call.
    pub(super) fn take_leaving(&mut self) -> Vec<u8> {
        std::mem::take(&mut lock(&self.buffers).leaving)
    }
}

impl Read for Pipe {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let command = std::mem::take(&mut lock(&self.0).arriving);
        // A command cut short would leave the parser in the middle of it.
        let room = buf.get_mut(..command.len()).ok_or(io::ErrorKind::InvalidData)?;
        room.copy_from_slice(&command);
        Ok(command.len())
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        lock(&self.0).leaving.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stream for Pipe {
    fn set_nonblocking(&self, _: bool) -> io::Result<()> {
        Ok(())
    }

    fn set_read_timeout(&self, _: Option<Duration>) -> io::Result<()> {
        Ok(())
    }
}

fn lock(buffers: &Mutex<Buffers>) -> MutexGuard<'_, Buffers> {
    // Each call leaves both buffers whole.
    buffers.lock().unwrap_or_else(PoisonError::into_inner)
}
