//! Name look-ups that keep a deadline and a cancel, which the system's own call does not.

use linecrew_core::cx::{Cx, Interruption};
use linecrew_core::transport::{ErrorKind, Phase, TransportError};
use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;

/// How many look-ups run at once. One that hangs holds its thread until the system's resolver gives up.
const MOST_THREADS: usize = 16;

type Lookup = dyn Fn(&str, u16) -> io::Result<Vec<SocketAddr>> + Send + Sync;

/// Looks names up on a few threads of its own, which start on demand and end when nothing is left to look up.
///
/// A caller that stops waiting abandons its look-up; one that still stands in line is then skipped.
#[derive(Clone)]
pub(crate) struct Resolver(Arc<Shared>);

struct Shared {
    lookup: Box<Lookup>,
    line: Mutex<Line>,
}

#[derive(Default)]
struct Line {
    waiting: VecDeque<Question>,
    threads: usize,
}

struct Question {
    host: String,
    port: u16,
    answer: Sender<Answer>,
    /// Gone once the caller has stopped waiting.
    asker: Weak<()>,
}

enum Answer {
    Found(io::Result<Vec<SocketAddr>>),
    Cancelled,
}

impl Resolver {
    /// A resolver that asks the operating system.
    pub(crate) fn system() -> Self {
        Self::new(|host, port| (host, port).to_socket_addrs().map(Iterator::collect))
    }

    pub(crate) fn new(
        lookup: impl Fn(&str, u16) -> io::Result<Vec<SocketAddr>> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Shared { lookup: Box::new(lookup), line: Mutex::default() }))
    }

    /// The addresses of `host`, at least one, in the system's order of preference.
    pub(crate) fn resolve(
        &self,
        host: &str,
        port: u16,
        peer: &str,
        cx: &Cx,
    ) -> Result<Vec<SocketAddr>, TransportError> {
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, port)]);
        }
        let failed = |why| {
            let error = TransportError::interrupted(why, Phase::Resolve, peer, cx);
            match why {
                Interruption::Cancelled => error,
                Interruption::TimedOut => error
                    .expected("an answer from the name service")
                    .hint("check the resolver of this machine, or give the address in place of the name"),
            }
        };
        match self.ask(host, port, cx).map_err(failed)? {
            Ok(addresses) if !addresses.is_empty() => Ok(addresses),
            Ok(_) => Err(unresolved(peer, &io::ErrorKind::NotFound.into())),
            Err(error) => Err(unresolved(peer, &error)),
        }
    }

    fn ask(&self, host: &str, port: u16, cx: &Cx) -> Result<io::Result<Vec<SocketAddr>>, Interruption> {
        let (answer, answers) = channel();
        let asker = Arc::new(());
        let cancelled = answer.clone();
        let _hook = cx.cancel().on_cancel(move || {
            let _ = cancelled.send(Answer::Cancelled);
        });
        let question = Question { host: host.into(), port, answer, asker: Arc::downgrade(&asker) };
        if let Err(error) = self.enqueue(question) {
            return Ok(Err(error));
        }
        match cx.clock().really(|| answers.recv_timeout(cx.remaining())) {
            Ok(Answer::Found(found)) => Ok(found),
            Ok(Answer::Cancelled) => Err(Interruption::Cancelled),
            Err(RecvTimeoutError::Timeout) => Err(Interruption::TimedOut),
            // The look-up panicked, which std's does not.
            Err(RecvTimeoutError::Disconnected) => Ok(Err(io::Error::other("the look-up ended early"))),
        }
    }

    fn enqueue(&self, question: Question) -> io::Result<()> {
        let mut line = self.0.line();
        line.waiting.push_back(question);
        if line.threads == MOST_THREADS {
            return Ok(());
        }
        let shared = Arc::clone(&self.0);
        match thread::Builder::new().name("linecrew-resolve".into()).spawn(move || shared.serve()) {
            Ok(_) => line.threads += 1,
            // Another thread will come to it, unless there is none.
            Err(error) if line.threads == 0 => {
                line.waiting.pop_back();
                return Err(error);
            }
            Err(_) => {}
        }
        Ok(())
    }
}

impl Shared {
    fn serve(&self) {
        while let Some(question) = self.next() {
            if question.asker.strong_count() > 0 {
                let found = (self.lookup)(&question.host, question.port);
                let _ = question.answer.send(Answer::Found(found));
            }
        }
    }

    fn next(&self) -> Option<Question> {
        let mut line = self.line();
        let question = line.waiting.pop_front();
        // Counted off under the lock that found the line empty, so that the next question starts a thread.
        line.threads -= usize::from(question.is_none());
        question
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        // No look-up runs under the lock, so a poisoned line is still whole.
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unresolved(peer: &str, source: &io::Error) -> TransportError {
    let text = source.to_string();
    // The phase says it already.
    let reason = text.strip_prefix("failed to lookup address information: ").unwrap_or(&text);
    TransportError::new(ErrorKind::Unresolved, Phase::Resolve, peer, "the name has no address")
        .source(io::Error::new(source.kind(), reason))
        .hint("check the spelling of the name and the resolver of this machine")
}

#[cfg(test)]
mod tests {
    use super::*;
    use linecrew_core::cancel::CancelToken;
    use linecrew_core::deadline::Deadline;
    use std::net::Ipv4Addr;
    use std::time::Duration;

    fn cx(wait: Duration) -> Cx {
        Cx::new(Deadline::after(wait, "connect"), CancelToken::new())
    }

    /// A look-up that never answers for as long as the sender lives.
    fn hanging() -> (Sender<()>, Resolver) {
        let (sender, receiver) = channel::<()>();
        let receiver = Mutex::new(receiver);
        let resolver = Resolver::new(move |_, _| {
            let _ = receiver.lock().map(|receiver| receiver.recv());
            Ok(Vec::new())
        });
        (sender, resolver)
    }

    #[test]
    fn an_address_is_not_looked_up() {
        let (_hold, resolver) = hanging();
        let found = resolver.resolve("192.0.2.1", 23, "r1", &cx(Duration::ZERO)).unwrap();
        assert_eq!(found, [SocketAddr::new(Ipv4Addr::new(192, 0, 2, 1).into(), 23)]);
    }

    #[test]
    fn a_look_up_that_hangs_ends_at_the_deadline() {
        let (_hold, resolver) = hanging();
        let error = resolver.resolve("r1", 23, "r1", &cx(Duration::from_millis(5))).unwrap_err();
        assert_eq!((error.kind(), error.phase()), (ErrorKind::TimedOut, Phase::Resolve));
    }

    #[test]
    fn a_look_up_that_hangs_ends_when_cancelled() {
        let (_hold, resolver) = hanging();
        let cx = cx(Duration::from_mins(10));
        cx.cancel().cancel();
        let error = resolver.resolve("r1", 23, "r1", &cx).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cancelled);
    }

    #[test]
    fn look_ups_that_hang_hold_a_bounded_number_of_threads() {
        let (hold, resolver) = hanging();
        let (asker, (answer, _answers)) = (Arc::new(()), channel());
        for _ in 0..2 * MOST_THREADS {
            let (answer, asker) = (answer.clone(), Arc::downgrade(&asker));
            resolver.enqueue(Question { host: "r1".into(), port: 23, answer, asker }).unwrap();
        }
        assert_eq!(resolver.0.line().threads, MOST_THREADS);
        drop(hold);
    }

    #[test]
    fn a_name_without_an_address_is_told_at_once() {
        let resolver = Resolver::new(|_, _| Err(io::Error::other("no such name")));
        let error = resolver.resolve("r1.invalid", 23, "r1", &cx(Duration::from_mins(10))).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unresolved);
        assert!(error.to_string().contains("no such name"), "{error}");
    }

    #[test]
    fn that_the_look_up_failed_is_not_told_twice() {
        let said = io::Error::other("failed to lookup address information: Name or service not known");
        let told = unresolved("r1:22", &said).to_string();
        assert!(
            told.starts_with(
                "r1:22: name look-up: the name has no address: Name or service not known; check"
            ),
            "{told}"
        );
    }
}
