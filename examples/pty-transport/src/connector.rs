//! Starts programs.

use crate::transport::PtyTransport;
use linecrew_core::cx::Cx;
use linecrew_core::transport::{Connector, ErrorKind, Phase, Target, Transport, TransportError};
use pty_process::blocking::{Command, Pty, open};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
use std::process::Child;

/// Starts a program for each target, on a pseudo-terminal in raw mode. Starting does not wait for anything.
///
/// ```
/// use linecrew_core::{cancel::CancelToken, cx::Cx, deadline::Deadline};
/// use linecrew_core::transport::{Connector, Target};
/// use pty_transport::PtyConnector;
/// use std::time::Duration;
///
/// let cx = Cx::new(Deadline::after(Duration::from_secs(60), "host"), CancelToken::new());
/// let mut transport = PtyConnector::new("echo", ["{host}"]).connect(&Target::new("r1"), &cx)?;
/// let mut buf = [0; 16];
/// let count = transport.read(&mut buf, &cx)?;
/// assert_eq!(&buf[..count], b"r1\n");
/// # Ok::<(), linecrew_core::transport::TransportError>(())
/// ```
#[derive(Clone, Debug)]
pub struct PtyConnector {
    program: String,
    args: Vec<String>,
}

impl PtyConnector {
    /// Starts `program`, found in `PATH`, with these arguments; `{host}` in one stands for the target's host.
    pub fn new(program: impl Into<String>, args: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { program: program.into(), args: args.into_iter().map(Into::into).collect() }
    }

    fn start(&self, target: &Target) -> pty_process::Result<(Pty, Child)> {
        let (pty, pts) = open()?;
        // Before the program starts: what it says first is not to be changed either.
        let mut terminal = tcgetattr(&pty)?;
        terminal.make_raw();
        tcsetattr(&pty, OptionalActions::Now, &terminal)?;
        fcntl_setfl(&pty, fcntl_getfl(&pty)? | OFlags::NONBLOCK)?;
        let args = self.args.iter().map(|arg| arg.replace("{host}", &target.host));
        let child = Command::new(&self.program).args(args).spawn(pts)?;
        Ok((pty, child))
    }
}

impl Connector for PtyConnector {
    fn connect(&self, target: &Target, cx: &Cx) -> Result<Box<dyn Transport>, TransportError> {
        let peer = &target.name;
        if let Some(why) = cx.interruption() {
            return Err(TransportError::interrupted(why, Phase::Connect, peer, cx));
        }
        let failed = |what: String| TransportError::new(ErrorKind::Configuration, Phase::Connect, peer, what);
        let (pty, child) = self.start(target).map_err(|source| {
            failed(format!("cannot start {}", self.program)).source(source).hint("check that it is installed")
        })?;
        Ok(Box::new(PtyTransport::new(pty, child, peer.clone())?))
    }
}
