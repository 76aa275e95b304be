//! Why there is no template for a command.

use super::index::{Index, Row};
use super::shelf::Shelf;
use crate::textfsm::TemplateError;
use std::fmt;
use std::sync::Arc;

/// How many names are listed that are near.
const MOST_NEAR: usize = 6;

/// Below this likeness (Jaro and Winkler's, up to 1) a name is not near.
const LEAST_LIKENESS: f64 = 0.8;

/// Why a command has no parser.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum LookupError {
    /// No index knows the platform.
    UnknownPlatform {
        /// As it was asked for.
        platform: String,
        /// Names that are near, as the indexes write them, the nearest first.
        near: Vec<String>,
        /// Where it was looked.
        places: Vec<String>,
    },
    /// The platform is known, the command is not.
    UnknownCommand {
        /// As it was asked for.
        platform: String,
        /// As it was asked for, one space between words.
        command: String,
        /// Commands that are near, the nearest first.
        near: Vec<String>,
        /// Where it was looked.
        places: Vec<String>,
    },
    /// An index or a template cannot be used.
    Template(Arc<TemplateError>),
}

impl LookupError {
    /// The platform is told as it was asked for, which is its first name.
    pub(super) fn unknown(platforms: &[&str], command: &str, shelves: &[&Shelf]) -> Self {
        let indexes: Vec<_> = shelves.iter().filter_map(|shelf| shelf.index().ok()).collect();
        let known = |index: &&Index| -> Vec<String> {
            index.names(platforms).flat_map(|name| index.of_platform(name)).map(Row::command).collect()
        };
        let commands: Vec<String> = indexes.iter().flat_map(known).collect();
        let platform = platforms.first().copied().unwrap_or_default().to_owned();
        let command = command.to_owned();
        let places = shelves.iter().map(|shelf| shelf.name()).collect();
        if commands.is_empty() {
            let platforms = indexes.iter().flat_map(|index| index.platforms());
            return Self::UnknownPlatform { near: near(&platform, platforms), platform, places };
        }
        Self::UnknownCommand { near: near(&command, commands), platform, command, places }
    }
}

/// The names that are near `wanted`, the nearest first; the first of all where none is.
fn near(wanted: &str, names: impl IntoIterator<Item = String>) -> Vec<String> {
    let likeness = |name: String| (strsim::jaro_winkler(wanted, &name), name);
    let mut names: Vec<_> = names.into_iter().map(likeness).collect();
    names.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    names.dedup();
    let close = names.iter().take_while(|(likeness, _)| *likeness >= LEAST_LIKENESS).count();
    names.truncate(if close == 0 { MOST_NEAR } else { close.min(MOST_NEAR) });
    names.into_iter().map(|(_, name)| name).collect()
}

impl fmt::Display for LookupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tail = |f: &mut fmt::Formatter<'_>, near: &[String], places: &[String]| {
            write!(f, "near it: {}; looked in {}", near.join(", "), places.join(", "))
        };
        match self {
            Self::UnknownPlatform { platform, near, places } => {
                write!(f, "no template for the platform {platform}; ")?;
                tail(f, near, places)
            }
            Self::UnknownCommand { platform, command, near, places } => {
                write!(f, "no template for \"{command}\" of {platform}; ")?;
                let near: Vec<_> = near.iter().map(|command| format!("\"{command}\"")).collect();
                tail(f, &near, places)
            }
            Self::Template(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for LookupError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Template(error) => Some(&**error),
            _ => None,
        }
    }
}
