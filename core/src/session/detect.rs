//! Finds out what a device is.

use super::builder::Opening;
use super::{ErrorKind, Phase, Session, SessionError};
use crate::platform::{Evidence, Platform, Trace};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// From here on a platform is believed without asking further.
const SURE: u8 = 90;

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
    /// What gave it away.
    pub trace: Trace,
}

impl Session {
    /// Finds the platform among the embedded ones, and goes on as a session with a device of it.
    pub(super) fn detect(&mut self, opening: Opening) -> Result<(), SessionError> {
        let cx = self.cx.within(self.timeouts.command, "command");
        let banner = self.channel.text().to_owned();
        self.learn_prompt(&cx)?;
        let prompt = self.prompt.clone();
        let evidence = Evidence { banner: &banner, prompt: &prompt, version: None };
        let mut found = best(evidence)?.filter(|(_, detection)| detection.confidence >= SURE);
        if found.is_none() {
            let reply = self.send_command(QUESTION)?;
            found = best(Evidence { version: Some(&reply.text), ..evidence })?;
        }
        let (platform, detection) = found.ok_or_else(|| self.unknown_platform())?;
        self.adopt(platform);
        self.detection = Some(detection);
        self.prepare(opening)
    }

    fn adopt(&mut self, platform: Arc<Platform>) {
        self.channel.set_platform(Arc::clone(&platform));
        self.platform = platform;
        self.mode = None;
        self.note_prompt(None);
    }

    fn unknown_platform(&mut self) -> SessionError {
        self.broken = true;
        let known = Platform::builtin_names().collect::<Vec<_>>().join(", ");
        let error = self.error(ErrorKind::Platform, Phase::Open, "its platform is unknown: nothing fits");
        error.seen(self.channel.seen()).hint(format!("name one of {known}, or a definition file"))
    }
}

/// The platform that most speaks for; of several the first in the list of platforms.
fn best(evidence: Evidence<'_>) -> Result<Option<(Arc<Platform>, Detection)>, SessionError> {
    let mut best: Option<(Arc<Platform>, Detection)> = None;
    for name in Platform::builtin_names() {
        let platform = Platform::builtin(name)?;
        let Some((trace, confidence)) = platform.traces.weigh(evidence) else { continue };
        if best.as_ref().is_none_or(|(_, best)| confidence > best.confidence) {
            best = Some((platform, Detection { platform: name.to_owned(), confidence, trace }));
        }
    }
    Ok(best)
}
