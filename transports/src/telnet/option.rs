//! Which telnet options are agreed on (RFC 854, 855, 858, 857, 1091, 1073, 856), and when an answer is due.
//!
//! Nothing is offered unasked: devices begin. As RFC 1143 has it, only a request that changes something is answered,
//! so that two sides can never answer each other for ever; a refusal is sent once.

use telnet::Action;

pub(super) const BINARY: u8 = 0;
pub(super) const ECHO: u8 = 1;
pub(super) const SGA: u8 = 3;
pub(super) const TTYPE: u8 = 24;
pub(super) const NAWS: u8 = 31;

/// What one side does about one option.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Agreed {
    #[default]
    Never,
    Yes,
    Refused,
    /// It was in use and is no more.
    No,
}

/// The options of both sides.
#[derive(Debug)]
pub(super) struct Options {
    offers_window: bool,
    /// What this side does, by option.
    ours: [Agreed; 256],
    /// What the device does, by option.
    theirs: [Agreed; 256],
}

impl Options {
    /// Nothing agreed on yet. The window's size is told only if `offers_window`.
    pub(super) fn new(offers_window: bool) -> Self {
        Self { offers_window, ours: [Agreed::default(); 256], theirs: [Agreed::default(); 256] }
    }

    /// Takes a request of the device and returns the answer that is due.
    pub(super) fn receive(&mut self, action: Action, option: u8) -> Option<Action> {
        let wanted = self.is_wanted(action, option);
        let (agreed, accept, refuse) = match action {
            Action::Do | Action::Dont => (&mut self.ours[usize::from(option)], Action::Will, Action::Wont),
            Action::Will | Action::Wont => (&mut self.theirs[usize::from(option)], Action::Do, Action::Dont),
        };
        let asks = matches!(action, Action::Do | Action::Will);
        let (next, answer) = match (*agreed, asks) {
            (Agreed::Yes | Agreed::Refused, true) => return None,
            (_, true) if wanted => (Agreed::Yes, accept),
            (_, true) => (Agreed::Refused, refuse),
            (Agreed::Yes, false) => (Agreed::No, refuse),
            (_, false) => return None,
        };
        *agreed = next;
        Some(answer)
    }

    /// Whether this side does `option`.
    pub(super) fn ours(&self, option: u8) -> bool {
        self.ours[usize::from(option)] == Agreed::Yes
    }

    /// Whether the device does `option`.
    pub(super) fn theirs(&self, option: u8) -> bool {
        self.theirs[usize::from(option)] == Agreed::Yes
    }

    fn is_wanted(&self, action: Action, option: u8) -> bool {
        match action {
            Action::Will => matches!(option, SGA | ECHO | BINARY),
            Action::Do => matches!(option, SGA | TTYPE | BINARY) || (option == NAWS && self.offers_window),
            Action::Wont | Action::Dont => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_device_offers_is_taken_once() {
        let mut options = Options::new(false);
        assert_eq!(options.receive(Action::Will, ECHO), Some(Action::Do));
        assert_eq!(options.receive(Action::Will, ECHO), None);
        assert!(options.theirs(ECHO) && !options.ours(ECHO));
    }

    #[test]
    fn an_option_taken_back_is_confirmed_and_may_come_again() {
        let mut options = Options::new(false);
        options.receive(Action::Will, ECHO);
        assert_eq!(options.receive(Action::Wont, ECHO), Some(Action::Dont));
        assert_eq!(options.receive(Action::Wont, ECHO), None);
        assert_eq!(options.receive(Action::Will, ECHO), Some(Action::Do));
    }

    #[test]
    fn all_other_options_are_refused_once() {
        let mut options = Options::new(false);
        for option in (0..=255).filter(|option| ![BINARY, SGA, TTYPE].contains(option)) {
            assert_eq!(options.receive(Action::Do, option), Some(Action::Wont), "{option}");
            assert_eq!(options.receive(Action::Do, option), None, "{option}");
        }
    }

    #[test]
    fn the_window_is_told_only_where_it_was_asked_for() {
        assert_eq!(Options::new(true).receive(Action::Do, NAWS), Some(Action::Will));
        assert_eq!(Options::new(false).receive(Action::Do, NAWS), Some(Action::Wont));
    }

    #[test]
    fn a_refusal_of_what_was_never_offered_needs_no_answer() {
        let mut options = Options::new(true);
        assert_eq!(options.receive(Action::Dont, 34), None);
        assert_eq!(options.receive(Action::Wont, 34), None);
    }
}
