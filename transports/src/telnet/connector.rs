//! Opens telnet connections.

use super::PORT;
use super::transport::TelnetTransport;
use crate::dial::Dial;
use crate::source::Source;
use linecrew_core::cx::Cx;
use linecrew_core::transport::{Connector, Target, TelnetOptions, Transport, TransportError};
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
    options: TelnetOptions,
    dial: Dial,
}

impl TelnetConnector {
    /// 10 s to connect; what [`TelnetOptions`] says of the rest: terminal type `vt100`, a window of 500 columns and 1,000
    /// rows, lines that end in CR LF.
    pub fn new() -> Self {
        Self {
            connect_limit: Duration::from_secs(10),
            options: TelnetOptions::default(),
            dial: Dial::default(),
        }
    }

    /// Sets how long the name look-up and the TCP connection may take together. 10 s unless set.
    pub fn connect_limit(mut self, limit: Duration) -> Self {
        self.connect_limit = limit;
        self
    }

    /// Sets what holds for each host whose [`Target::telnet`] says nothing else.
    pub fn options(mut self, options: TelnetOptions) -> Self {
        self.options = options;
        self
    }

    /// Sets the window's size in columns and rows. 500, 1,000 unless set; no columns keep it back.
    pub fn window(mut self, columns: u16, rows: u16) -> Self {
        (self.options.columns, self.options.rows) = (Some(columns), Some(rows));
        self
    }

    /// Connects through a jump host, over SSH as far as that, which is then the one to look up the target's name. Directly
    /// unless set.
    #[cfg(feature = "ssh")]
    pub fn jump(mut self, jump: crate::ssh::Jump) -> Self {
        self.dial = Dial::Through(jump);
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
        let mut options = target.telnet.clone();
        options.inherit(&self.options);
        Ok(Box::new(TelnetTransport::new(connection, target.peer(PORT), &options)))
    }

    /// Nothing of the credentials is sent here.
    fn asks_permit(&self) -> bool {
        true
    }
}
