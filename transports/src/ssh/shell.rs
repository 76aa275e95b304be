//! A shell, or a subsystem, on an SSH connection as a byte stream.

use super::session::{Fault, Session, code};
use crate::tcp;
use linecrew_core::cx::Cx;
use linecrew_core::transport::{Phase, SshOptions, Transport, TransportError};
use ssh2::{Channel, Error, ErrorCode, ExtendedData};
use std::borrow::Cow;
use std::io::{Read, Write};
use std::time::Duration;

/// How long taking leave may hold up a caller who is done.
pub(super) const CLOSE_LIMIT: Duration = Duration::from_secs(1);

/// The terminal that a shell is given.
#[derive(Clone, Debug)]
pub(super) struct Terminal {
    pub(super) name: String,
    pub(super) columns: u32,
    pub(super) rows: u32,
}

impl From<&SshOptions> for Terminal {
    /// Wide enough that devices do not wrap, high enough that most do not page, unless set otherwise.
    fn from(options: &SshOptions) -> Self {
        Self {
            name: options.terminal.clone().unwrap_or_else(|| "vt100".to_owned()),
            columns: options.columns.unwrap_or(511),
            rows: options.rows.unwrap_or(1000),
        }
    }
}

/// What runs at the far end of a channel.
pub(super) enum Program<'a> {
    Shell(&'a Terminal),
    Subsystem(&'a str),
}

impl Program<'_> {
    fn phase(&self) -> Phase {
        match self {
            Self::Shell(_) => Phase::Shell,
            Self::Subsystem(_) => Phase::Subsystem,
        }
    }

    fn name(&self) -> Cow<'static, str> {
        match self {
            Self::Shell(_) => "a shell with a terminal".into(),
            Self::Subsystem(name) => format!("the subsystem {}", name.escape_debug()).into(),
        }
    }
}

/// A shell on a device, made by an [`SshConnector`](super::SshConnector), or a subsystem, made by an
/// [`SshConnection`](super::SshConnection).
///
/// What a shell writes to its standard error comes in the same stream. Bytes are passed on as they are.
pub struct SshTransport {
    // Freed before the session, whose drop then finds the socket shut.
    channel: Channel,
    session: Session,
    closed: bool,
}

impl SshTransport {
    /// Starts a program in a channel of its own.
    pub(super) fn open(session: Session, program: &Program<'_>, cx: &Cx) -> Result<Self, TransportError> {
        let told =
            |session: &Session, fault| session.failure(fault, program.phase(), cx).expected(program.name());
        let opened = session.run(cx, || session.ssh.channel_session());
        let channel = opened.map_err(|fault| told(&session, fault))?;
        // From here on a failure drops the channel in the right order.
        let mut opened = Self { channel, session, closed: false };
        let started = match program {
            Program::Shell(terminal) => opened.start_shell(terminal, cx),
            Program::Subsystem(name) => opened.start_subsystem(name, cx),
        };
        started.map_err(|fault| told(&opened.session, fault))?;
        Ok(opened)
    }

    fn start_subsystem(&mut self, name: &str, cx: &Cx) -> Result<(), Fault> {
        let Self { channel, session, .. } = self;
        // It would fill the window, and is no part of the protocol that the subsystem speaks.
        session.run(cx, || channel.handle_extended_data(ExtendedData::Ignore))?;
        session.run(cx, || channel.subsystem(name))
    }

    fn start_shell(&mut self, terminal: &Terminal, cx: &Cx) -> Result<(), Fault> {
        let Self { channel, session, .. } = self;
        let size = (terminal.columns, terminal.rows, 0, 0);
        // Left apart, standard error would fill the window, and the shell would stop.
        session.run(cx, || channel.handle_extended_data(ExtendedData::Merge))?;
        session.run(cx, || channel.request_pty(&terminal.name, None, Some(size)))?;
        session.run(cx, || channel.shell())
    }

    /// Ends the channel, then the connection. That the server ends its side too is not waited for: it would hold up the caller
    /// for a round trip, and a disconnect ends all there is (RFC 4253, section 11.1).
    fn take_leave(&mut self, cx: &Cx) -> Result<(), Fault> {
        let Self { channel, session, .. } = self;
        session.send(cx, || channel.close())?;
        session.disconnect(cx)
    }
}

impl Transport for SshTransport {
    fn read(&mut self, buf: &mut [u8], cx: &Cx) -> Result<usize, TransportError> {
        TransportError::refuse(self.closed, Phase::Read, &self.session.peer, cx)?;
        let Self { channel, session, .. } = self;
        let read = session.run(cx, || channel.read(buf).map_err(|error| session.stream_error(&error)));
        match read {
            // Also where libssh2 does not call it the end of file yet.
            Ok(0) => Err(session.hung_up(Phase::Read)),
            Ok(count) => Ok(count),
            Err(fault) => Err(session.failure(fault, Phase::Read, cx)),
        }
    }

    fn write_all(&mut self, bytes: &[u8], cx: &Cx) -> Result<(), TransportError> {
        TransportError::refuse(self.closed, Phase::Write, &self.session.peer, cx)?;
        let Self { channel, session, .. } = self;
        let mut rest = bytes;
        while !rest.is_empty() {
            let count = session
                .run(cx, || {
                    // libssh2 goes on filling the window of a channel that the server has closed.
                    if channel.eof() {
                        return Err(Error::new(ErrorCode::Session(code::SOCKET_DISCONNECT), "closed"));
                    }
                    channel.write(rest).map_err(|error| session.stream_error(&error))
                })
                .map_err(|fault| session.failure(fault, Phase::Write, cx))?;
            rest = &rest[count..];
        }
        Ok(())
    }

    fn hold_back(&mut self) {
        tcp::hold_back(self.session.socket());
    }

    fn close(&mut self, cx: &Cx) {
        if !self.closed {
            self.closed = true;
            self.hold_back();
            // A server that does not listen any more misses nothing.
            let _ = self.take_leave(&cx.within(CLOSE_LIMIT, "close"));
            self.session.abort();
        }
    }
}

impl Drop for SshTransport {
    fn drop(&mut self) {
        self.session.abort();
    }
}
