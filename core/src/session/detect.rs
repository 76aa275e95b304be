//! Finds out what a device is.

use super::{ErrorKind, Phase, Session, SessionError};
use crate::platform::{Guess, Platform, Platforms, Said, Trace};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The one command that is sent to find out more: every device knows it, or says at once that it does not. A word that IOS
/// does not know would be looked up as a host name.
const QUESTION: &str = "show version";

/// What a device was found to be, and how sure that is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Detection {
    /// The platform's name.
    pub platform: String,
    /// How sure it is, in percent.
    pub confidence: u8,
    /// Which of its words gave it away most plainly.
    pub trace: Trace,
}

impl Session {
    /// Finds the platform among those that are known, and goes on as a session with a device of it.
    #[inline(never)]
    pub(super) fn detect(&mut self, platforms: &Platforms) -> Result<(), SessionError> {
        let cx = self.cx.within(self.timeouts.command, "command");
        let banner = self.channel.text().to_owned();
        self.learn_prompt(&cx)?;
        let prompt = self.channel.at_end(|tail| format!("{}\n{}", tail.previous, tail.line));
        let said = Said { banner: &banner, prompt: &prompt, ..Said::default() };
        let mut best = platforms.detect(said).into_iter().next();
        if !best.as_ref().is_some_and(Guess::is_sure) {
            let reply = self.send_command(QUESTION)?;
            let said = Said { show_version: &reply.text, ..said };
            best = platforms.detect(said).into_iter().next();
        }
        let guess = match best {
            Some(guess) if guess.is_sure() => guess,
            unsure => return Err(self.unknown_platform(unsure.as_ref(), platforms)),
        };
        self.adopt(platforms.find(&guess.platform)?);
        self.detection = Some(Detection::of(&guess));
        self.prepare()
    }

    fn adopt(&mut self, platform: Arc<Platform>) {
        self.channel.set_platform(Arc::clone(&platform));
        self.platform = platform;
        self.mode = None;
        self.note_prompt(None);
    }

    fn unknown_platform(&mut self, likeliest: Option<&Guess>, platforms: &Platforms) -> SessionError {
        self.broken = true;
        let known = platforms.names().join(", ");
        let what = match likeliest {
            Some(guess) => format!("its platform is unknown: the likeliest is {guess}"),
            None => "its platform is unknown: nothing fits".to_owned(),
        };
        let error = self.error(ErrorKind::Platform, Phase::Open, what);
        error.seen(self.channel.seen()).hint(format!("name one of {known}, or a definition file"))
    }
}

impl Detection {
    fn of(guess: &Guess) -> Self {
        Self { platform: guess.platform.clone(), confidence: guess.sureness, trace: plainest(guess) }
    }
}

/// Of all traces the one that tells most: a prompt is shared by many.
fn plainest(guess: &Guess) -> Trace {
    let has = |wanted| guess.because.iter().any(|(trace, _)| *trace == wanted);
    [Trace::Version, Trace::Banner].into_iter().find(|trace| has(*trace)).unwrap_or(Trace::Prompt)
}
