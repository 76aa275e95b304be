//! What is known of each task of a program, and what must hold of it in the end.

use crate::op::Program;
use linecrew_core::executor::TaskError;
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

#[derive(Default)]
pub(crate) struct Ledger {
    records: Mutex<Vec<Arc<Record>>>,
    /// How many threads are in jobs now, and at most ever were.
    busy: AtomicUsize,
    most_busy: AtomicUsize,
}

/// One task.
#[derive(Debug, Default)]
pub(crate) struct Record {
    /// A job submitted it, or a timer: that may be after the last step.
    late: AtomicBool,
    starts: AtomicUsize,
    /// Values that its job returned.
    values: AtomicUsize,
    /// `cancel` said that it never starts.
    cancelled: AtomicBool,
    /// Its handle may have gone to somebody who cancels without a word: the drop of a map.
    disowned: AtomicBool,
    closures_dropped: AtomicUsize,
    values_dropped: AtomicUsize,
    callbacks: AtomicUsize,
    callbacks_called: AtomicUsize,
    told: Mutex<Vec<Outcome>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Value,
    Panicked,
    Cancelled,
    Refused,
}

/// What a job returns, and what its closure holds: its drop is counted.
#[derive(Debug)]
pub(crate) struct Counted {
    record: Arc<Record>,
    count: fn(&Record) -> &AtomicUsize,
}

impl Drop for Counted {
    fn drop(&mut self) {
        (self.count)(&self.record).fetch_add(1, SeqCst);
    }
}

impl Ledger {
    pub(crate) fn record(&self) -> Arc<Record> {
        let record = Arc::new(Record { late: (DEPTH.get() > 0).into(), ..Record::default() });
        self.records.lock().unwrap().push(Arc::clone(&record));
        record
    }

    /// Counts this thread as busy until the guard goes.
    pub(crate) fn enter(self: &Arc<Self>) -> Busy {
        if DEPTH.replace(DEPTH.get() + 1) == 0 {
            self.most_busy.fetch_max(self.busy.fetch_add(1, SeqCst) + 1, SeqCst);
        }
        Busy(Arc::clone(self))
    }

    /// Returns once nothing is left of any task. It always comes, or the guard against hangs does.
    pub(crate) fn settle(&self) {
        // All anew each time: a job that ends may have submitted others.
        while !self.records.lock().unwrap().iter().all(|record| record.is_settled()) {
            std::thread::yield_now();
        }
    }

    /// Panics with what does not hold.
    pub(crate) fn check(&self, program: &Program) {
        assert!(
            self.most_busy.load(SeqCst) <= program.most_workers(),
            "{} busy threads",
            self.most_busy.load(SeqCst)
        );
        for record in &*self.records.lock().unwrap() {
            record.check(program.may_refuse(record.late.load(SeqCst)));
        }
    }
}

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

pub(crate) struct Busy(Arc<Ledger>);

impl Drop for Busy {
    fn drop(&mut self) {
        if DEPTH.replace(DEPTH.get() - 1) == 1 {
            self.0.busy.fetch_sub(1, SeqCst);
        }
    }
}

impl Record {
    pub(crate) fn closure(self: &Arc<Self>) -> Counted {
        Counted { record: Arc::clone(self), count: |record| &record.closures_dropped }
    }

    pub(crate) fn callback(self: &Arc<Self>) -> Counted {
        self.callbacks.fetch_add(1, SeqCst);
        Counted { record: Arc::clone(self), count: |record| &record.callbacks_called }
    }

    pub(crate) fn started(&self) {
        self.starts.fetch_add(1, SeqCst);
    }

    pub(crate) fn value(self: &Arc<Self>) -> Counted {
        self.values.fetch_add(1, SeqCst);
        Counted { record: Arc::clone(self), count: |record| &record.values_dropped }
    }

    pub(crate) fn cancelled(&self, cancelled: bool) {
        self.cancelled.fetch_or(cancelled, SeqCst);
    }

    pub(crate) fn late(&self) {
        self.late.store(true, SeqCst);
    }

    pub(crate) fn disowned(&self) {
        self.disowned.store(true, SeqCst);
    }

    /// Somebody was told how the task ended: with a value, unless there is an error.
    pub(crate) fn told(&self, error: Option<&TaskError>) {
        let outcome = match error {
            None => Outcome::Value,
            Some(TaskError::Panicked(_)) => Outcome::Panicked,
            Some(TaskError::Cancelled) => Outcome::Cancelled,
            Some(TaskError::ShutDown) => Outcome::Refused,
            Some(TaskError::AlreadyTaken) => return,
            Some(error) => panic!("{error}: {self:?}"),
        };
        self.told.lock().unwrap().push(outcome);
    }

    fn is_settled(&self) -> bool {
        let pairs = [(&self.values, &self.values_dropped), (&self.callbacks, &self.callbacks_called)];
        self.closures_dropped.load(SeqCst) > 0
            && pairs.iter().all(|(made, gone)| made.load(SeqCst) == gone.load(SeqCst))
    }

    fn check(&self, may_be_refused: bool) {
        let (starts, values) = (self.starts.load(SeqCst), self.values.load(SeqCst));
        let cancelled = self.cancelled.load(SeqCst);
        assert!(starts <= 1 && values <= starts, "{self:?}");
        assert_eq!(self.closures_dropped.load(SeqCst), 1, "{self:?}");
        assert_eq!(self.values_dropped.load(SeqCst), values, "{self:?}");
        assert!(!cancelled || starts == 0, "{self:?}");
        assert!(may_be_refused || cancelled || self.disowned.load(SeqCst) || starts == 1, "{self:?}");
        for told in &*self.told.lock().unwrap() {
            let as_told = match told {
                Outcome::Value => (1, 1),
                Outcome::Panicked => (1, 0),
                Outcome::Cancelled | Outcome::Refused => (0, 0),
            };
            assert_eq!((starts, values), as_told, "{self:?}");
        }
    }
}
