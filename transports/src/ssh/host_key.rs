//! Whether a server is the one it was before.

use super::known_hosts::{KnownHosts, Verdict, fingerprint, key_type, line};
use linecrew_core::cx::Cx;
use linecrew_core::transport::{ErrorKind, HostKeyCheck, Phase, TransportError};
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The host keys that a connector trusts, read from their files when first needed.
#[derive(Debug)]
pub(super) struct HostKeys {
    check: HostKeyCheck,
    files: Vec<PathBuf>,
    known: Mutex<Option<Arc<KnownHosts>>>,
}

/// The server that showed a key.
pub(super) struct Server<'a> {
    pub(super) host: &'a str,
    pub(super) port: u16,
    pub(super) peer: &'a str,
}

impl HostKeys {
    pub(super) fn new(check: HostKeyCheck, files: Vec<PathBuf>) -> Self {
        Self { check, files, known: Mutex::default() }
    }

    /// The user's and the system's `known_hosts` files.
    pub(super) fn usual_files() -> Vec<PathBuf> {
        let user = std::env::home_dir().map(|home| home.join(".ssh/known_hosts"));
        user.into_iter().chain(["/etc/ssh/ssh_known_hosts".into()]).collect()
    }

    /// What is known, nothing where nothing is checked.
    pub(super) fn known(&self, peer: &str) -> Result<Arc<KnownHosts>, TransportError> {
        if self.check == HostKeyCheck::Off {
            return Ok(Arc::default());
        }
        let mut kept = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = &*kept {
            return Ok(Arc::clone(known));
        }
        let known = KnownHosts::load(&self.files).map_err(|source| {
            let what = "cannot read the known hosts";
            TransportError::new(ErrorKind::Configuration, Phase::HostKey, peer, what).source(source)
        })?;
        Ok(Arc::clone(kept.insert(Arc::new(known))))
    }

    /// Accepts `key` (in wire format) as the server's, or says why not.
    pub(super) fn verify(&self, server: &Server<'_>, key: &[u8], cx: &Cx) -> Result<(), TransportError> {
        if self.check == HostKeyCheck::Off {
            return Ok(());
        }
        match self.known(server.peer)?.verdict(server.host, server.port, key) {
            Verdict::Known => Ok(()),
            Verdict::Unknown if self.check == HostKeyCheck::AcceptNew => self.accept(server, key, cx),
            verdict => Err(server.refusal(&verdict, key, self.files.first())),
        }
    }

    /// Writes a new key down, unless somebody else has done so since the files were read.
    fn accept(&self, server: &Server<'_>, key: &[u8], cx: &Cx) -> Result<(), TransportError> {
        let not_written = |source: io::Error| {
            TransportError::new(
                ErrorKind::Configuration,
                Phase::HostKey,
                server.peer,
                "cannot note the host key",
            )
            .source(source)
        };
        let path = self.files.first().ok_or_else(|| not_written(io::ErrorKind::NotFound.into()))?;
        let mut file = open(path).map_err(not_written)?;
        lock(&file, server.peer, cx)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(not_written)?;
        let mut known = KnownHosts::default();
        known.add(path, &bytes);
        match known.verdict(server.host, server.port, key) {
            Verdict::Known => {}
            Verdict::Unknown => append(&mut file, &bytes, server, key).map_err(not_written)?,
            verdict => return Err(server.refusal(&verdict, key, Some(path))),
        }
        // What was read before is out of date; it is read again when next needed.
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }
}

impl Server<'_> {
    fn refusal(&self, verdict: &Verdict, key: &[u8], file: Option<&PathBuf>) -> TransportError {
        let shown = format!("{} {}", key_type(key).unwrap_or("key"), fingerprint(key));
        let (what, hint) = match verdict {
            Verdict::Changed { place, key_type, fingerprint } => (
                format!(
                    "THE HOST KEY HAS CHANGED: it is {shown}, and was {key_type} {fingerprint} ({place})"
                ),
                format!(
                    "somebody may be in between; if the device was replaced, delete line {} of {}",
                    place.line,
                    place.file.display()
                ),
            ),
            Verdict::Revoked(place) => (
                format!("the host key {shown} is revoked ({place})"),
                "do not connect; give the device a new key".to_owned(),
            ),
            Verdict::Known | Verdict::Unknown => (
                format!("the host key {shown} is unknown"),
                format!(
                    "compare the fingerprint with the device's own, then add the output of `ssh-keyscan -p {} {}` \
                         to {}, or accept new hosts on first use",
                    self.port,
                    self.host,
                    file.map_or("known_hosts".into(), |file| file.display().to_string())
                ),
            ),
        };
        TransportError::new(ErrorKind::HostKey, Phase::HostKey, self.peer, what).hint(hint)
    }
}

/// Opens a `known_hosts` file for reading and appending, made with its folder, for the user alone, if it is new.
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

/// Adds the line in one write, so that no reader ever sees half of it.
fn append(file: &mut File, before: &[u8], server: &Server<'_>, key: &[u8]) -> io::Result<()> {
    let line = line(server.host, server.port, key).ok_or(io::ErrorKind::InvalidData)?;
    let begin = if before.last().is_some_and(|&byte| byte != b'\n') { "\n" } else { "" };
    file.write_all(format!("{begin}{line}\n").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use linecrew_core::cancel::CancelToken;
    use linecrew_core::deadline::Deadline;
    use std::os::unix::fs::PermissionsExt;

    const SERVER: Server<'static> = Server { host: "r1", port: 2022, peer: "r1 (192.0.2.1:2022)" };

    fn cx() -> Cx {
        Cx::new(Deadline::after(Duration::from_mins(10), "handshake"), CancelToken::new())
    }

    fn key(seed: u8) -> Vec<u8> {
        [b"\0\0\0\x0bssh-ed25519\0\0\0\x20".as_slice(), &[seed; 32]].concat()
    }

    fn keys(check: HostKeyCheck, file: &Path) -> HostKeys {
        HostKeys::new(check, vec![file.to_owned()])
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_fingerprint() {
        let folder = tempfile::tempdir().unwrap();
        let keys = keys(HostKeyCheck::Strict, &folder.path().join("known_hosts"));
        let error = keys.verify(&SERVER, &key(1), &cx()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::HostKey);
        let shown = error.to_string();
        assert!(shown.contains(&fingerprint(&key(1))) && shown.contains("ssh-keyscan -p 2022 r1"), "{shown}");
    }

    #[test]
    fn a_new_key_is_accepted_once_and_a_changed_one_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("new/known_hosts");
        let keys = keys(HostKeyCheck::AcceptNew, &file);
        keys.verify(&SERVER, &key(1), &cx()).unwrap();
        keys.verify(&SERVER, &key(1), &cx()).unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 1);
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let shown = keys.verify(&SERVER, &key(2), &cx()).unwrap_err().to_string();
        for part in [&fingerprint(&key(1)), &fingerprint(&key(2)), &format!("{}:1", file.display())] {
            assert!(shown.contains(part), "{part} is not in {shown}");
        }
    }

    #[test]
    fn a_line_is_whole_though_the_file_did_not_end_in_a_newline() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("known_hosts");
        std::fs::write(&file, "r0 ssh-ed25519 x").unwrap();
        keys(HostKeyCheck::AcceptNew, &file).verify(&SERVER, &key(1), &cx()).unwrap();
        keys(HostKeyCheck::Strict, &file).verify(&SERVER, &key(1), &cx()).unwrap();
    }

    #[test]
    fn many_new_hosts_at_once_leave_whole_lines() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("known_hosts");
        let keys = keys(HostKeyCheck::AcceptNew, &file);
        std::thread::scope(|scope| {
            for seed in 0..8 {
                let keys = &keys;
                scope.spawn(move || {
                    let host = format!("r{seed}");
                    let server = Server { host: &host, port: 22, peer: &host };
                    keys.verify(&server, &key(seed), &cx()).unwrap();
                });
            }
        });
        let known = KnownHosts::load(&[file]).unwrap();
        for seed in 0..8 {
            assert_eq!(known.verdict(&format!("r{seed}"), 22, &key(seed)), Verdict::Known);
        }
    }

    #[test]
    fn a_file_that_somebody_else_has_locked_does_not_hold_a_login_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("known_hosts");
        let locked = File::create(&file).unwrap();
        locked.lock().unwrap();
        let cx = Cx::new(Deadline::after(Duration::ZERO, "handshake"), CancelToken::new());
        let error = keys(HostKeyCheck::AcceptNew, &file).verify(&SERVER, &key(1), &cx).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
    }
}
