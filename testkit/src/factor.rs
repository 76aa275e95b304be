//! What a simulated device's SSH server wants of those who log in.

use linecrew_core::secret::Secret;

/// One proof of identity that an SSH server takes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Factor {
    /// The device's password, by the method `password`.
    Password,
    /// One of the device's authorized keys.
    PublicKey,
    /// The right answers to questions, by the method `keyboard-interactive`, a round for each.
    Questions(Vec<Question>),
    /// The right answers to questions that are all asked in one round, by the same method; what the first one has to say
    /// before it stands before all.
    Form(Vec<Question>),
}

/// A question with its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub(crate) instructions: String,
    pub(crate) prompt: String,
    pub(crate) echo: bool,
    pub(crate) answer: Secret,
}

impl Question {
    /// A question whose answer is hidden while it is typed.
    pub fn new(prompt: impl Into<String>, answer: impl Into<String>) -> Self {
        let (instructions, answer) = (String::new(), Secret::new(answer));
        Self { instructions, prompt: prompt.into(), echo: false, answer }
    }

    /// Lets the answer be seen.
    pub fn echo(mut self) -> Self {
        self.echo = true;
        self
    }

    /// Sets what is said before the question.
    pub fn instructions(mut self, text: impl Into<String>) -> Self {
        self.instructions = text.into();
        self
    }
}
