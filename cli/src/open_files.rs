//! How many sessions the open files of this process allow.

use rustix::process::{Resource, getrlimit, setrlimit};

/// What the program needs beside its sessions: standard streams, the journal, look-ups, a library that is being read.
const OWN: u64 = 64;
/// What a session holds at most: its socket, what a cancel wakes it by, a log or a recording, a pipe to its jump host.
const A_SESSION: u64 = 4;

/// Raises the limit as far as this process may, and says how many sessions there may be at a time; nothing where there is
/// no limit.
pub(crate) fn sessions() -> Option<usize> {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // Where it cannot be raised it stays as it is.
    let _ = setrlimit(Resource::Nofile, limit);
    getrlimit(Resource::Nofile).current.map(sessions_of)
}

fn sessions_of(files: u64) -> usize {
    let sessions = files.saturating_sub(OWN) / A_SESSION;
    usize::try_from(sessions.max(1)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_usual_limit_serves_two_hundred_sessions_and_the_smallest_one() {
        assert_eq!((sessions_of(1024), sessions_of(10)), (240, 1));
    }
}
