//! What gives a platform away: words of its banner, its prompt, and its version.

use super::definition::{DetectDefinition, pattern};
use super::error::PlatformError;
use super::pattern::Pattern;
use serde::{Deserialize, Serialize};
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

/// What gave a platform away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Trace {
    /// The words of its banner.
    Banner,
    /// The form of its prompt, which many share.
    Prompt,
    /// Its reply to `show version`.
    Version,
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

    /// What speaks for the platform, and how much, in percent: its own words in the reply to `show version` leave no doubt,
    /// those of a banner little, and a prompt is shared by many.
    pub(crate) fn weigh(&self, evidence: Evidence<'_>) -> Option<(Trace, u8)> {
        let any = |patterns: &[Pattern], text: &str| patterns.iter().any(|pattern| pattern.is_match(text));
        if evidence.version.is_some_and(|text| any(&self.version, text)) {
            Some((Trace::Version, 99))
        } else if any(&self.banner, evidence.banner) {
            Some((Trace::Banner, 90))
        } else if evidence.version.is_none() && any(&self.prompt, evidence.prompt) {
            Some((Trace::Prompt, 40))
        } else {
            None
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
        let weigh = |banner, prompt, version| frr.traces.weigh(Evidence { banner, prompt, version });
        assert_eq!(weigh("", "R1#", Some("FRRouting 8.4.4 (R1).")), Some((Trace::Version, 99)));
        assert_eq!(
            weigh("Hello, this is FRRouting (version 8.4.4).", "R1#", None),
            Some((Trace::Banner, 90))
        );
        assert_eq!(weigh("Welcome", "R1#", None), Some((Trace::Prompt, 40)));
        assert_eq!(weigh("Welcome", "R1#", Some("% Unknown command")), None);
    }
}
