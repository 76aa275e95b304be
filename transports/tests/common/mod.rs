//! What the tests of several transports share.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a failure fails the test")]
#![allow(dead_code, reason = "each test binary uses a part")]

use linecrew_core::cancel::CancelToken;
use linecrew_core::cx::Cx;
use linecrew_core::deadline::Deadline;
use linecrew_core::transport::{Target, Transport, TransportError};
use std::io::Read;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::JoinHandle;
use std::time::Duration;

/// An operation with a deadline so far away that only a hanging test meets it.
pub(crate) fn cx() -> Cx {
    within(Duration::from_mins(1))
}

pub(crate) fn within(wait: Duration) -> Cx {
    Cx::new(Deadline::after(wait, "test"), CancelToken::new())
}

pub(crate) fn target(addr: SocketAddr) -> Target {
    Target::new(addr.ip().to_string()).name("r1").port(addr.port())
}

/// A server that serves one connection on a thread of its own. Join it to see its failure.
pub(crate) fn serve<T: Send + 'static>(
    session: impl FnOnce(TcpStream) -> T + Send + 'static,
) -> (SocketAddr, JoinHandle<T>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    (addr, std::thread::spawn(move || session(listener.accept().unwrap().0)))
}

/// Waits, as a server, until the client has gone.
pub(crate) fn until_gone(mut socket: TcpStream) {
    let mut buf = [0; 1024];
    while socket.read(&mut buf).is_ok_and(|count| count > 0) {}
}

/// Reads until the text ends in `end`.
pub(crate) fn until(transport: &mut dyn Transport, end: &[u8], cx: &Cx) -> Result<Vec<u8>, TransportError> {
    let (mut text, mut buf) = (Vec::new(), [0; 4096]);
    while !text.ends_with(end) {
        let count = transport.read(&mut buf, cx)?;
        text.extend_from_slice(&buf[..count]);
    }
    Ok(text)
}

/// The error of a connection that must not come about.
pub(crate) fn refused(result: Result<Box<dyn Transport>, TransportError>) -> TransportError {
    result.err().expect("no connection")
}

/// How many file descriptors this process has open.
pub(crate) fn open_files() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}
