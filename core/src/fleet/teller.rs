//! Gives outcomes to whoever reads them, once the journal has them on the disk, or that has failed.
//!
//! A sync takes the disk some milliseconds, and a processor 0.1 of one: a thread of the run does it for all hosts that ended
//! meanwhile, and no worker waits for it.

use super::journal::Journal;
use crate::executor::excepthook::reported;
use std::io;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// From the beginning of a sync to that of the next one, unless the last host is over: few syncs a second, and nobody sees
/// that an outcome comes so much later.
const PAUSE: Duration = Duration::from_millis(50);

/// What outcomes pass on their way to the reader. Dropping it ends its thread, once that has told all that it was given.
pub(super) struct Teller<O> {
    outcomes: Sender<O>,
    journal: Option<Arc<Journal>>,
    on_fault: Arc<OnFault>,
    /// None without a journal, and where the system gives no thread.
    thread: Option<(Arc<Desk<O>>, JoinHandle<()>)>,
}

/// What is done where the journal cannot be synced.
type OnFault = dyn Fn() + Send + Sync;

impl<O: Send + 'static> Teller<O> {
    /// Tells of so many outcomes. `on_fault` is called each time that the journal cannot be synced.
    pub(super) fn new(
        outcomes: Sender<O>,
        count: usize,
        journal: Option<Arc<Journal>>,
        on_fault: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        let on_fault: Arc<OnFault> = Arc::new(on_fault);
        let start = |journal: &Arc<Journal>| {
            let desk = Arc::new(Desk::new(count));
            let (at, outcomes) = (Arc::clone(&desk), outcomes.clone());
            let (journal, on_fault) = (Arc::clone(journal), Arc::clone(&on_fault));
            let work = move || at.work(&outcomes, || journal.sync(), &*on_fault);
            let thread = thread::Builder::new().name("linecrew-journal".to_owned()).spawn(work);
            Some((desk, thread.ok()?))
        };
        let thread = journal.as_ref().and_then(start);
        Self { outcomes, journal, on_fault, thread }
    }

    /// Tells of an outcome whose line is in the journal: now, or from the thread once it is on the disk.
    pub(super) fn tell(&self, outcome: O) {
        if let Some((desk, _)) = &self.thread {
            return desk.put(outcome);
        }
        if self.journal.as_ref().is_some_and(|journal| journal.sync().is_err()) {
            (self.on_fault)();
        }
        send(&self.outcomes, outcome);
    }
}

impl<O> Drop for Teller<O> {
    fn drop(&mut self) {
        let Some((desk, thread)) = self.thread.take() else { return };
        desk.close();
        // The journal is locked for as long as the thread has it. What `on_fault` does may drop this on the thread itself.
        if thread.thread().id() != thread::current().id() {
            // It ends well: what is not ours is contained.
            let _ = thread.join();
        }
    }
}

/// What waits for a sync.
struct Desk<O> {
    state: Mutex<State<O>>,
    /// The first of them is there, or no more will come.
    news: Condvar,
}

struct State<O> {
    waiting: Vec<O>,
    /// How many outcomes are to come.
    left: usize,
}

impl<O: Send> Desk<O> {
    fn new(count: usize) -> Self {
        Self { state: Mutex::new(State { waiting: Vec::new(), left: count }), news: Condvar::new() }
    }

    fn put(&self, outcome: O) {
        let mut state = self.state();
        state.waiting.push(outcome);
        state.left = state.left.saturating_sub(1);
        if state.waiting.len() == 1 || state.left == 0 {
            self.news.notify_one();
        }
    }

    /// Syncs and tells until all are told.
    fn work(&self, outcomes: &Sender<O>, sync: impl Fn() -> io::Result<()>, on_fault: &OnFault) {
        let mut rested = Instant::now();
        while let Some(over) = self.take(rested) {
            rested = Instant::now() + PAUSE;
            if sync().is_err() {
                on_fault();
            }
            for outcome in over {
                send(outcomes, outcome);
            }
        }
    }

    /// Waits for one, and until `rested` for those that come meanwhile. None where no more will come.
    fn take(&self, rested: Instant) -> Option<Vec<O>> {
        let mut state = self.state();
        while state.waiting.is_empty() && state.left > 0 {
            state = self.news.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        while let Some(rest) = state.rest(rested) {
            let waited = self.news.wait_timeout(state, rest);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        Some(std::mem::take(&mut state.waiting)).filter(|over| !over.is_empty())
    }
}

impl<O> Desk<O> {
    fn close(&self) {
        self.state().left = 0;
        self.news.notify_one();
    }

    fn state(&self) -> MutexGuard<'_, State<O>> {
        // Nobody else's code runs under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<O> State<O> {
    /// How long more may come.
    fn rest(&self, rested: Instant) -> Option<Duration> {
        let rest = rested.saturating_duration_since(Instant::now());
        (self.left > 0 && !rest.is_zero()).then_some(rest)
    }
}

/// Where the reader is gone the outcome is dropped here: what it does wrong then is no fault of the other hosts.
fn send<O>(outcomes: &Sender<O>, outcome: O) {
    reported(|| drop(outcomes.send(outcome)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::os::fd::OwnedFd;
    use std::path::PathBuf;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::channel;

    fn desk<O: Send>(count: usize, outcomes: impl IntoIterator<Item = O>) -> Desk<O> {
        let desk = Desk::new(count);
        for outcome in outcomes {
            desk.put(outcome);
        }
        desk
    }

    #[test]
    fn what_ends_while_the_disk_is_at_it_waits_for_the_next_sync() {
        let desk = desk(6, 1..=5);
        let (sender, told) = channel();
        let before = Mutex::new(Vec::new());
        let sync = || {
            let mut before = before.lock().unwrap();
            before.push(told.try_iter().collect::<Vec<_>>());
            if before.len() == 1 {
                desk.put(6);
            }
            Ok(())
        };
        desk.work(&sender, sync, &|| ());
        assert_eq!(before.into_inner().unwrap(), [vec![], (1..=5).collect::<Vec<_>>()]);
        assert_eq!(told.try_iter().collect::<Vec<_>>(), [6]);
    }

    #[test]
    fn those_that_end_within_the_pause_share_a_sync_and_nobody_waits_behind_the_last() {
        let desk = desk(3, [1]);
        thread::scope(|scope| {
            scope.spawn(|| [2, 3].map(|outcome| desk.put(outcome)));
            let rested = Instant::now() + Duration::from_hours(1);
            assert_eq!(desk.take(rested), Some(vec![1, 2, 3]));
            assert_eq!(desk.take(rested), None);
        });
    }

    #[test]
    fn a_run_that_is_given_up_has_told_what_it_knew_and_lets_go_of_its_journal() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::create(folder.path().join("0001.jsonl"), &[], false, ["r1", "r2"]).unwrap();
        let path = journal.path().to_owned();
        let (sender, told) = channel();
        let teller = Teller::new(sender, 2, Some(Arc::new(journal)), || ());
        teller.tell(1);
        drop(teller);
        assert_eq!(told.iter().collect::<Vec<_>>(), [1]);
        Journal::resume(path).unwrap();
    }

    /// A journal that takes lines, on no disk.
    #[cfg(target_os = "linux")]
    fn unsyncable() -> (io::PipeReader, Arc<Journal>) {
        let (reader, writer) = io::pipe().unwrap();
        let journal = Journal::over(PathBuf::new(), File::from(OwnedFd::from(writer))).unwrap();
        journal.started("r1", 1).unwrap();
        (reader, Arc::new(journal))
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_journal_that_cannot_be_synced_is_told_of_and_the_outcome_all_the_same() {
        let (_reader, journal) = unsyncable();
        let (sender, told) = channel();
        let faults = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&faults);
        let mut teller = Teller::new(sender, 2, Some(journal), move || {
            count.fetch_add(1, Ordering::Relaxed);
        });
        teller.tell(1);
        assert_eq!((told.recv(), faults.load(Ordering::Relaxed)), (Ok(1), 1));
        // As where the system gives no thread.
        let (desk, thread) = teller.thread.take().unwrap();
        desk.close();
        thread.join().unwrap();
        teller.tell(2);
        assert_eq!((told.recv(), faults.load(Ordering::Relaxed)), (Ok(2), 2));
    }

    struct Hostile<'c>(&'c AtomicUsize);

    impl Drop for Hostile<'_> {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
            panic!("dropped");
        }
    }

    #[test]
    fn a_value_that_panics_when_nobody_takes_it_does_not_keep_the_others() {
        let dropped = AtomicUsize::new(0);
        let desk = desk(2, [Hostile(&dropped), Hostile(&dropped)]);
        let (sender, told) = channel();
        drop(told);
        desk.work(&sender, || Ok(()), &|| ());
        assert_eq!(dropped.load(Ordering::Relaxed), 2);
    }
}
