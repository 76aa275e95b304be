//! The `known_hosts` format of OpenSSH (sshd(8), "`SSH_KNOWN_HOSTS` FILE FORMAT").
//!
//! Read as OpenSSH reads it: plain and hashed names, `[host]:port`, the wildcards `*` and `?`, negation with `!`,
//! `@revoked`. Lines that make no sense, and files that cannot be read, are skipped as OpenSSH skips them, and told by
//! [`KnownHosts::skipped`]. Host certificates are not supported: the keys of `@cert-authority` lines prove nothing here.

mod without;

use super::pattern::Patterns;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
pub(super) use without::{Without, without};

/// How long the salt and the hash of a hashed name are: what SHA-1 makes.
const HASH: usize = 20;

/// The host keys that are known.
#[derive(Clone, Debug, Default)]
pub struct KnownHosts {
    entries: Vec<Entry>,
    /// The entries of each plain name: among thousands of hosts each is looked up.
    named: HashMap<String, Vec<usize>>,
    /// The entries with a hash or a pattern, which are gone through.
    others: Vec<usize>,
    skipped: Vec<Skipped>,
}

#[derive(Clone, Debug)]
struct Entry {
    place: Place,
    marker: Marker,
    names: Names,
    key_type: String,
    key: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Marker {
    None,
    Revoked,
    CertAuthority,
}

/// A line that does not count, or a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The file.
    pub file: Arc<Path>,
    /// The line, from 1; none for a whole file.
    pub line: Option<usize>,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// Where a key is written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: Arc<Path>,
    /// The line, from 1.
    pub line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file.display(), self.line)
    }
}

/// What is known about the key that a host shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is this host's.
    Known,
    /// No key of this host is known.
    Unknown,
    /// Other keys are known for this host, of which this is the first of the same type, or else the first.
    Changed {
        /// Where that key is written down.
        place: Place,
        /// Its type.
        key_type: String,
        /// Its fingerprint, as [`fingerprint`] writes it.
        fingerprint: String,
    },
    /// It must not be accepted for this host any more.
    Revoked(Place),
}

impl KnownHosts {
    /// Reads files, of which some may not exist. One that cannot be read is [skipped](Self::skipped).
    pub fn load(files: &[PathBuf]) -> Self {
        let mut known = Self::default();
        for file in files {
            match std::fs::read(file) {
                Ok(bytes) => known.add(file, &bytes),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => known.skip(&file.as_path().into(), None, format!("cannot be read: {error}")),
            }
        }
        known
    }

    /// Adds the lines of a file; `file` is what errors call it.
    ///
    /// ```
    /// use linecrew_transports::ssh::known_hosts::KnownHosts;
    ///
    /// let line = b"[r1]:2022,192.0.2.* ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBDrsYCjMOxs7cqk+mPiDCDYAQpy8cOTGWRcD0xGcJ8j\n";
    /// let mut known = KnownHosts::default();
    /// known.add("`known_hosts`", line);
    /// assert_eq!(known.key_types("r1", 2022), ["ssh-ed25519"]);
    /// assert!(known.key_types("r1", 22).is_empty());
    /// ```
    pub fn add(&mut self, file: impl AsRef<Path>, bytes: &[u8]) {
        let file: Arc<Path> = file.as_ref().into();
        for (number, line) in (1..).zip(bytes.split(|&byte| byte == b'\n')) {
            // A name that is no UTF-8 is nobody's; a comment may be anything.
            let line = String::from_utf8_lossy(line);
            let line = line.trim_matches([' ', '\t', '\r']);
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            match Entry::parse(line, || Place { file: Arc::clone(&file), line: number }) {
                Ok(entry) => self.push(entry),
                Err(reason) => self.skip(&file, Some(number), reason.to_owned()),
            }
        }
    }

    fn push(&mut self, entry: Entry) {
        let at = self.entries.len();
        match &entry.names {
            Names::Plain(names) => {
                for name in names {
                    self.named.entry(name.clone()).or_default().push(at);
                }
            }
            Names::Patterns(_) | Names::Hashed { .. } => self.others.push(at),
        }
        self.entries.push(entry);
    }

    /// The lines, and the files, that do not count, in the order of the files.
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    /// What is known about `key` (in the wire format of RFC 4253, section 6.6) as a key of `host` at `port`.
    pub fn verdict(&self, host: &str, port: u16, key: &[u8]) -> Verdict {
        if let Some(entry) = self.of(host, port, Marker::Revoked).find(|entry| entry.key == key) {
            return Verdict::Revoked(entry.place.clone());
        }
        let (same, others): (Vec<&Entry>, Vec<&Entry>) =
            self.of(host, port, Marker::None).partition(|entry| entry.key == key);
        if !same.is_empty() {
            return Verdict::Known;
        }
        let key_type = key_type(key);
        let known = others.iter().find(|entry| Some(&*entry.key_type) == key_type).or(others.first());
        known.map_or(Verdict::Unknown, |entry| Verdict::Changed {
            place: entry.place.clone(),
            key_type: entry.key_type.clone(),
            fingerprint: fingerprint(&entry.key),
        })
    }

    /// The types of the keys that are known for `host` at `port`, in the order of the files.
    pub fn key_types(&self, host: &str, port: u16) -> Vec<&str> {
        self.of(host, port, Marker::None).map(|entry| &*entry.key_type).collect()
    }

    /// Where a certificate authority of `host` at `port` is written down, which proves nothing here.
    pub fn certificate_authority(&self, host: &str, port: u16) -> Option<&Place> {
        self.of(host, port, Marker::CertAuthority).map(|entry| &entry.place).next()
    }

    /// Whether the last entry hides its host's name, as the next one then should.
    pub(super) fn ends_hashed(&self) -> bool {
        self.entries.last().is_some_and(|entry| matches!(entry.names, Names::Hashed { .. }))
    }

    /// Whether there is a file that may know more.
    pub(super) fn unread(&self) -> Option<&Skipped> {
        self.skipped.iter().find(|skipped| skipped.line.is_none())
    }

    /// The entries of a host, in the order of the files.
    fn of(&self, host: &str, port: u16, marker: Marker) -> impl Iterator<Item = &Entry> {
        let name = name(host, port);
        let named = self.named.get(&name).map(Vec::as_slice).unwrap_or_default();
        let mut found: Vec<usize> = named.iter().chain(&self.others).copied().collect();
        found.retain(|&at| self.entries[at].marker == marker && self.entries[at].names.contain(&name));
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(|at| &self.entries[at])
    }

    fn skip(&mut self, file: &Arc<Path>, line: Option<usize>, reason: String) {
        self.skipped.push(Skipped { file: Arc::clone(file), line, reason });
    }
}

/// A key's fingerprint as `ssh-keygen -l` prints it: `SHA256:` and base64 without padding.
pub fn fingerprint(key: &[u8]) -> String {
    format!("SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest(key)))
}

/// The type that a key in wire format says it has.
pub fn key_type(key: &[u8]) -> Option<&str> {
    let (length, rest) = key.split_first_chunk::<4>()?;
    std::str::from_utf8(rest.get(..u32::from_be_bytes(*length).try_into().ok()?)?).ok()
}

/// The line that makes `key` known for `host` at `port`, without a line end; none if the key has no type.
pub fn line(host: &str, port: u16, key: &[u8]) -> Option<String> {
    Some(format!("{} {} {}", name(host, port), key_type(key)?, STANDARD.encode(key)))
}

/// Such a line with the host's name hashed, so that the file does not tell who is in it. `salt` is random.
pub fn hashed_line(host: &str, port: u16, key: &[u8], salt: &[u8; HASH]) -> Option<String> {
    let hash = hmac(salt, &name(host, port))?.finalize().into_bytes();
    let names = format!("|1|{}|{}", STANDARD.encode(salt), STANDARD.encode(hash));
    Some(format!("{names} {} {}", key_type(key)?, STANDARD.encode(key)))
}

/// What `known_hosts` calls a host.
fn name(host: &str, port: u16) -> String {
    let host = host.to_ascii_lowercase();
    if port == super::PORT { host } else { format!("[{host}]:{port}") }
}

impl Entry {
    fn parse(line: &str, place: impl FnOnce() -> Place) -> Result<Self, &'static str> {
        let mut fields = line.split([' ', '\t']).filter(|field| !field.is_empty());
        let first = fields.next().unwrap_or_default();
        let marker = match first {
            "@revoked" => Marker::Revoked,
            "@cert-authority" => Marker::CertAuthority,
            _ if first.starts_with('@') => return Err("no such marker"),
            _ => Marker::None,
        };
        let names = if marker == Marker::None { Some(first) } else { fields.next() };
        let names = Names::parse(names.ok_or("no host")?).ok_or("the hash of the host is broken")?;
        let key_type = fields.next().ok_or("no key type")?.to_owned();
        let key = STANDARD.decode(fields.next().ok_or("no key")?).map_err(|_| "the key is not base64")?;
        if self::key_type(&key) != Some(&key_type) {
            return Err("the key is not of the type that the line says");
        }
        if !is_whole(&key) {
            return Err("the key is cut or has too much");
        }
        Ok(Self { place: place(), marker, names, key_type, key })
    }
}

/// Whether a key in wire format is a type and at least one more string or number, each of the length it says (RFC 4253,
/// section 6.6), 32 bytes for Ed25519 (RFC 8709).
fn is_whole(key: &[u8]) -> bool {
    let mut lengths = Vec::new();
    let mut rest = key;
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let Some(end) = usize::try_from(u32::from_be_bytes(*length)).ok().filter(|&end| end <= after.len())
        else {
            return false;
        };
        lengths.push(end);
        rest = &after[end..];
    }
    let ed25519 = key_type(key) == Some("ssh-ed25519");
    rest.is_empty() && lengths.len() > 1 && (!ed25519 || lengths[1..] == [32])
}

#[derive(Clone, Debug)]
enum Names {
    Plain(Vec<String>),
    Patterns(Patterns),
    Hashed { salt: Vec<u8>, hash: Vec<u8> },
}

impl Names {
    fn parse(field: &str) -> Option<Self> {
        let Some(hashed) = field.strip_prefix('|') else {
            let field = field.to_ascii_lowercase();
            let names = field.split(',');
            return Some(if field.contains(['*', '?', '!']) {
                Self::Patterns(Patterns::new(names))
            } else {
                Self::Plain(names.map(str::to_owned).collect())
            });
        };
        let (salt, hash) = hashed.strip_prefix("1|")?.split_once('|')?;
        let decode = |text| STANDARD.decode(text).ok().filter(|bytes| bytes.len() == HASH);
        Some(Self::Hashed { salt: decode(salt)?, hash: decode(hash)? })
    }

    fn contain(&self, name: &str) -> bool {
        match self {
            Self::Plain(names) => names.iter().any(|plain| plain == name),
            Self::Hashed { salt, hash } => hmac(salt, name).is_some_and(|mac| mac.verify_slice(hash).is_ok()),
            Self::Patterns(patterns) => patterns.contain(name),
        }
    }
}

/// What a hashed name is made with. It takes a key of any length.
fn hmac(salt: &[u8], name: &str) -> Option<Hmac<Sha1>> {
    Hmac::<Sha1>::new_from_slice(salt).ok().map(|mac| mac.chain_update(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::sample::select;

    const KEY: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIBDrsYCjMOxs7cqk+mPiDCDYAQpy8cOTGWRcD0xGcJ8j";
    const OTHER: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIJ7Xq9mSPKeu5CmQh1hY8gPbVzmMAlpm1gnh4rbBSRqK";
    const NAMES: [&str; 8] = ["r1", "R1", "r2", "r?", "*", "!r2", "[r1]:99", ""];
    const MARKERS: [(Marker, &str); 3] =
        [(Marker::None, ""), (Marker::Revoked, "@revoked "), (Marker::CertAuthority, "@cert-authority ")];

    fn known(text: &str) -> KnownHosts {
        let mut known = KnownHosts::default();
        known.add("kh", text.as_bytes());
        known
    }

    fn verdict(text: &str, host: &str, port: u16) -> Verdict {
        known(text).verdict(host, port, &STANDARD.decode(KEY).unwrap())
    }

    #[test]
    fn names_match_as_openssh_has_them() {
        for (names, host, port, matches) in [
            ("r1", "r1", 22, true),
            ("r1", "R1", 22, true),
            ("R1", "r1", 22, true),
            ("r1", "r1", 2022, false),
            ("[r1]:2022", "r1", 2022, true),
            ("[r1]:2022", "r1", 22, false),
            ("a,r1,b", "r1", 22, true),
            ("192.0.2.*", "192.0.2.17", 22, true),
            ("r?", "r1", 22, true),
            ("r?", "r12", 22, false),
            ("*,!r1", "r1", 22, false),
            ("*,!r1", "r2", 22, true),
            ("!r1", "r2", 22, false),
            ("[*]:2022", "r1", 2022, true),
            ("r1,", "r1", 22, true),
        ] {
            let found = verdict(&format!("{names} ssh-ed25519 {KEY}"), host, port);
            assert_eq!(found == Verdict::Known, matches, "{names} for {host}:{port}");
        }
    }

    #[test]
    fn a_hashed_name_matches() {
        // Made by `ssh-keygen -H` of OpenSSH 9.2 from the name `r1`.
        let names = "|1|QtFxafTceIe99BvInC5sBxjDUnU=|Bm8g9ICP/lHK/jlFeQxDwBFZ434=";
        let line = format!("{names} ssh-ed25519 {KEY}");
        assert_eq!(verdict(&line, "R1", 22), Verdict::Known);
        assert_eq!(verdict(&line, "r2", 22), Verdict::Unknown);
        assert_eq!(verdict(&line, "r1", 2022), Verdict::Unknown);
    }

    #[test]
    fn a_fingerprint_is_written_as_ssh_keygen_writes_it() {
        let shown = fingerprint(&STANDARD.decode(KEY).unwrap());
        assert_eq!(shown, "SHA256:Bo7EsWOfSn1LQgiuBMEri5LwOZvCt+lbBcDG643R4nY");
    }

    #[test]
    fn bad_lines_are_skipped_and_told_and_crlf_is_tolerated() {
        let text = format!(
            "\n# comment\nr1\nr1 ssh-ed25519\nr1 ssh-ed25519 !!!\nr1 ssh-rsa {KEY}\n|1|x r1\n\u{0}\r\nr1 2048 35 1234\n\
             @trusted r1 ssh-ed25519 {KEY}\nr1 ssh-ed25519 {}\n \t\r\nr1 ssh-ed25519 {KEY} comment\r\n",
            STANDARD.encode(key_of_type_alone())
        );
        assert_eq!(verdict(&text, "r1", 22), Verdict::Known);
        let mut known = KnownHosts::default();
        known.add("kh", &[b"\xff\xfe\n", text.as_bytes()].concat());
        assert_eq!(known.entries.len(), 1);
        assert_eq!(known.entries[0].place.line, 14);
        let lines: Vec<_> = known.skipped().iter().filter_map(|skipped| skipped.line).collect();
        assert_eq!(lines, [1, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        assert_eq!(known.skipped()[4].to_string(), "kh:7: the key is not of the type that the line says");
    }

    fn key_of_type_alone() -> Vec<u8> {
        b"\0\0\0\x0bssh-ed25519".to_vec()
    }

    #[test]
    fn a_comment_of_another_encoding_does_not_cost_the_key() {
        let line = [format!("r1 ssh-ed25519 {KEY} ").as_bytes(), b"caf\xe9\n"].concat();
        let mut known = KnownHosts::default();
        known.add("kh", &line);
        assert_eq!(known.key_types("r1", 22), ["ssh-ed25519"]);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_told_and_the_others_count() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("known_hosts");
        std::fs::write(&file, format!("r1 ssh-ed25519 {KEY}\n")).unwrap();
        // A folder cannot be read, whoever asks.
        let known = KnownHosts::load(&[folder.path().to_owned(), folder.path().join("none"), file]);
        assert_eq!(known.key_types("r1", 22), ["ssh-ed25519"]);
        assert_eq!(known.skipped().len(), 1);
        assert_eq!((known.skipped()[0].line, &*known.skipped()[0].file), (None, folder.path()));
    }

    #[test]
    fn a_changed_key_is_told_with_its_line() {
        let text = format!("x ssh-ed25519 {OTHER}\nr1 ssh-ed25519 {OTHER}\n");
        let Verdict::Changed { place, key_type, fingerprint: shown } = verdict(&text, "r1", 22) else {
            panic!("not changed")
        };
        assert_eq!((place.to_string().as_str(), key_type.as_str()), ("kh:2", "ssh-ed25519"));
        assert_eq!(shown, fingerprint(&STANDARD.decode(OTHER).unwrap()));
    }

    #[test]
    fn a_revoked_key_stays_revoked_though_it_is_listed_too() {
        let text = format!("r1 ssh-ed25519 {KEY}\n@revoked * ssh-ed25519 {KEY}\n");
        assert!(matches!(verdict(&text, "r1", 22), Verdict::Revoked(place) if place.line == 2));
        let other = format!("r1 ssh-ed25519 {KEY}\n@revoked * ssh-ed25519 {OTHER}\n");
        assert_eq!(verdict(&other, "r1", 22), Verdict::Known);
    }

    #[test]
    fn a_certificate_authority_is_no_host_key() {
        let text = format!("@cert-authority *.example ssh-ed25519 {KEY}");
        assert_eq!(verdict(&text, "r1.example", 22), Verdict::Unknown);
        let known = known(&text);
        assert_eq!(known.certificate_authority("r1.example", 22).map(|place| place.line), Some(1));
        assert_eq!(known.certificate_authority("r1", 22), None);
    }

    #[test]
    fn a_written_line_is_read_again() {
        let key = STANDARD.decode(KEY).unwrap();
        assert_eq!(verdict(&line("2001:DB8::1", 2022, &key).unwrap(), "2001:db8::1", 2022), Verdict::Known);
    }

    #[test]
    fn a_hashed_line_is_read_again_and_does_not_tell_the_name() {
        let key = STANDARD.decode(KEY).unwrap();
        let line = hashed_line("R1.example", 2022, &key, &[7; HASH]).unwrap();
        assert!(!line.to_ascii_lowercase().contains("r1"), "{line}");
        assert_eq!(verdict(&line, "r1.EXAMPLE", 2022), Verdict::Known);
        assert_eq!(verdict(&line, "r1.example", 22), Verdict::Unknown);
        assert!(known(&line).ends_hashed());
    }

    proptest::proptest! {
        #[test]
        fn a_host_has_the_entries_that_a_walk_through_all_of_them_finds(
            files in vec(vec((select(MARKERS.to_vec()), vec(select(NAMES.to_vec()), 1..4)), 0..6), 1..3),
        ) {
            let mut known = KnownHosts::default();
            for (number, file) in files.into_iter().enumerate() {
                let line = |((_, word), names): (_, Vec<_>)| format!("{word}{} ssh-ed25519 {KEY}\n", names.join(","));
                known.add(number.to_string(), file.into_iter().map(line).collect::<String>().as_bytes());
            }
            for (marker, _) in MARKERS {
                for host in ["r1", "r2", "R3", "r4"] {
                    let name = name(host, 22);
                    let meant = |entry: &&Entry| entry.marker == marker && entry.names.contain(&name);
                    let walked = known.entries.iter().filter(meant).map(|entry| &entry.place);
                    let found = known.of(host, 22, marker).map(|entry| &entry.place);
                    proptest::prop_assert_eq!(found.collect::<Vec<_>>(), walked.collect::<Vec<_>>());
                }
            }
        }

        #[test]
        fn arbitrary_bytes_are_read_without_a_panic(
            bytes: Vec<u8>,
            lines in "(@revoked |@cert-authority |)(\\|1\\||[r1*?!,:\\[\\]]{0,9}) ?(ssh-[a-z]{0,3}) (AAAA[A-Za-z0-9+/=]{0,40})",
            host: String,
            port: u16,
        ) {
            let mut known = KnownHosts::default();
            known.add("kh", &bytes);
            known.add("kh", lines.as_bytes());
            known.verdict(&host, port, &bytes);
            known.key_types(&host, port);
            known.certificate_authority(&host, port);
        }
    }
}
