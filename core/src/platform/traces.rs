//! What gives a platform away: words of its banner, its prompt, and its version.

use super::definition::{DetectDefinition, pattern};
use super::error::PlatformError;
use super::pattern::Pattern;
use serde_saphyr::Spanned;

/// What a session has seen of a device that it does not know.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Evidence<'a> {
    /// All that was said before the prompt.
    pub(crate) banner: &'a str,
    pub(crate) prompt: &'a str,
    /// The reply to `show version`, once it was asked for.
    pub(crate) version: Option<&'a str>,
}

/// The patterns by which a platform is told.
#[derive(Debug)]
pub(crate) struct Traces {
    banner: Vec<Pattern>,
    prompt: Vec<Pattern>,
    version: Vec<Pattern>,
}

impl Traces {
    pub(super) fn compile(definition: &DetectDefinition, origin: &str) -> Result<Self, PlatformError> {
        let all = |sources: &[Spanned<String>]| {
            sources.iter().map(|source| pattern(source, origin)).collect::<Result<Vec<_>, _>>()
        };
        Ok(Self {
            banner: all(&definition.banner)?,
            prompt: all(&definition.prompt)?,
            version: all(&definition.version)?,
        })
    }

    /// How much speaks for the platform, in percent: its own words in the reply to `show version` leave no doubt, those of
    /// a banner little, and a prompt is shared by many.
    pub(crate) fn confidence(&self, evidence: Evidence<'_>) -> u8 {
        let any = |patterns: &[Pattern], text: &str| patterns.iter().any(|pattern| pattern.is_match(text));
        if evidence.version.is_some_and(|text| any(&self.version, text)) {
            99
        } else if any(&self.banner, evidence.banner) {
            90
        } else if evidence.version.is_none() && any(&self.prompt, evidence.prompt) {
            40
        } else {
            0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::Platform;

    #[test]
    fn the_strongest_trace_counts() {
        let frr = Platform::builtin("frr").unwrap();
        let confidence =
            |banner, prompt, version| frr.traces.confidence(Evidence { banner, prompt, version });
        assert_eq!(confidence("", "R1#", Some("FRRouting 8.4.4 (R1).")), 99);
        assert_eq!(confidence("Hello, this is FRRouting (version 8.4.4).", "R1#", None), 90);
        assert_eq!(confidence("Welcome", "R1#", None), 40);
        assert_eq!(confidence("Welcome", "R1#", Some("% Unknown command")), 0);
    }
}
