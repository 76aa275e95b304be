//! What a device has shown, and what that means to whoever waits for it.

use super::Trouble;
use super::answer::Answer;
use crate::platform::Tail;

/// A prompt at the end of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AtPrompt {
    /// It begins on the line before.
    pub(crate) two_lines: bool,
    /// It names the device as the last prompt did.
    pub(crate) familiar: bool,
}

/// Finds a prompt at the end of the output.
pub(crate) type FindPrompt<'a> = &'a dyn Fn(Tail<'_>) -> Option<AtPrompt>;

/// What ended a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The last reply is complete.
    Prompt,
    /// The caller found what it looked for.
    Stopped,
}

/// What a device has shown since the last line was sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown<'a> {
    /// The lines that have ended.
    pub(crate) text: &'a str,
    /// Where in them the echo of the command ends.
    pub(crate) echo_end: usize,
    /// How much stood before them and was forgotten.
    pub(crate) forgotten: usize,
    /// The current line.
    pub(crate) line: &'a str,
}

/// Whether a wait is to end at what was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    No,
    /// If it still holds when nothing more is there at once.
    Settled,
    /// Whatever follows.
    Now,
}

/// An exchange that did not come to its end, and the answers that were complete by then.
#[derive(Debug)]
pub(crate) struct CutShort {
    pub(crate) trouble: Trouble,
    pub(crate) answers: Vec<Answer>,
}
