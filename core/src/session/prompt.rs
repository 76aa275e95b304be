//! Which prompt ends a reply.

use super::Session;
use crate::channel::AtPrompt;
use crate::platform::{Platform, Tail};
use std::sync::Arc;

/// What to take for the device's prompt.
pub(super) struct PromptFinder {
    platform: Arc<Platform>,
    likely: Option<usize>,
    /// The part of the last prompt that names the device.
    stem: String,
    /// The prompt as it was learned, where the platform does not describe it.
    learned: Option<String>,
}

impl PromptFinder {
    pub(super) fn new(session: &Session) -> Self {
        Self {
            platform: Arc::clone(&session.platform),
            likely: session.mode,
            stem: stem(&session.prompt).to_owned(),
            learned: session.platform.learns_prompt.then(|| session.prompt.clone()),
        }
    }

    /// The prompt that the output ends in: that of a mode, or one of no known mode that still names the device as the last
    /// prompt did. The platform's loose pattern alone would take many a line of output for a prompt.
    pub(super) fn find(&self, tail: Tail<'_>) -> Option<AtPrompt> {
        if self.learned.as_ref().is_some_and(|learned| tail.line.trim_end() == learned) {
            return Some(AtPrompt { two_lines: false, familiar: true });
        }
        let familiar = tail.line.contains(&self.stem);
        let known = self.platform.modes.recognise(tail, self.likely).filter(|_| self.learned.is_none());
        let two_lines = known.map(|(_, two_lines)| two_lines).or_else(|| {
            let same_device = !self.stem.is_empty() && familiar;
            same_device.then(|| self.platform.prompt.find(tail)).flatten()
        });
        two_lines.map(|two_lines| AtPrompt { two_lines, familiar })
    }
}

/// The part of a prompt that names the device: the longest word before the parentheses that name a mode.
fn stem(prompt: &str) -> &str {
    let head = prompt.split('(').next().filter(|head| !head.trim().is_empty()).unwrap_or(prompt);
    let words = head.split(|c: char| !c.is_alphanumeric() && !"._-".contains(c));
    words.max_by_key(|word| word.len()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stem_of_a_prompt_is_what_names_the_device() {
        for (prompt, expected) in [
            ("R1#", "R1"),
            ("R1(config-if)#", "R1"),
            ("admin@core-1.ams>", "core-1.ams"),
            ("[admin@MikroTik] >", "MikroTik"),
            ("(host)#", "host"),
            ("$", ""),
        ] {
            assert_eq!(stem(prompt), expected, "{prompt}");
        }
    }
}
