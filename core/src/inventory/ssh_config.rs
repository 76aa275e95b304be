//! Which OpenSSH configuration a host is looked up in.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The OpenSSH configuration that a host is looked up in: `none`, or the path of a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "PathBuf", into = "PathBuf")]
pub enum SshConfigFile {
    /// None at all, as for `ssh -F none`.
    None,
    /// This file alone.
    File(PathBuf),
}

impl SshConfigFile {
    /// The path, for those who make it absolute.
    pub(super) fn path_mut(&mut self) -> Option<&mut PathBuf> {
        match self {
            Self::None => None,
            Self::File(path) => Some(path),
        }
    }
}

impl From<PathBuf> for SshConfigFile {
    fn from(path: PathBuf) -> Self {
        if path.as_os_str() == "none" { Self::None } else { Self::File(path) }
    }
}

impl From<SshConfigFile> for PathBuf {
    fn from(config: SshConfigFile) -> Self {
        match config {
            SshConfigFile::None => "none".into(),
            SshConfigFile::File(path) => path,
        }
    }
}
