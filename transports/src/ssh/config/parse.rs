//! From the text of the files to their lines, with what they include.

use super::condition::Condition;
use super::error::ConfigError;
use super::line::{keyword, words};
use super::local::Local;
use super::setting::Setting;
use crate::ssh::known_hosts::Place;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How deep files include each other at most, as for OpenSSH.
const DEPTH: usize = 16;
/// The bits of a file's mode that let others than its owner write it.
const WRITABLE_BY_OTHERS: u32 = 0o022;

#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) place: Place,
    pub(super) directive: Directive,
}

#[derive(Clone, Debug)]
pub(super) enum Directive {
    Block(Condition),
    /// The lines of other files, which begin in the block where the `Include` stands and do not end it.
    Include(Vec<Line>),
    Set(Setting),
    /// A keyword that has no effect here.
    Ignored(String),
}

/// Reads files.
pub(super) struct Reader<'a> {
    pub(super) local: &'a Local,
    /// What relative names of included files are relative to.
    pub(super) folder: Option<PathBuf>,
}

impl Reader<'_> {
    /// The lines of a file that exists.
    pub(super) fn file(&self, path: &Path) -> Result<Vec<Line>, ConfigError> {
        let bytes = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
        self.lines(path, &bytes, 0)
    }

    /// The lines of a file that nobody else may write; none if it does not exist.
    pub(super) fn own_file(&self, path: &Path) -> Result<Vec<Line>, ConfigError> {
        self.included(path, 0)
    }

    pub(super) fn lines(&self, path: &Path, bytes: &[u8], depth: usize) -> Result<Vec<Line>, ConfigError> {
        let file: Arc<Path> = path.into();
        let mut lines = Vec::new();
        for (number, text) in (1..).zip(bytes.split(|&byte| byte == b'\n')) {
            let place = Place { file: Arc::clone(&file), line: number };
            let text = std::str::from_utf8(text).map_err(|_| ConfigError::new("not UTF-8").at(&place))?;
            let directive = self.directive(text, depth).map_err(|error| error.at(&place))?;
            lines.extend(directive.map(|directive| Line { place, directive }));
        }
        Ok(lines)
    }

    fn directive(&self, text: &str, depth: usize) -> Result<Option<Directive>, ConfigError> {
        let Some((keyword, rest)) = keyword(text) else { return Ok(None) };
        let arguments = || match words(rest) {
            Ok(words) if words.is_empty() => Err(ConfigError::new(format!("{keyword}: no argument"))),
            other => other,
        };
        Ok(Some(match &*keyword.to_ascii_lowercase() {
            "host" => Directive::Block(Condition::host(&arguments()?)?),
            "match" => Directive::Block(Condition::criteria(&arguments()?)?),
            "include" => Directive::Include(self.include(&arguments()?, depth)?),
            name => match Setting::parse(name, rest, arguments)? {
                Some(setting) => Directive::Set(setting),
                None => Directive::Ignored(keyword.to_owned()),
            },
        }))
    }

    fn include(&self, patterns: &[String], depth: usize) -> Result<Vec<Line>, ConfigError> {
        if depth == DEPTH {
            return Err(ConfigError::new(format!("Include: more than {DEPTH} files deep")));
        }
        let mut lines = Vec::new();
        for pattern in patterns {
            // Newer versions of OpenSSH expand these, so that another file would be meant.
            if pattern.contains("${") || pattern.contains('%') {
                return Err(ConfigError::new(format!(
                    "Include {pattern}: tokens and variables are not supported"
                )));
            }
            for path in self.files(pattern)? {
                lines.extend(self.included(&path, depth + 1)?);
            }
        }
        Ok(lines)
    }

    /// The files that a pattern stands for, in the order of their names.
    fn files(&self, pattern: &str) -> Result<Vec<PathBuf>, ConfigError> {
        let path = super::expand::tilde(pattern, self.local)?;
        let path = match &self.folder {
            Some(folder) if path.is_relative() => folder.join(path),
            _ => path,
        };
        let options = glob::MatchOptions {
            require_literal_separator: true,
            require_literal_leading_dot: true,
            ..glob::MatchOptions::default()
        };
        let fault = |why: String| ConfigError::new(format!("Include {pattern}: {why}"));
        let paths =
            glob::glob_with(&path.to_string_lossy(), options).map_err(|error| fault(error.to_string()))?;
        paths.collect::<Result<_, _>>().map_err(|error| fault(error.to_string()))
    }

    /// The lines of a file, if it exists; whoever else could write it could send logins anywhere.
    fn included(&self, path: &Path, depth: usize) -> Result<Vec<Line>, ConfigError> {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(unreadable(path, &error)),
        };
        let found = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?;
        let foreign = found.uid() != 0 && found.uid() != self.local.uid;
        if foreign || found.mode() & WRITABLE_BY_OTHERS != 0 {
            let path = path.display();
            return Err(ConfigError::new(format!(
                "{path}: others may write it; it must be yours or root's alone"
            )));
        }
        self.lines(path, &bytes, depth)
    }
}

fn unreadable(path: &Path, error: &io::Error) -> ConfigError {
    ConfigError::new(format!("{} cannot be read: {error}", path.display()))
}
