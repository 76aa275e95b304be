//! A libssh2 session that waits in the shared poll.

use super::greeting::Greeting;
use crate::poll::{Interest, PollError, poll};
use linecrew_core::cx::Cx;
use linecrew_core::transport::{ErrorKind, Phase, TransportError};
use ssh2::{BlockDirections, Error, ErrorCode};
use std::io;
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd;
use std::sync::Arc;

/// libssh2's error codes that are told apart here (`libssh2.h`).
pub(super) mod code {
    pub(in crate::ssh) const BANNER_RECV: i32 = -2;
    pub(in crate::ssh) const KEX_FAILURE: i32 = -5;
    pub(in crate::ssh) const SOCKET_SEND: i32 = -7;
    pub(in crate::ssh) const SOCKET_DISCONNECT: i32 = -13;
    pub(in crate::ssh) const PASSWORD_EXPIRED: i32 = -15;
    pub(in crate::ssh) const FILE: i32 = -16;
    pub(in crate::ssh) const AUTHENTICATION_FAILED: i32 = -18;
    pub(in crate::ssh) const PUBLICKEY_UNVERIFIED: i32 = -19;
    pub(in crate::ssh) const EAGAIN: i32 = -37;
    pub(in crate::ssh) const SOCKET_RECV: i32 = -43;
}

/// One SSH connection. It may carry several channels, all used by one thread.
///
/// Dropping it ends the connection at once: libssh2, when it frees a session, would else try to take leave of the
/// server, and give up half way with its memory kept.
pub(super) struct Session {
    pub(super) ssh: ssh2::Session,
    /// Shared with libssh2, which needs the file descriptor for as long as it lives.
    socket: Arc<TcpStream>,
    pub(super) peer: String,
}

/// Why a step failed.
#[derive(Debug)]
pub(super) enum Fault {
    Wait(PollError),
    Ssh(Error),
}

impl Fault {
    /// libssh2's code, where it is libssh2's error.
    pub(super) fn code(&self) -> Option<i32> {
        match self {
            Self::Ssh(error) => Some(code_of(error)),
            Self::Wait(_) => None,
        }
    }
}

impl Session {
    /// A session on a connected, non-blocking socket.
    pub(super) fn new(socket: TcpStream, peer: String) -> Result<Self, TransportError> {
        let mut ssh = ssh2::Session::new().map_err(|source| {
            TransportError::new(ErrorKind::Io, Phase::Handshake, &peer, "cannot start SSH").source(source)
        })?;
        let socket = Arc::new(socket);
        ssh.set_tcp_stream(Arc::clone(&socket));
        ssh.set_blocking(false);
        Ok(Self { ssh, socket, peer })
    }

    /// Repeats `step` until it no longer asks to wait. A step that was given up leaves the session unusable.
    pub(super) fn run<T>(&self, cx: &Cx, mut step: impl FnMut() -> Result<T, Error>) -> Result<T, Fault> {
        loop {
            match step() {
                Err(error) if code_of(&error) == code::EAGAIN => self.wait(cx)?,
                other => return other.map_err(Fault::Ssh),
            }
        }
    }

    fn wait(&self, cx: &Cx) -> Result<(), Fault> {
        let interest = match self.ssh.block_directions() {
            // None: what is missing can only come from the server.
            BlockDirections::Inbound | BlockDirections::None => Interest::Read,
            BlockDirections::Outbound => Interest::Write,
            BlockDirections::Both => Interest::Both,
        };
        poll(&[(self.socket.as_fd(), interest)], cx).map(drop).map_err(Fault::Wait)
    }

    /// The error of a stream's read or write, which `std::io` has taken the code from.
    pub(super) fn stream_error(&self, error: &io::Error) -> Error {
        if error.kind() == io::ErrorKind::WouldBlock {
            return Error::new(ErrorCode::Session(code::EAGAIN), "would block");
        }
        Error::last_session_error(&self.ssh).unwrap_or_else(Error::eof)
    }

    /// Agrees on encryption.
    pub(super) fn handshake(&self, cx: &Cx) -> Result<(), TransportError> {
        let mut greeting = Greeting::default();
        let mut ssh = self.ssh.clone();
        let agreed = self.run(cx, || {
            greeting.note(&self.socket);
            ssh.handshake()
        });
        agreed.map_err(|fault| {
            greeting.note_line(self.ssh.banner_bytes());
            self.handshake_failure(fault, &greeting, cx)
        })
    }

    fn handshake_failure(&self, fault: Fault, greeting: &Greeting, cx: &Cx) -> TransportError {
        if fault.code() == Some(code::KEX_FAILURE)
            && let Some(error) = self.negotiation_failure(greeting)
        {
            return error;
        }
        let not_ssh = fault.code() == Some(code::BANNER_RECV);
        let error = self.failure(fault, Phase::Handshake, cx).seen(greeting.text());
        match (greeting.has_banner(), not_ssh, error.kind()) {
            (true, _, ErrorKind::Closed) => error.expected("the key exchange").hint(
                "the server is too busy, or refuses this address; an old device may need the legacy algorithms",
            ),
            (true, ..) => error.expected("the key exchange"),
            (false, true, _) => error.expected("an SSH banner").hint("another service may have this port"),
            (false, false, _) => error.expected("an SSH banner"),
        }
    }

    /// The error for two sides that have nothing in common, if that is what happened.
    fn negotiation_failure(&self, greeting: &Greeting) -> Option<TransportError> {
        let offer = greeting.offer();
        if offer.is_none() && self.is_at_end() {
            return None;
        }
        let what = "no algorithm in common";
        let error = TransportError::new(ErrorKind::Negotiation, Phase::Handshake, &self.peer, what)
            .hint("an old device may need the legacy algorithms, which are off unless asked for");
        Some(match offer {
            Some(offer) => error.expected(format!("a modern algorithm, the server has {offer}")),
            None => error,
        })
    }

    /// Whether the server has ended the connection and all it sent was read.
    fn is_at_end(&self) -> bool {
        match self.socket.peek(&mut [0]) {
            Ok(count) => count == 0,
            Err(error) => error.kind() != io::ErrorKind::WouldBlock,
        }
    }

    /// A fault as the failure of a phase.
    pub(super) fn failure(&self, fault: Fault, phase: Phase, cx: &Cx) -> TransportError {
        match fault {
            Fault::Wait(error) => error.into_transport_error(phase, &self.peer, cx),
            Fault::Ssh(error) if is_end(code_of(&error)) => self.hung_up(phase),
            // libssh2 often tells only which step the end of the connection has broken.
            Fault::Ssh(error) if self.is_at_end() => self.hung_up(phase).source(error),
            Fault::Ssh(error) => {
                TransportError::new(ErrorKind::Protocol, phase, &self.peer, "SSH failed").source(error)
            }
        }
    }

    /// The error of a connection that the server ended.
    pub(super) fn hung_up(&self, phase: Phase) -> TransportError {
        TransportError::new(ErrorKind::Closed, phase, &self.peer, "closed by the other side")
    }

    /// Ends the connection without a word.
    pub(super) fn abort(&self) {
        // Fails only where the other side has closed already.
        let _ = self.socket.shutdown(Shutdown::Both);
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.abort();
    }
}

fn code_of(error: &Error) -> i32 {
    match error.code() {
        ErrorCode::Session(code) | ErrorCode::SFTP(code) => code,
    }
}

fn is_end(code: i32) -> bool {
    matches!(code, code::SOCKET_DISCONNECT | code::SOCKET_RECV | code::SOCKET_SEND)
}
