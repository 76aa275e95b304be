//! Opens telnet connections.

use super::transport::TelnetTransport;
use super::{LineEnd, PORT};
use crate::dial::Dial;
use crate::source::Source;
use linecrew_core::cx::Cx;
use linecrew_core::transport::{Connector, Target, Transport, TransportError};
use std::time::Duration;

/// Opens telnet connections, to port 23 where the target names none.
///
/// The login is part of the stream and so the session's business; credentials are not looked at here.
///
/// ```no_run
/// use linecrew_core::{cancel::CancelToken, cx::Cx, deadline::Deadline};
/// use linecrew_core::transport::{Connector, Target};
/// use linecrew_transports::telnet::TelnetConnector;
/// use std::time::Duration;
///
/// let connector = TelnetConnector::new().connect_limit(Duration::from_secs(5));
/// let cx = Cx::new(Deadline::after(Duration::from_secs(60), "host"), CancelToken::new());
/// let mut transport = connector.connect(&Target::new("192.0.2.1").name("r1"), &cx)?;
/// let mut buf = [0; 1024];
/// let count = transport.read(&mut buf, &cx)?;
/// # Ok::<(), linecrew_core::transport::TransportError>(())
/// ```
#[derive(Clone)]
pub struct TelnetConnector {
    connect_limit: Duration,
    pub(super) terminal: String,
    pub(super) window: Option<(u16, u16)>,
    pub(super) line_end: LineEnd,
    dial: Dial,
}

impl TelnetConnector {
    /// 10 s to connect, terminal type `vt100`, no window size, lines that end in CR LF.
    pub fn new() -> Self {
        Self {
            connect_limit: Duration::from_secs(10),
            terminal: "vt100".into(),
            window: None,
            line_end: LineEnd::default(),
            dial: Dial::default(),
        }
    }

    /// Sets how long the name look-up and the TCP connection may take together. 10 s unless set.
    pub fn connect_limit(mut self, limit: Duration) -> Self {
        self.connect_limit = limit;
        self
    }

    /// Sets the terminal type that a device is told if it asks (RFC 1091). `vt100` unless set.
    pub fn terminal(mut self, name: impl Into<String>) -> Self {
        self.terminal = name.into();
        self
    }

    /// Tells devices that ask for it a window of so many columns and rows (RFC 1073).
    ///
    /// Unless set, the size is kept back: devices such as FRRouting page their output only for a client that has
    /// told its height, and a width is set by a command of the platform where it matters.
    pub fn window(mut self, columns: u16, rows: u16) -> Self {
        self.window = Some((columns, rows));
        self
    }

    /// Connects through a jump host, over SSH as far as that, which is then the one to look up the target's name. Directly
    /// unless set.
    #[cfg(feature = "ssh")]
    pub fn jump(mut self, jump: crate::ssh::Jump) -> Self {
        self.dial = Dial::Through(jump);
        self
    }

    /// Sets what the `\n` that ends a line is sent as. CR LF unless set.
    pub fn line_end(mut self, line_end: LineEnd) -> Self {
        self.line_end = line_end;
        self
    }
}

impl Default for TelnetConnector {
    fn default() -> Self {
        Self::new()
    }
}

impl Connector for TelnetConnector {
    fn connect(&self, target: &Target, cx: &Cx) -> Result<Box<dyn Transport>, TransportError> {
        let connection = self.dial.connect(target, PORT, Source::of(target), self.connect_limit, cx)?;
        Ok(Box::new(TelnetTransport::new(connection, target.peer(PORT), self)))
    }
}
