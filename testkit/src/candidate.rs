//! A configuration that holds only once it is committed: what a session has changed, and what becomes of it.

use crate::console::{Console, State};
use crate::curly;
use crate::platform::{Outcome, Parting};
use crate::running::RunningConfig;
use std::sync::Arc;

/// Whom a configuration is open for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    /// For everybody: what is left uncommitted, the next one finds.
    Shared,
    /// For this session.
    Private,
    /// For this session, and meanwhile for nobody else.
    Exclusive,
}

/// A candidate under way.
#[derive(Debug)]
pub(crate) struct Candidate {
    config: RunningConfig,
    hold: Hold,
    /// Keeps others out for as long as it lives, where it is exclusive.
    _lock: Arc<()>,
}

impl Console {
    /// The configuration that lines change: the candidate, or the running one where lines hold at once.
    pub(crate) fn configuration(&self) -> RunningConfig {
        self.candidate
            .as_ref()
            .map_or_else(|| self.node.running().clone(), |candidate| candidate.config.clone())
    }

    /// Changes it.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut RunningConfig)) {
        match &mut self.candidate {
            Some(candidate) => change(&mut candidate.config),
            None => change(&mut self.node.running()),
        }
    }

    /// Into configuration, with these words.
    pub(crate) fn configure(&mut self, words: &str, hold: Hold) {
        let node = Arc::clone(&self.node);
        let platform = &node.device().platform;
        if let Some(style) = &platform.candidate {
            let lock = Arc::default();
            if !node.lock((hold == Hold::Exclusive).then_some(&lock)) {
                return self.say_filled(&style.locked);
            }
            let left = if hold == Hold::Shared { node.take_left_over() } else { None };
            let config = left.unwrap_or_else(|| node.running().clone());
            self.candidate = Some(Candidate { config, hold, _lock: lock });
        }
        self.mode.clone_from(&platform.config_mode);
        self.say_filled(words);
    }

    /// Out of configuration; asks first where changes are not committed.
    pub(crate) fn end(&mut self) {
        let changed =
            self.candidate.as_ref().is_some_and(|candidate| candidate.config != *self.node.running());
        if changed {
            self.state = State::Uncommitted;
        } else {
            self.leave_configuration();
        }
    }

    /// The question that is asked then.
    pub(crate) fn parting(&self) -> Option<&Parting> {
        let style = self.node.device().platform.candidate.as_ref()?;
        let hold = self.candidate.as_ref()?.hold;
        Some(if hold == Hold::Shared { &style.shared } else { &style.held })
    }

    pub(crate) fn take_parting(&mut self, answer: &str) {
        let outcome = self.parting().map_or(Outcome::Discard, |parting| parting.outcome(answer));
        match outcome {
            Outcome::Stay => return,
            Outcome::Commit => self.commit(),
            Outcome::Keep => {
                let kept = self.candidate.take().map(|candidate| candidate.config);
                self.node.leave_over(kept);
            }
            Outcome::Discard => {}
        }
        self.leave_configuration();
    }

    /// Lets the candidate hold.
    pub(crate) fn commit(&mut self) {
        if let Some(candidate) = &self.candidate {
            self.node.commit(candidate.config.clone());
        }
    }

    /// Takes the configuration of so many commits ago into the candidate: of none, the running one.
    pub(crate) fn roll_back(&mut self, commits: usize) {
        let Some(config) = self.node.committed(commits) else {
            return self.say("error: there is no such configuration\n");
        };
        if let Some(candidate) = &mut self.candidate {
            candidate.config = config;
        }
    }

    /// Sets or deletes a statement below the level that is being edited.
    pub(crate) fn statement(&mut self, statement: &str, delete: bool) {
        let level = self.edit.join(" ");
        let whole = format!("{level} {statement}");
        self.change(|config| {
            let words = curly::words(&whole);
            if delete { config.delete(&words) } else { config.set(&words) }
        });
    }
}

impl Parting {
    fn outcome(&self, answer: &str) -> Outcome {
        match answer.trim().to_ascii_lowercase().as_str() {
            "" => self.empty,
            yes if "yes".starts_with(yes) => self.yes,
            no if "no".starts_with(no) => self.no,
            _ => Outcome::Stay,
        }
    }
}
