//! Whether a server is the one it was before.

use super::PORT;
use super::known_hosts::{KnownHosts, Verdict, Without, fingerprint, hashed_line, key_type, line, without};
use super::known_hosts_file::KnownHostsFile;
use linecrew_core::cx::Cx;
use linecrew_core::transport::{ErrorKind, HostKeyCheck, Phase, TransportError};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// What is done about host keys.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Trust {
    pub(super) check: HostKeyCheck,
    pub(super) files: Vec<PathBuf>,
    /// Where new keys are noted; none: nowhere.
    pub(super) new_keys: Option<PathBuf>,
    /// Whether new entries hide the name of their host; as the last entry of the file does where it is not said.
    pub(super) hashed: Option<bool>,
}

impl Trust {
    /// These files, of which the first gets the new keys.
    pub(super) fn new(check: HostKeyCheck, files: Vec<PathBuf>) -> Self {
        Self { check, new_keys: files.first().cloned(), files, hashed: None }
    }

    /// The user's and the system's files.
    pub(super) fn usual(check: HostKeyCheck) -> Self {
        Self::new(check, Self::user_files().into_iter().chain(Self::global_files()).collect())
    }

    pub(super) fn user_files() -> Vec<PathBuf> {
        std::env::home_dir().map(|home| home.join(".ssh/known_hosts")).into_iter().collect()
    }

    pub(super) fn global_files() -> Vec<PathBuf> {
        vec!["/etc/ssh/ssh_known_hosts".into()]
    }
}

/// The host keys that a connector trusts, read from their files when first needed.
#[derive(Debug)]
pub(super) struct HostKeys {
    trust: Trust,
    known: Mutex<Option<Arc<KnownHosts>>>,
}

/// The server that showed a key.
pub(super) struct Server<'a> {
    pub(super) host: &'a str,
    pub(super) port: u16,
    pub(super) peer: &'a str,
}

impl HostKeys {
    pub(super) fn new(trust: Trust) -> Self {
        Self { trust, known: Mutex::default() }
    }

    /// What is known, nothing where nothing is checked.
    pub(super) fn known(&self) -> Arc<KnownHosts> {
        if self.trust.check == HostKeyCheck::Off {
            return Arc::default();
        }
        let mut kept = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(kept.get_or_insert_with(|| Arc::new(KnownHosts::load(&self.trust.files))))
    }

    /// Accepts `key` (in wire format) as the server's, or says why not.
    pub(super) fn verify(&self, server: &Server<'_>, key: &[u8], cx: &Cx) -> Result<(), TransportError> {
        if self.trust.check == HostKeyCheck::Off {
            return Ok(());
        }
        let known = self.known();
        match server.verdict(&known, key) {
            Verdict::Known => Ok(()),
            // A file that cannot be read may know another key.
            Verdict::Unknown if self.trust.check == HostKeyCheck::AcceptNew && known.unread().is_none() => {
                self.note(server, &[key], false, cx)
            }
            verdict => Err(server.refusal(&verdict, key, &known, self.trust.new_keys.as_ref())),
        }
    }

    /// Writes keys down that are new, unless somebody else has done so since the files were read. Where `replace` is
    /// set, keys of the same types that were known give way to those that have changed.
    pub(super) fn note(
        &self,
        server: &Server<'_>,
        keys: &[&[u8]],
        replace: bool,
        cx: &Cx,
    ) -> Result<(), TransportError> {
        // Without a file every connection is the first one.
        let Some(path) = &self.trust.new_keys else { return Ok(()) };
        let file = KnownHostsFile::open(path, server.peer, cx)?;
        let known = file.known();
        let (mut lines, mut shortened) = (String::new(), None);
        for &key in keys {
            match server.verdict(&known, key) {
                Verdict::Known => continue,
                Verdict::Unknown => {}
                Verdict::Changed { .. } if replace => {
                    let text = shortened.as_deref().unwrap_or(file.text());
                    shortened = Some(without(text, server.host, server.port, key_type(key)).text);
                }
                verdict => return Err(server.refusal(&verdict, key, &known, Some(path))),
            }
            lines.push_str(&server.line(key, self.trust.hashed.unwrap_or(known.ends_hashed()))?);
            lines.push('\n');
        }
        match shortened {
            Some(text) => file.replace(&joined(text, &lines))?,
            None if lines.is_empty() => {}
            None => file.append(&lines)?,
        }
        self.forget_what_was_read();
        Ok(())
    }

    /// Removes the keys of a host from the file that gets the new ones, and tells which lines went, and which stayed.
    pub(super) fn forget(&self, server: &Server<'_>, cx: &Cx) -> Result<Without, TransportError> {
        let Some(path) = self.trust.new_keys.as_ref().filter(|path| path.exists()) else {
            return Ok(Without { text: Vec::new(), removed: Vec::new(), left: Vec::new() });
        };
        let file = KnownHostsFile::open(path, server.peer, cx)?;
        let without = without(file.text(), server.host, server.port, None);
        if !without.removed.is_empty() {
            file.replace(&without.text)?;
            self.forget_what_was_read();
        }
        Ok(without)
    }

    /// Has the files read again when next needed.
    fn forget_what_was_read(&self) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// The text with more lines.
fn joined(mut text: Vec<u8>, lines: &str) -> Vec<u8> {
    if text.last().is_some_and(|&byte| byte != b'\n') {
        text.push(b'\n');
    }
    text.extend_from_slice(lines.as_bytes());
    text
}

impl Server<'_> {
    /// What is known of it. A key that is known for the host at the usual port is good at any port, as for OpenSSH.
    pub(super) fn verdict(&self, known: &KnownHosts, key: &[u8]) -> Verdict {
        match known.verdict(self.host, self.port, key) {
            Verdict::Unknown if known.verdict(self.host, PORT, key) == Verdict::Known => Verdict::Known,
            verdict => verdict,
        }
    }

    fn line(&self, key: &[u8], hashed: bool) -> Result<String, TransportError> {
        let failed = |what: &'static str| TransportError::new(ErrorKind::Io, Phase::HostKey, self.peer, what);
        let line = if hashed {
            let mut salt = [0; 20];
            getrandom::fill(&mut salt).map_err(|source| failed("no random salt").source(source))?;
            hashed_line(self.host, self.port, key, &salt)
        } else {
            line(self.host, self.port, key)
        };
        line.ok_or_else(|| failed("the host key has no type"))
    }

    fn refusal(
        &self,
        verdict: &Verdict,
        key: &[u8],
        known: &KnownHosts,
        file: Option<&PathBuf>,
    ) -> TransportError {
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
                format!("the host key {shown} is unknown{}", self.not_counted(known)),
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

    /// What might have known the host, and why it does not count; what weighs most, and how much more there is.
    fn not_counted(&self, known: &KnownHosts) -> String {
        if let Some(place) = known.certificate_authority(self.host, self.port) {
            return format!(
                " (the certificate authority of {place} does not count: certificates are not supported)"
            );
        }
        let Some(first) = known.unread().or(known.skipped().first()) else { return String::new() };
        match known.skipped().len() - 1 {
            0 => format!(" (skipped: {first})"),
            more => format!(" (skipped: {first}, and {more} more)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use linecrew_core::cancel::CancelToken;
    use linecrew_core::deadline::Deadline;
    use std::fs::File;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;
    use std::time::Duration;

    const SERVER: Server<'static> = Server { host: "r1", port: 2022, peer: "r1 (192.0.2.1:2022)" };

    fn cx() -> Cx {
        Cx::new(Deadline::after(Duration::from_mins(10), "handshake"), CancelToken::new())
    }

    fn key(seed: u8) -> Vec<u8> {
        [b"\0\0\0\x0bssh-ed25519\0\0\0\x20".as_slice(), &[seed; 32]].concat()
    }

    fn keys(check: HostKeyCheck, file: &Path) -> HostKeys {
        HostKeys::new(Trust::new(check, vec![file.to_owned()]))
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
        for (path, mode) in [(&*file, 0o600), (file.parent().unwrap(), 0o700)] {
            assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, mode);
        }
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
        let known = KnownHosts::load(&[file]);
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

    #[test]
    fn a_new_entry_is_hashed_where_the_last_one_is_or_where_it_is_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("known_hosts");
        let hashed = hashed_line("r0", 22, &key(0), &[7; 20]).unwrap();
        let plain = line("r0", 22, &key(0)).unwrap();
        for (before, asked, expected) in [
            ("", None, false),
            ("", Some(true), true),
            (&*format!("{plain}\n{hashed}\n"), None, true),
            (&*format!("{hashed}\n{plain}\n"), None, false),
            (&*format!("{hashed}\n"), Some(false), false),
        ] {
            std::fs::write(&file, before).unwrap();
            let keys = HostKeys::new(Trust {
                hashed: asked,
                ..Trust::new(HostKeyCheck::AcceptNew, vec![file.clone()])
            });
            keys.verify(&SERVER, &key(1), &cx()).unwrap();
            let text = std::fs::read_to_string(&file).unwrap();
            assert_eq!(text.lines().last().unwrap().starts_with("|1|"), expected, "{before} {asked:?}");
            assert_eq!(
                KnownHosts::load(std::slice::from_ref(&file)).verdict("r1", 2022, &key(1)),
                Verdict::Known
            );
        }
    }

    #[test]
    fn a_key_known_at_the_usual_port_is_good_at_another_but_another_key_is_only_unknown_there() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("known_hosts");
        std::fs::write(&file, line("r1", 22, &key(1)).unwrap()).unwrap();
        let keys = keys(HostKeyCheck::Strict, &file);
        keys.verify(&SERVER, &key(1), &cx()).unwrap();
        let shown = keys.verify(&SERVER, &key(2), &cx()).unwrap_err().to_string();
        assert!(shown.contains("is unknown"), "{shown}");
    }

    #[test]
    fn no_key_is_accepted_while_a_file_that_may_know_another_cannot_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("known_hosts");
        let files = vec![file.clone(), folder.path().to_owned()];
        let keys = HostKeys::new(Trust::new(HostKeyCheck::AcceptNew, files));
        let shown = keys.verify(&SERVER, &key(1), &cx()).unwrap_err().to_string();
        assert!(shown.contains(&format!("(skipped: {}: cannot be read", folder.path().display())), "{shown}");
        assert!(!file.exists());
    }

    #[test]
    fn an_unknown_host_is_told_which_lines_did_not_count() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("known_hosts");
        let authority = format!("@cert-authority {}", line("r9", 22, &key(9)).unwrap());
        std::fs::write(&file, format!("r1 ssh-rsa\n{authority}\nr2\n")).unwrap();
        let keys = keys(HostKeyCheck::Strict, &file);
        let shown = |host| {
            let server = Server { host, port: 22, peer: host };
            keys.verify(&server, &key(1), &cx()).unwrap_err().to_string()
        };
        let path = file.display();
        assert!(shown("r1").contains(&format!("(skipped: {path}:1: no key, and 1 more)")), "{}", shown("r1"));
        let authority = format!("(the certificate authority of {path}:2 does not count");
        assert!(shown("r9").contains(&authority), "{}", shown("r9"));
    }

    const FILE_OF_WRITER: &str = "LINECREW_TEST_KNOWN_HOSTS";
    const WRITER: &str = "ssh::host_key::tests::writes_many_hosts_where_another_test_says";

    /// Runs the test below in another process, under a shell's `limit`.
    fn writer(file: &Path, prefix: &str, limit: &str) -> std::process::Child {
        let mut command = std::process::Command::new("sh");
        let script = format!("{limit} exec \"$0\" --exact {WRITER}");
        command.args(["-c", &script]).arg(std::env::current_exe().unwrap());
        command.env(FILE_OF_WRITER, file).env("LINECREW_TEST_PREFIX", prefix);
        command.stdout(std::process::Stdio::piped()).spawn().unwrap()
    }

    /// The other process of the next two tests; alone it has nothing to do.
    #[test]
    fn writes_many_hosts_where_another_test_says() {
        let Some(file) = std::env::var_os(FILE_OF_WRITER) else { return };
        let prefix = std::env::var("LINECREW_TEST_PREFIX").unwrap();
        let keys = keys(HostKeyCheck::AcceptNew, Path::new(&file));
        for seed in 0..50 {
            let host = format!("{prefix}{seed}");
            keys.verify(&Server { host: &host, port: 22, peer: &host }, &key(seed), &cx()).unwrap();
        }
    }

    #[test]
    fn writers_in_several_processes_leave_whole_lines() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("new/known_hosts");
        let writers: Vec<_> =
            ["a", "b", "c"].iter().map(|prefix| (prefix, writer(&file, prefix, ""))).collect();
        for (prefix, mut writer) in writers {
            assert!(writer.wait().unwrap().success(), "{prefix}");
        }
        let known = KnownHosts::load(&[file]);
        assert_eq!(known.skipped(), []);
        for prefix in ["a", "b", "c"] {
            for seed in 0..50 {
                assert_eq!(known.verdict(&format!("{prefix}{seed}"), 22, &key(seed)), Verdict::Known);
            }
        }
    }

    #[test]
    fn a_full_disk_leaves_whole_lines_only() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("known_hosts");
        // 50 lines need more than the block or two that it may write.
        let output = writer(&file, "r", "trap '' XFSZ; ulimit -f 1;").wait_with_output().unwrap();
        assert!(!output.status.success());
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.contains("cannot note the host key"), "{said}");
        let known = KnownHosts::load(std::slice::from_ref(&file));
        assert_eq!(known.skipped(), []);
        assert_eq!(known.verdict("r0", 22, &key(0)), Verdict::Known);
        assert!(std::fs::read(&file).unwrap().ends_with(b"\n"));
    }
}
