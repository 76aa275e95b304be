//! What is wrong with which host, and how it therefore has to end.

use linecrew_core::fleet::{Cause, Status};
use linecrew_testkit::{Fault, Stage};
use std::time::Duration;

/// How a host has to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// With a reply.
    Well,
    /// Its connection was lost.
    Lost,
    /// A limit of time passed.
    TimedOut,
    /// The job panicked.
    Panicked,
    /// Its host key is another one.
    HostKey,
    /// Nobody listens.
    Unreachable,
    /// Its reply went beyond the limit.
    TooLong,
    /// Its password was refused; after two refusals its others are not tried.
    Refused,
}

/// What is wrong with a host.
#[derive(Clone, Debug)]
pub enum Wrong {
    /// Something of the device.
    Device(Fault),
    /// The job panics on it.
    Job,
    /// Nobody listens on its port.
    NoPort,
    /// Its user is not known to any device.
    Guest,
}

/// A kind of fault, which one host in a hundred has.
#[derive(Clone, Debug)]
pub struct Kind {
    /// What the table calls it.
    pub name: &'static str,
    /// What is wrong.
    pub wrong: Wrong,
    /// How such a host has to end.
    pub end: End,
}

impl Kind {
    /// Of the host with this number, if anything is wrong with it: one in a hundred has each kind, half of them over telnet
    /// and half over SSH.
    pub fn of(number: usize) -> Option<Self> {
        kinds().into_iter().nth(number / 2 % 100)
    }
}

impl End {
    /// Whether a host that has to end so may end so.
    pub fn is(self, status: Status, cause: Option<Cause>) -> bool {
        match self {
            Self::Well => (status, cause) == (Status::Ok, None),
            Self::Lost => (status, cause) == (Status::Failed, Some(Cause::ConnectionLost)),
            Self::TimedOut => (status, cause) == (Status::TimedOut, Some(Cause::TimedOut)),
            Self::Panicked => (status, cause) == (Status::Failed, Some(Cause::Job)),
            Self::HostKey => (status, cause) == (Status::Failed, Some(Cause::HostKey)),
            Self::Unreachable => (status, cause) == (Status::Failed, Some(Cause::Unreachable)),
            Self::TooLong => (status, cause) == (Status::Failed, Some(Cause::CommandFailed)),
            Self::Refused => matches!(
                (status, cause),
                (Status::Failed, Some(Cause::AuthRefused)) | (Status::Skipped, Some(Cause::NotTried))
            ),
        }
    }
}

/// All kinds.
pub fn kinds() -> Vec<Kind> {
    let device = |name, end, fault| Kind { name, wrong: Wrong::Device(fault), end };
    let words = b"Too many connections\r\n".to_vec();
    vec![
        device("silent", End::TimedOut, Fault::Silent),
        device("hangs up after 300 bytes", End::Lost, Fault::CloseAfter(300)),
        device("stalls after 300 bytes", End::TimedOut, Fault::StallAfter(300)),
        device("loses its power after 300 bytes", End::TimedOut, Fault::HalfOpenAfter(300)),
        device("takes no more sessions", End::Lost, Fault::SessionLimit { most: 0, words }),
        device("hangs up at the login", End::Lost, Fault::CloseIn(Stage::Login)),
        device("hangs up at its first prompt", End::Lost, Fault::CloseIn(Stage::Prompt)),
        device("hangs up at enable", End::Lost, Fault::CloseIn(Stage::Enable)),
        device("hangs up in a reply", End::Lost, Fault::CloseIn(Stage::Reply)),
        device("stalls at the login", End::TimedOut, Fault::StallIn(Stage::Login)),
        device("stalls at its first prompt", End::TimedOut, Fault::StallIn(Stage::Prompt)),
        device("stalls at enable", End::TimedOut, Fault::StallIn(Stage::Enable)),
        device("stalls in a reply", End::TimedOut, Fault::StallIn(Stage::Reply)),
        device("a reply without end", End::TooLong, Fault::Endless),
        device("another host key", End::HostKey, Fault::ChangedHostKey),
        Kind { name: "nobody listens", wrong: Wrong::NoPort, end: End::Unreachable },
        Kind { name: "an unknown user", wrong: Wrong::Guest, end: End::Refused },
        Kind { name: "the job panics", wrong: Wrong::Job, end: End::Panicked },
        device("pieces of 7 bytes", End::Well, Fault::Chunks(7)),
        device("pieces of random size", End::Well, Fault::RandomChunks(64)),
        device("up to 0.2 s later", End::Well, Fault::Jitter(Duration::from_millis(200))),
        device("no echo", End::Well, Fault::LostEcho),
        device("each echo twice", End::Well, Fault::DoubledEcho),
        device("lines wrap", End::Well, Fault::WrappedEcho(40)),
        device("log messages in a reply", End::Well, Fault::Syslog(5)),
        device("bytes that are no text", End::Well, Fault::InvalidUtf8),
        device("bytes of ones", End::Well, Fault::Ones(64)),
        device("escapes in pieces", End::Well, Fault::SplitEscapes),
        device("a line of 64 KiB", End::Well, Fault::HugeLine(64 << 10)),
    ]
}
