//! Where a secret is.

use super::command;
use crate::secret::Secret;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Where a secret is; each but the last two is written `{name: value}` in an inventory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SecretSource {
    /// `env`: in an environment variable.
    Env(String),
    /// `file`: the first line of a file that nobody but its owner may read.
    File(PathBuf),
    /// `command`: the first line that a command of the shell prints, within a minute.
    Command(String),
    /// `prompt`: whoever runs the program is asked, with this text.
    Prompt(String),
    /// It stood in the inventory itself, as nornir's and Ansible's may have it.
    Inline(Secret),
    /// It cannot be read, for this reason.
    Unread(String),
}

impl SecretSource {
    /// The path of a file, for those who make it relative to another.
    pub(super) fn path_mut(&mut self) -> Option<&mut PathBuf> {
        if let Self::File(path) = self { Some(path) } else { None }
    }

    /// Reads the secret; a prompt has to be answered by whoever asks. The error says what is wrong with the source, and never the secret.
    pub fn read(&self) -> Result<Secret, String> {
        let first = self.read_lines()?.into_iter().next().flatten();
        first.ok_or_else(|| format!("{self} has an empty first line"))
    }

    /// Reads each line of the source as a secret of its own; an empty line is `None`. At least one is not empty.
    pub fn read_lines(&self) -> Result<Vec<Option<Secret>>, String> {
        let text = match self {
            Self::Env(name) => read_variable(name),
            Self::File(path) => read_file(path),
            Self::Command(line) => command::output(line).map(Zeroizing::new),
            Self::Prompt(_) => Err("has to be asked for, and nobody is there to answer".to_owned()),
            Self::Inline(secret) => Ok(Zeroizing::new(secret.expose().to_owned())),
            Self::Unread(reason) => return Err(reason.clone()),
        };
        let text = text.map_err(|reason| format!("{self} {reason}"))?;
        let secret = |line: &str| (!line.is_empty()).then(|| Secret::new(line));
        let lines: Vec<_> = text.lines().map(secret).collect();
        if lines.iter().all(Option::is_none) { Err(format!("{self} is empty")) } else { Ok(lines) }
    }
}

impl fmt::Display for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "the environment variable {name}"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Command(line) => write!(f, "the command `{line}`"),
            Self::Prompt(text) => write!(f, "the prompt {text:?}"),
            Self::Inline(_) => f.write_str("the inventory"),
            Self::Unread(reason) => f.write_str(reason),
        }
    }
}

impl<'de> Deserialize<'de> for SecretSource {
    /// By hand: the derived one quotes a password that somebody wrote here in its error.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SourceVisitor)
    }
}

struct SourceVisitor;

impl SourceVisitor {
    fn literal<E: de::Error>() -> Result<SecretSource, E> {
        Err(E::custom(
            "a secret does not stand in this file: write {env: VARIABLE}, {file: PATH}, {command: LINE} or {prompt: TEXT}",
        ))
    }
}

impl<'de> Visitor<'de> for SourceVisitor {
    type Value = SecretSource;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{env: VARIABLE}, {file: PATH}, {command: LINE} or {prompt: TEXT}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        match map.next_key::<String>()?.as_deref() {
            Some("env") => map.next_value().map(SecretSource::Env),
            Some("file") => map.next_value().map(SecretSource::File),
            Some("command") => map.next_value().map(SecretSource::Command),
            Some("prompt") => map.next_value().map(SecretSource::Prompt),
            _ => Self::literal(),
        }
    }

    fn visit_str<E: de::Error>(self, _: &str) -> Result<Self::Value, E> {
        Self::literal()
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Self::Value, E> {
        Self::literal()
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Self::Value, E> {
        Self::literal()
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Self::Value, E> {
        Self::literal()
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Self::Value, E> {
        Self::literal()
    }
}

fn read_variable(name: &str) -> Result<Zeroizing<String>, String> {
    std::env::var(name).map(Zeroizing::new).map_err(|error| match error {
        std::env::VarError::NotPresent => "is not set".to_owned(),
        std::env::VarError::NotUnicode(_) => "is not UTF-8".to_owned(),
    })
}

fn read_file(path: &Path) -> Result<Zeroizing<String>, String> {
    let unreadable = |error| format!("cannot be read: {error}");
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = metadata.permissions().mode() & 0o777;
        // A pipe, as of `<(pass show ...)`, has an owner only.
        if metadata.is_file() && mode & 0o077 != 0 {
            return Err(format!("may be read by others (mode {mode:04o}); chmod 600 it"));
        }
    }
    std::fs::read_to_string(path).map(Zeroizing::new).map_err(unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[cfg(unix)]
    #[test]
    fn a_file_is_a_secret_only_if_nobody_else_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let mut file = tempfile::NamedTempFile::new().unwrap();
        writeln!(file, "s3cret\nsecond line").unwrap();
        let source = SecretSource::File(file.path().to_owned());
        assert_eq!(source.read().unwrap().expose(), "s3cret");
        std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(source.read().unwrap_err().contains("mode 0640"));
        std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(source.read_lines().unwrap()[1].as_ref().unwrap().expose(), "second line");
        file.as_file().set_len(0).unwrap();
        assert!(source.read().unwrap_err().ends_with("is empty"));
    }

    #[test]
    fn an_empty_line_keeps_its_place() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "\nsecond\n").unwrap();
        let source = SecretSource::File(file.path().to_owned());
        let lines = source.read_lines().unwrap();
        assert!(lines.len() == 2 && lines[0].is_none(), "{lines:?}");
        assert_eq!(lines[1].as_ref().unwrap().expose(), "second");
        assert!(source.read().unwrap_err().ends_with("has an empty first line"));
        std::fs::write(file.path(), "\n\n").unwrap();
        assert!(source.read_lines().unwrap_err().ends_with("is empty"));
    }

    #[test]
    fn the_first_line_of_a_command_is_a_secret() {
        let source = SecretSource::Command("printf 's3cret\\nurl: x\\n'".to_owned());
        assert_eq!(source.read().unwrap().expose(), "s3cret");
        let error = SecretSource::Command("echo s3cret; exit 3".to_owned()).read().unwrap_err();
        assert_eq!(error, "the command `echo s3cret; exit 3` failed: exit status: 3; try it by hand");
        assert!(SecretSource::Command("true".to_owned()).read().unwrap_err().ends_with("is empty"));
    }

    #[test]
    fn a_missing_variable_is_named() {
        let error = SecretSource::Env("LINECREW_TEST_NOT_SET".to_owned()).read().unwrap_err();
        assert_eq!(error, "the environment variable LINECREW_TEST_NOT_SET is not set");
    }
}
