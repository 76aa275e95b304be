//! A logged-in SSH connection, on which channels are opened.

use super::session::{Fault, Session};
use super::shell::{CLOSE_LIMIT, Program, SshTransport, Terminal};
use crate::poll::PollError;
use linecrew_core::cx::Cx;
use linecrew_core::transport::{ErrorKind, Exec, ExecOutput, Exit, Phase, SshOptions, TransportError};
use ssh2::{Channel, Error, ErrorCode};
use std::io::Read;

/// How much is read at a time.
const READ_SIZE: usize = 16 * 1024;

/// A connection to a host that has let its user in, made by [`SshConnector::open`](super::SshConnector::open).
///
/// It runs commands one after the other, each in a channel of its own, and then may become the channel of a
/// [shell](Self::into_shell) or of a [subsystem](Self::into_subsystem). Dropping it ends the connection without waiting.
///
/// ```no_run
/// use linecrew_core::{cancel::CancelToken, cx::Cx, deadline::Deadline};
/// use linecrew_core::transport::{Credentials, Exec, Target};
/// use linecrew_transports::ssh::SshConnector;
/// use std::time::Duration;
///
/// let target = Target::new("192.0.2.1").credentials(Credentials::user("admin").private_key("/home/admin/.ssh/id_ed25519"));
/// let cx = Cx::new(Deadline::after(Duration::from_secs(60), "host"), CancelToken::new());
/// let mut connection = SshConnector::new().open(&target, &cx)?;
/// let output = connection.exec("df -h /", 64 * 1024, &cx)?;
/// if !output.exit.is_success() {
///     eprintln!("{}", String::from_utf8_lossy(&output.stderr));
/// }
/// connection.close(&cx);
/// # Ok::<(), linecrew_core::transport::TransportError>(())
/// ```
pub struct SshConnection {
    session: Session,
    options: SshOptions,
    closed: bool,
}

/// Why a command gave no output.
enum Failure {
    Fault(Fault),
    TooLong,
    /// The connection ended before the command.
    Cut,
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl SshConnection {
    pub(super) fn new(session: Session, options: SshOptions) -> Self {
        Self { session, options, closed: false }
    }

    /// Opens a shell with a terminal, which takes the connection with it.
    pub fn into_shell(self, cx: &Cx) -> Result<SshTransport, TransportError> {
        TransportError::refuse(self.closed, Phase::Shell, &self.session.peer, cx)?;
        SshTransport::open(self.session, &Program::Shell(&Terminal::from(&self.options)), cx)
    }

    /// Opens a subsystem of the server (RFC 4254, section 6.5), such as `netconf` or `sftp`, which takes the connection with
    /// it. The stream has the bytes of the subsystem's own protocol; what it writes to its standard error is left out.
    ///
    /// ```no_run
    /// use linecrew_core::cx::Cx;
    /// use linecrew_core::transport::{Target, Transport, TransportError};
    /// use linecrew_transports::ssh::SshConnector;
    ///
    /// const END: &[u8] = b"]]>]]>";
    ///
    /// /// What a device can do, as its NETCONF server says it first (RFC 6242).
    /// fn hello(connector: &SshConnector, target: &Target, cx: &Cx) -> Result<Vec<u8>, TransportError> {
    ///     let mut netconf = connector.open(target, cx)?.into_subsystem("netconf", cx)?;
    ///     let (mut said, mut buf) = (Vec::new(), [0; 4096]);
    ///     while !said.ends_with(END) {
    ///         let count = netconf.read(&mut buf, cx)?;
    ///         said.extend_from_slice(&buf[..count]);
    ///     }
    ///     netconf.close(cx);
    ///     Ok(said)
    /// }
    /// # drop(hello);
    /// ```
    pub fn into_subsystem(self, name: &str, cx: &Cx) -> Result<SshTransport, TransportError> {
        TransportError::refuse(self.closed, Phase::Subsystem, &self.session.peer, cx)?;
        SshTransport::open(self.session, &Program::Subsystem(name), cx)
    }

    fn run(&self, command: &str, limit: usize, cx: &Cx) -> Result<ExecOutput, Failure> {
        let session = &self.session;
        let mut channel = session.run(cx, || session.ssh.channel_session())?;
        session.run(cx, || channel.exec(command))?;
        session.run(cx, || channel.send_eof())?;
        let mut output = ExecOutput { stdout: Vec::new(), stderr: Vec::new(), exit: Exit::Status(0) };
        while session.run(cx, || self.collect(&channel, &mut output))? {
            if output.stdout.len() + output.stderr.len() > limit {
                return Err(Failure::TooLong);
            }
            // Output that keeps coming must not win over the deadline.
            if let Some(why) = cx.interruption() {
                return Err(Fault::Wait(PollError::Interrupted(why)).into());
            }
        }
        if !channel.eof() {
            return Err(Failure::Cut);
        }
        // The status comes after the end of the output, and before the channel's.
        session.run(cx, || channel.wait_close())?;
        output.exit = exit(&channel).map_err(Fault::Ssh)?;
        Ok(output)
    }

    /// Takes what has come on either stream; false at the end of both.
    fn collect(&self, channel: &Channel, output: &mut ExecOutput) -> Result<bool, Error> {
        let mut buf = [0; READ_SIZE];
        let (mut some, mut blocked) = (false, None);
        for (id, into) in [(0, &mut output.stdout), (ssh2::EXTENDED_DATA_STDERR, &mut output.stderr)] {
            match channel.stream(id).read(&mut buf) {
                Ok(count) => {
                    some |= count > 0;
                    into.extend_from_slice(&buf[..count]);
                }
                Err(error) => match self.session.stream_error(&error) {
                    again if again.code() == ErrorCode::Session(super::session::code::EAGAIN) => {
                        blocked = Some(again);
                    }
                    error => return Err(error),
                },
            }
        }
        match blocked {
            Some(again) if !some && !channel.eof() => Err(again),
            // What came with the end is still to be read.
            Some(_) => Ok(true),
            None => Ok(some),
        }
    }

    fn error(&self, failure: Failure, limit: usize, cx: &Cx) -> TransportError {
        match failure {
            Failure::Fault(fault) => {
                self.session.failure(fault, Phase::Exec, cx).expected("the end of the command")
            }
            Failure::Cut => self.session.hung_up(Phase::Exec).expected("the end of the command"),
            Failure::TooLong => {
                let what = format!("the command wrote more than {limit} bytes");
                TransportError::new(ErrorKind::TooLong, Phase::Exec, &self.session.peer, what)
                    .hint("raise the limit, or ask for less")
            }
        }
    }
}

impl Exec for SshConnection {
    fn exec(&mut self, command: &str, limit: usize, cx: &Cx) -> Result<ExecOutput, TransportError> {
        TransportError::refuse(self.closed, Phase::Exec, &self.session.peer, cx)?;
        if command.contains('\0') {
            let what = "the command holds a NUL";
            return Err(TransportError::new(ErrorKind::Configuration, Phase::Exec, &self.session.peer, what));
        }
        self.run(command, limit, cx).map_err(|failure| {
            // A channel that was given up half-way leaves the session unusable.
            self.closed = true;
            self.session.abort();
            self.error(failure, limit, cx)
        })
    }

    fn close(&mut self, cx: &Cx) {
        if !self.closed {
            self.closed = true;
            let session = &self.session;
            // A server that does not listen any more misses nothing.
            let _ = session.disconnect(&cx.within(CLOSE_LIMIT, "close"));
            session.abort();
        }
    }
}

/// How the command ended. A server that tells nothing has ended it with 0, as far as libssh2 can tell.
fn exit(channel: &Channel) -> Result<Exit, Error> {
    match channel.exit_signal()?.exit_signal {
        Some(signal) => Ok(Exit::Signal(signal)),
        None => channel.exit_status().map(Exit::Status),
    }
}
