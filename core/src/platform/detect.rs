//! Which platform a device is of, by what it has said.

use super::definition::{self, ClueDefinition, DetectDefinition, Origin};
use super::error::PlatformError;
use super::pattern::Pattern;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Beyond this the output of a device tells nothing more; `show version` is seldom a third of it.
const LONGEST_LOOK: usize = 16 << 10;

/// What a device has said so far; what is not known yet is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Said<'a> {
    /// All that it said before its first prompt.
    pub banner: &'a str,
    /// The line, or the two lines, of its prompt.
    pub prompt: &'a str,
    /// Its answer to `show version`, a refusal too.
    pub show_version: &'a str,
}

/// A platform that a device may be of.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Guess {
    /// The platform's name.
    pub platform: String,
    /// How sure that is, in percent.
    pub sureness: u8,
    /// Where the device gave it away, and by which words, each cut at 80 characters.
    pub because: Vec<(Trace, String)>,
}

/// Where a device gives its platform away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Trace {
    /// In the words of its banner.
    Banner,
    /// In the form of its prompt, which many share.
    Prompt,
    /// In its reply to `show version`.
    Version,
}

impl Guess {
    /// From here on a guess is as good as knowing.
    pub const SURE: u8 = 90;

    /// Whether it needs no further question to the device.
    pub fn is_sure(&self) -> bool {
        self.sureness >= Self::SURE
    }
}

impl fmt::Display for Guess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} % sure", self.platform, self.sureness)?;
        match self.because.first() {
            Some((_, words)) => write!(f, ": {words:?})"),
            None => f.write_str(")"),
        }
    }
}

/// The platforms that something speaks for, the likeliest first; none where nothing does.
///
/// Each clue of a definition says how sure it makes on its own. Clues of one platform add up as independent ones do,
/// and what speaks for others counts against it: the odds of all of them, and of an unknown platform at one to one,
/// share the hundred percent.
pub(super) fn detect<'p>(
    platforms: impl IntoIterator<Item = (&'p str, &'p Clues)>,
    said: Said<'_>,
) -> Vec<Guess> {
    let looked = platforms.into_iter().map(|(name, clues)| (name, clues.look(said)));
    let spoken_for: Vec<_> = looked.filter(|(_, found)| !found.because.is_empty()).collect();
    let all: f64 = 1.0 + spoken_for.iter().map(|(_, found)| found.odds()).sum::<f64>();
    let guess = |(name, found): (&str, Found)| Guess {
        platform: name.to_owned(),
        sureness: percent(found.odds() / all),
        because: found.because,
    };
    let mut guesses: Vec<Guess> = spoken_for.into_iter().map(guess).collect();
    guesses.sort_by_key(|guess| std::cmp::Reverse(guess.sureness));
    guesses
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share is from 0 to 1")]
fn percent(share: f64) -> u8 {
    (share * 100.0).clamp(0.0, 100.0) as u8
}

/// The compiled clues of a definition.
#[derive(Debug)]
pub(super) struct Clues {
    banner: Vec<Clue>,
    prompt: Vec<Clue>,
    show_version: Vec<Clue>,
}

#[derive(Debug)]
struct Clue {
    pattern: Pattern,
    /// The chance that a device of another platform says so too.
    doubt: f64,
}

/// What spoke for a platform, and the doubt that is left.
struct Found {
    doubt: f64,
    because: Vec<(Trace, String)>,
}

impl Clues {
    pub(super) fn compile(definition: &DetectDefinition, origin: Origin<'_>) -> Result<Self, PlatformError> {
        let compile = |clues: &[ClueDefinition]| {
            clues.iter().map(|clue| Clue::compile(clue, origin)).collect::<Result<Vec<_>, _>>()
        };
        Ok(Self {
            banner: compile(&definition.banner)?,
            prompt: compile(&definition.prompt)?,
            show_version: compile(&definition.show_version)?,
        })
    }

    fn look(&self, said: Said<'_>) -> Found {
        let at_end = |clue: &Clue| clue.pattern.find_at_end(said.prompt).map(|_| said.prompt);
        let in_banner = |clue: &Clue| Some(clue.pattern.find(head(said.banner))?.1);
        let in_version = |clue: &Clue| Some(clue.pattern.find(head(said.show_version))?.1);
        let mut found = Found { doubt: 1.0, because: Vec::new() };
        found.take(&self.banner, Trace::Banner, in_banner);
        found.take(&self.prompt, Trace::Prompt, at_end);
        found.take(&self.show_version, Trace::Version, in_version);
        found
    }
}

impl Found {
    fn take<'t>(&mut self, clues: &[Clue], trace: Trace, find: impl Fn(&Clue) -> Option<&'t str>) {
        for (clue, words) in clues.iter().filter_map(|clue| Some((clue, find(clue)?))) {
            self.doubt *= clue.doubt;
            self.because.push((trace, short(words)));
        }
    }

    fn odds(&self) -> f64 {
        (1.0 - self.doubt) / self.doubt
    }
}

impl Clue {
    fn compile(definition: &ClueDefinition, origin: Origin<'_>) -> Result<Self, PlatformError> {
        let sure = definition.sure.value;
        if !(1..=99).contains(&sure) {
            let error = PlatformError::new(origin.name(), "sure: expected percent from 1 to 99");
            return Err(error.at_line(definition.sure.referenced.line()));
        }
        let pattern = definition::pattern(&definition.pattern, origin)?;
        Ok(Self { pattern, doubt: 1.0 - f64::from(sure) / 100.0 })
    }
}

/// The head of a text, cut between two characters.
fn head(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST_LOOK)]
}

fn short(words: &str) -> String {
    let line = words.trim().lines().next_back().unwrap_or_default();
    line.chars().filter(|c| !c.is_control()).take(80).collect()
}
