//! The byte stream to a device, and how one is opened.
//!
//! [`Transport`] is all that a session needs of SSH, telnet, a serial console or a test. Calls block their caller
//! and nothing else: each takes a [`Cx`] and returns by its deadline, or as soon as its token is cancelled.

mod error;
mod exec;
mod permit;
mod settings;
mod ssh_options;
mod target;
mod telnet_options;

pub use error::{ErrorKind, Phase, TransportError};
pub use exec::{Exec, ExecOutput, Exit};
pub use permit::Permit;
pub use ssh_options::{AuthMethod, SshOptions};
pub use target::{Credentials, HostKeyCheck, Target};
pub use telnet_options::{LineEnd, TelnetOptions};

use crate::cx::Cx;

/// An open byte stream to a device: to its command line, or to whatever else speaks in bytes, such as a NETCONF subsystem of
/// its SSH server.
///
/// Dropping a transport aborts the connection without waiting. A read that timed out or was cancelled loses nothing and
/// may be repeated; once the other side has ended the connection, or this side has closed it, every call fails at once.
/// The contract suite in `linecrew-testkit` has these promises as tests.
pub trait Transport: Send {
    /// Reads at least one byte into `buf` and returns how many.
    ///
    /// The end of the stream is an error of kind [`ErrorKind::Closed`], a deadline one of kind
    /// [`ErrorKind::TimedOut`]. Bytes that have already arrived are returned even if the deadline is past.
    fn read(&mut self, buf: &mut [u8], cx: &Cx) -> Result<usize, TransportError>;

    /// Writes all of `bytes`. After an error it is unknown how many were sent.
    fn write_all(&mut self, bytes: &[u8], cx: &Cx) -> Result<(), TransportError>;

    /// Says that the writes from now on are the last. They may be held back, for 200 ms at most, to leave in one packet with the
    /// end of the connection. Does nothing where a transport cannot.
    fn hold_back(&mut self) {}

    /// Says goodbye as the protocol has it, within the deadline, and closes. Later calls do nothing.
    fn close(&mut self, cx: &Cx);
}

/// Opens transports of one kind.
pub trait Connector: Send + Sync {
    /// Connects to `target`, authenticates where the transport itself does so, and opens its command line.
    fn connect(&self, target: &Target, cx: &Cx) -> Result<Box<dyn Transport>, TransportError>;

    /// Whether connecting asks for the [target's permit](Target::permit) before it sends anything of the credentials, or sends
    /// nothing of them, as where the login is part of the stream. Unless it says so, the permit is asked for before it connects,
    /// and hosts whose credential nobody has taken yet are connected to one by one.
    fn asks_permit(&self) -> bool {
        false
    }
}
