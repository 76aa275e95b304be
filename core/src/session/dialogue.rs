//! A command that asks back, and what it is answered.

use super::expect::Expect;
use crate::secret::Secret;
use std::fmt;

/// A dialogue with a device: a command, what to answer to which question, and what ends it.
///
/// Nothing needs an order: each question is answered when it stands on the line where the device waits, the first answer
/// that fits first, and each answer once. A question that never comes is no fault. Unless told otherwise the dialogue ends
/// at the device's prompt.
///
/// ```
/// use linecrew_core::secret::Secret;
/// use linecrew_core::session::{Dialogue, Expect, Session, SessionError};
///
/// fn save(session: &mut Session) -> Result<(), SessionError> {
///     let copy = Dialogue::new("copy running-config tftp:")
///         .answer("Address or name of remote host", "192.0.2.9")
///         .answer("Destination filename", "");
///     session.send_interactive(copy)?;
///
///     let user = Dialogue::new("change-password")
///         .answer_hidden("Old password", Secret::new("old"))
///         .answer_hidden("New password", Secret::new("new"))
///         .answer_hidden(Expect::regex("(retype|confirm).*password")?, Secret::new("new"));
///     session.send_interactive(user)?;
///
///     session.send_interactive(Dialogue::new("reload").answer("[confirm]", "").until_closed())?;
///     Ok(())
/// }
/// ```
#[must_use = "it is not sent before `send_interactive`"]
pub struct Dialogue<'a> {
    pub(super) input: Option<String>,
    pub(super) turns: Vec<Turn<'a>>,
    pub(super) complete: Vec<Expect>,
    pub(super) ends_at_prompt: bool,
    pub(super) may_close: bool,
}

/// What to do when the device shows something.
pub(super) struct Turn<'a> {
    pub(super) expect: Expect,
    pub(super) reaction: Box<dyn FnMut(&str) -> Reaction + Send + 'a>,
    /// Whether it is over once it was given, and whether it is.
    pub(super) once: bool,
    pub(super) is_over: bool,
}

/// What to do about what a device shows.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Reaction {
    /// Types a line.
    Answer(String),
    /// Types a line that is shown and logged nowhere.
    AnswerHidden(Secret),
    /// Types these bytes, with no line end.
    Write(Vec<u8>),
    /// Ends the dialogue with what has come.
    Complete,
    /// Ends the dialogue with an error that says this.
    Fail(String),
}

impl<'a> Dialogue<'a> {
    /// Begins with a command.
    pub fn new(input: impl Into<String>) -> Self {
        Self { input: Some(input.into()), ..Self::listen() }
    }

    /// Begins with what the device says unasked, or goes on saying.
    pub fn listen() -> Self {
        Self { input: None, turns: Vec::new(), complete: Vec::new(), ends_at_prompt: true, may_close: false }
    }

    /// Answers a question with a line.
    pub fn answer(self, question: impl Into<Expect>, answer: impl Into<String>) -> Self {
        let reaction = Reaction::Answer(answer.into());
        self.turn(question.into(), true, move |_| reaction.clone())
    }

    /// Answers a question with a line that is shown and logged nowhere. Should the device echo it, `***` stands in its
    /// place in the reply too.
    pub fn answer_hidden(self, question: impl Into<Expect>, secret: Secret) -> Self {
        let reaction = Reaction::AnswerHidden(secret);
        self.turn(question.into(), true, move |_| reaction.clone())
    }

    /// Calls `callback` with the line on which the device waits, each time that it shows what is expected: for what comes
    /// seldom, or several times.
    pub fn on(self, expect: impl Into<Expect>, callback: impl FnMut(&str) -> Reaction + Send + 'a) -> Self {
        self.turn(expect.into(), false, callback)
    }

    /// Ends the dialogue when a line shows this, whatever follows.
    pub fn complete_when(mut self, expect: impl Into<Expect>) -> Self {
        self.complete.push(expect.into());
        self
    }

    /// Goes on behind a prompt: the dialogue ends when it is [complete](Self::complete_when).
    pub fn beyond_prompt(mut self) -> Self {
        self.ends_at_prompt = false;
        self
    }

    /// Takes a device that hangs up for the good end of the dialogue, as behind a reload. The session is over then.
    pub fn until_closed(mut self) -> Self {
        self.may_close = true;
        self
    }

    fn turn(
        mut self,
        expect: Expect,
        once: bool,
        reaction: impl FnMut(&str) -> Reaction + Send + 'a,
    ) -> Self {
        self.turns.push(Turn { expect, reaction: Box::new(reaction), once, is_over: false });
        self
    }
}

impl fmt::Debug for Dialogue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let expected: Vec<_> = self.turns.iter().map(|turn| &turn.expect).collect();
        f.debug_struct("Dialogue")
            .field("input", &self.input)
            .field("expects", &expected)
            .field("complete", &self.complete)
            .finish_non_exhaustive()
    }
}
