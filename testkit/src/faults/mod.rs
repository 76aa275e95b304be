//! What a simulated device does wrong, on purpose.

mod echo;
mod noise;
mod outlet;
mod pieces;

pub(crate) use echo::EchoStyle;
pub(crate) use noise::Noise;
pub(crate) use outlet::{Outlet, Verdict};
pub(crate) use pieces::Pieces;

use std::time::Duration;

/// One thing that a device does wrong. A device may have several, in any mix.
///
/// What is random is drawn from the device's [seed](crate::Device::seed): the same seed gives the same bytes in each
/// session. Bytes are counted from the first one of a session; on SSH they are those on the wire, key exchange
/// included, where a fault is said to be one of the connection. In memory delays are of virtual time: they count for each
/// limit, and take none.
///
/// ```
/// use linecrew_testkit::{Device, Fault, Stage};
///
/// let device = Device::cisco_iosxe("R1")
///     .seed(7)
///     .faults([Fault::RandomChunks(16), Fault::Syslog(3), Fault::StallIn(Stage::Pager)]);
/// # drop(device);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Of the connection: accepts it and never says anything.
    Silent,
    /// Of the connection: hangs up once it has sent so many bytes, whatever it is doing.
    CloseAfter(usize),
    /// Of the connection: sends nothing more once it has sent so many bytes, reads on, and stays connected.
    StallAfter(usize),
    /// Of the connection: once it has sent so many bytes it neither sends nor reads nor hangs up, as a machine that
    /// lost its power. It counts as an open session until the lab ends. In memory the same as `StallAfter`.
    HalfOpenAfter(usize),
    /// Of the connection: sends at most so many bytes at a time, at least one.
    Chunks(usize),
    /// Of the connection: sends from one to so many bytes at a time.
    RandomChunks(usize),
    /// Of the connection: sends a byte at a time, or a chunk where one of the faults above sets its size, and waits
    /// so long before each.
    Drip(Duration),
    /// Of the connection: answers each input up to so much later than the device's latency.
    Jitter(Duration),
    /// Of the connection: while more than so many sessions are open, a further client gets these bytes in place of
    /// everything, SSH's banner included, and is hung up on. With 0 that is every client.
    SessionLimit {
        /// How many sessions are served.
        most: u64,
        /// What a client beyond them is told.
        words: Vec<u8>,
    },
    /// Of SSH: has another host key than the lab tells.
    ChangedHostKey,
    /// Refuses that many logins, over all sessions, whatever the password.
    RefuseLogins(u32),
    /// Says and does nothing more from this stage on, reads on, and stays connected.
    StallIn(Stage),
    /// Hangs up at this stage.
    CloseIn(Stage),
    /// Does not echo what is typed, the end of the line excepted.
    LostEcho,
    /// Shows each line that was typed a second time, on a line of its own, as where a terminal server echoes too.
    DoubledEcho,
    /// Has a screen of so many columns, and scrolls a longer line sideways: backspaces, a `$`, and the line's end,
    /// as IOS does.
    WrappedEcho(usize),
    /// Sends these bytes, as a line of their own, before each command's reply. They need not be UTF-8.
    Garbage(Vec<u8>),
    /// Sends so many bytes 0xFF, as a line of their own, before each command's reply. On telnet each is doubled, as
    /// the protocol has it.
    Ones(usize),
    /// Sends so many random bytes, as a line of their own, before each command's reply.
    RandomBytes(usize),
    /// Ends each line of a reply in bytes that no UTF-8 text has.
    InvalidUtf8,
    /// Colours each line of a reply, and sends each escape sequence in pieces: a read in memory, a segment on
    /// telnet and a packet on SSH end inside of it.
    SplitEscapes,
    /// Sends a log message, as a line of its own, after each so many lines of a reply.
    Syslog(usize),
    /// Sends one line of so many characters before each command's reply.
    HugeLine(usize),
    /// Goes on for ever after each command's reply. On telnet and in memory ^C ends it; on SSH the client's leaving.
    Endless,
}

/// A point in the dialogue with a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// Where it would ask its first question: the user name, or the password where it asks for no name. On SSH, where
    /// it would answer the client's authentication.
    Login,
    /// Where it would ask for the password. On SSH the same as `Login`.
    Password,
    /// Where it would show its first command prompt.
    Prompt,
    /// Where it would ask for the enable secret.
    Enable,
    /// In the middle of a command's reply.
    Reply,
    /// Where it would show its pager's prompt.
    Pager,
}

/// The wait before each piece, where there is one.
pub(crate) fn drip(faults: &[Fault]) -> Option<Duration> {
    faults.iter().find_map(|fault| match fault {
        Fault::Drip(every) => Some(*every),
        _ => None,
    })
}

/// What happens at a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trip {
    Stall,
    Close,
}

impl Stage {
    /// What the faults let happen at this stage; the first one counts.
    pub(crate) fn trip(self, faults: &[Fault]) -> Option<Trip> {
        faults.iter().find_map(|fault| match fault {
            Fault::StallIn(stage) if *stage == self => Some(Trip::Stall),
            Fault::CloseIn(stage) if *stage == self => Some(Trip::Close),
            _ => None,
        })
    }
}
