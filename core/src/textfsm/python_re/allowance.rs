//! What matching may cost, so that neither a template nor a text can make it hang or fill the memory.

use std::sync::atomic::{AtomicUsize, Ordering};

/// What the automata of one template may take together, in bytes.
const AUTOMATA: usize = 64 << 20;

/// How many steps the matches of one text may take beyond the least before automata take over, some tenths of a
/// second; and so many more for each of its bytes.
const TRIES: u64 = 1 << 26;
const TRIES_PER_BYTE: u64 = 64;

/// How many steps the matches of one text may take together where no automaton helps, some tenths of a second.
const PATIENCE: u32 = 16 << 20;

/// How many states all automata may go through on one text, some seconds; and so many more for each of its bytes.
const STATES: u64 = 1 << 31;
const STATES_PER_BYTE: u64 = 256;

/// The memory that the automata of one template may still take.
#[derive(Debug)]
pub(in crate::textfsm) struct Budget(AtomicUsize);

impl Budget {
    /// What a template may take.
    pub(in crate::textfsm) fn new() -> Self {
        Self(AtomicUsize::new(AUTOMATA))
    }

    /// Takes so many bytes for good, if they are left.
    pub(super) fn take(&self, bytes: usize) -> bool {
        let left = |left: usize| left.checked_sub(bytes);
        self.0.try_update(Ordering::Relaxed, Ordering::Relaxed, left).is_ok()
    }
}

/// What is left of what the matches of one text may take together.
#[derive(Debug)]
pub(in crate::textfsm) struct Allowance<'t> {
    pub(super) budget: &'t Budget,
    tries: u64,
    patience: u32,
    states: u64,
}

impl<'t> Allowance<'t> {
    /// What a text may take; `budget` is the template's.
    pub(in crate::textfsm) fn new(budget: &'t Budget) -> Self {
        Self { budget, tries: TRIES, patience: PATIENCE, states: STATES }
    }

    /// Adds what a line of so many bytes brings with it: a text costs linear time, however long it is.
    pub(in crate::textfsm) fn line(&mut self, bytes: usize) {
        let bytes = bytes as u64;
        self.tries = self.tries.saturating_add(bytes * TRIES_PER_BYTE);
        self.states = self.states.saturating_add(bytes * STATES_PER_BYTE);
    }

    /// Whether a match may still try for long before an automaton is asked.
    pub(super) fn may_try(&self) -> bool {
        self.tries > 0
    }

    /// Notes the steps of a match.
    pub(super) fn tried(&mut self, steps: u32) {
        self.tries = self.tries.saturating_sub(steps.into());
    }

    /// How many steps a match may take that no automaton can make.
    pub(super) fn patience(&self) -> u32 {
        self.patience
    }

    /// Notes the steps of such a match.
    pub(super) fn waited(&mut self, steps: u32) {
        self.patience = self.patience.saturating_sub(steps);
    }

    /// Takes what an automaton of so many states may need for so many bytes, if it is left.
    pub(super) fn go_through(&mut self, states: usize, bytes: usize) -> bool {
        let left = self.states.checked_sub((states as u64).saturating_mul(bytes as u64));
        self.states = left.unwrap_or(self.states);
        left.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_not_overdrawn() {
        let budget = Budget::new();
        assert!(budget.take(AUTOMATA - 1) && !budget.take(2) && budget.take(1) && !budget.take(1));
    }

    #[test]
    fn what_is_taken_is_gone_and_each_line_brings_its_own() {
        let budget = Budget::new();
        let mut allowance = Allowance::new(&budget);
        assert!(!allowance.go_through(usize::MAX, 2) && allowance.go_through(1 << 20, 1 << 11));
        assert!(!allowance.go_through(1, 1));
        allowance.tried(u32::MAX);
        assert!(!allowance.may_try());
        allowance.line(1);
        assert!(allowance.may_try() && allowance.go_through(256, 1) && !allowance.go_through(1, 1));
    }
}
