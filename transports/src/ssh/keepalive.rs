//! When a silent server is asked whether it is still there: `ServerAliveInterval` of `ssh_config(5)`.

use linecrew_core::transport::SshOptions;
use ssh2::Session;
use std::time::{Duration, Instant};

/// libssh2 asks no more often.
const SHORTEST: Duration = Duration::from_secs(2);
const USUAL_COUNT_MAX: u32 = 3;

/// The state of one connection's keepalive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Keepalive {
    interval: Duration,
    count_max: u32,
    /// When the server was heard or asked last.
    last: Instant,
    unanswered: u32,
}

/// What is to be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Wait at most so long.
    Wait(Duration),
    Ask,
    /// Give up: so many questions were not answered.
    GiveUp(u32),
}

impl Keepalive {
    /// None where the options ask for none.
    fn new(options: &SshOptions, now: Instant) -> Option<Self> {
        let seconds = options.server_alive_interval.filter(|&seconds| seconds > 0)?;
        let interval = Duration::from_secs(seconds.into()).max(SHORTEST);
        let count_max = options.server_alive_count_max.unwrap_or(USUAL_COUNT_MAX);
        Some(Self { interval, count_max, last: now, unanswered: 0 })
    }

    /// The same, of a session that is told how often to let a question through.
    pub(super) fn start(ssh: &Session, options: &SshOptions) -> Option<Self> {
        let keepalive = Self::new(options, Instant::now())?;
        ssh.set_keepalive(true, keepalive.seconds());
        Some(keepalive)
    }

    fn seconds(&self) -> u32 {
        u32::try_from(self.interval.as_secs()).unwrap_or(u32::MAX)
    }

    pub(super) fn next(&self, now: Instant) -> Next {
        let left = self.interval.saturating_sub(now.saturating_duration_since(self.last));
        if !left.is_zero() {
            Next::Wait(left)
        } else if self.unanswered >= self.count_max {
            Next::GiveUp(self.unanswered)
        } else {
            Next::Ask
        }
    }

    /// Notes that bytes have come.
    pub(super) fn heard(&mut self, now: Instant) {
        (self.last, self.unanswered) = (now, 0);
    }

    /// Notes a question.
    pub(super) fn asked(&mut self, now: Instant) {
        (self.last, self.unanswered) = (now, self.unanswered + 1);
    }
}

/// What is wrong with a server that was asked so often.
pub(super) fn silent(asked: u32) -> String {
    let keepalives = if asked == 1 { "keepalive was" } else { "keepalives were" };
    format!("the server is silent: {asked} {keepalives} not answered")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(interval: u32, count_max: u32) -> SshOptions {
        let mut options = SshOptions::default();
        options.server_alive_interval = Some(interval);
        options.server_alive_count_max = Some(count_max);
        options
    }

    #[test]
    fn a_silent_server_is_asked_and_given_up_after_the_last_answer_is_missing() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut keepalive = Keepalive::new(&options(10, 2), start).unwrap();
        assert_eq!(keepalive.next(at(4)), Next::Wait(Duration::from_secs(6)));
        assert_eq!(keepalive.next(at(10)), Next::Ask);
        keepalive.asked(at(10));
        assert_eq!(keepalive.next(at(10)), Next::Wait(Duration::from_secs(10)));
        assert_eq!(keepalive.next(at(20)), Next::Ask);
        keepalive.asked(at(20));
        assert_eq!(keepalive.next(at(30)), Next::GiveUp(2));
        keepalive.heard(at(29));
        assert_eq!(keepalive.next(at(39)), Next::Ask);
    }

    #[test]
    fn it_is_off_unless_set() {
        let now = Instant::now();
        assert_eq!(Keepalive::new(&SshOptions::default(), now), None);
        assert_eq!(Keepalive::new(&options(0, 3), now), None);
        assert_eq!(Keepalive::new(&options(1, 3), now).unwrap().seconds(), 2);
    }
}
