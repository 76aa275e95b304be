//! A `known_hosts` file that is written to, under its lock.

use super::known_hosts::KnownHosts;
use linecrew_core::cx::Cx;
use linecrew_core::transport::{ErrorKind, Phase, TransportError};
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;
use tempfile::NamedTempFile;

/// The file as it was when it was locked, which it is until this is dropped.
pub(super) struct KnownHostsFile<'a> {
    path: &'a Path,
    peer: &'a str,
    file: File,
    text: Vec<u8>,
}

impl<'a> KnownHostsFile<'a> {
    /// Opens and locks the file, made with its folder, for the user alone, if it is new. `peer` is whom errors name.
    pub(super) fn open(path: &'a Path, peer: &'a str, cx: &Cx) -> Result<Self, TransportError> {
        let not_written = |source| not_written(peer, source);
        loop {
            let mut file = open(path).map_err(not_written)?;
            lock(&file, peer, cx)?;
            // Whoever had the lock may have put another file in its place.
            if is_at(&file, path).map_err(not_written)? {
                let mut text = Vec::new();
                file.read_to_end(&mut text).map_err(not_written)?;
                return Ok(Self { path, peer, file, text });
            }
        }
    }

    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// What is known by this file alone.
    pub(super) fn known(&self) -> KnownHosts {
        let mut known = KnownHosts::default();
        known.add(self.path, &self.text);
        known
    }

    /// Adds lines in one write, so that no reader ever sees half of one; a disk that is full gets none of them.
    pub(super) fn append(mut self, lines: &str) -> Result<(), TransportError> {
        let before = &self.text;
        let begin = if before.last().is_some_and(|&byte| byte != b'\n') { "\n" } else { "" };
        let text = format!("{begin}{lines}");
        let written = match self.file.write(text.as_bytes()) {
            Ok(written) if written == text.len() => Ok(()),
            Ok(_) => {
                let length = u64::try_from(before.len()).map_err(io::Error::other);
                length
                    .and_then(|length| self.file.set_len(length))
                    .and(Err(io::ErrorKind::StorageFull.into()))
            }
            Err(error) => Err(error),
        };
        written.map_err(|source| not_written(self.peer, source))
    }

    /// Puts a file with this text in its place, so that there is a whole one whatever happens.
    pub(super) fn replace(self, text: &[u8]) -> Result<(), TransportError> {
        self.put(text).map_err(|source| not_written(self.peer, source))
    }

    fn put(&self, text: &[u8]) -> io::Result<()> {
        // A symbolic link stays what it is.
        let path = self.path.canonicalize()?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let mut new = NamedTempFile::new_in(folder)?;
        new.write_all(text)?;
        new.as_file().set_permissions(self.file.metadata()?.permissions())?;
        new.as_file().sync_all()?;
        new.persist(path)?;
        Ok(())
    }
}

fn open(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)
}

/// Locks the file. Its holders have it for less than a millisecond, so asking again after 2 ms is quick enough.
fn lock(file: &File, peer: &str, cx: &Cx) -> Result<(), TransportError> {
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(source)) => {
                let what = "cannot lock the known hosts";
                let error = TransportError::new(ErrorKind::Configuration, Phase::HostKey, peer, what);
                return Err(error.source(source));
            }
        }
        if let Some(why) = cx.interruption() {
            return Err(TransportError::interrupted(why, Phase::HostKey, peer, cx)
                .expected("the lock of the known_hosts file"));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Whether `path` is still this file.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let (ours, theirs) = (file.metadata()?, std::fs::metadata(path));
    match theirs {
        Ok(theirs) => Ok((ours.dev(), ours.ino()) == (theirs.dev(), theirs.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn not_written(peer: &str, source: io::Error) -> TransportError {
    TransportError::new(ErrorKind::Configuration, Phase::HostKey, peer, "cannot note the host key")
        .source(source)
}
