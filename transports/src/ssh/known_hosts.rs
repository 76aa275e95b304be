//! The `known_hosts` format of OpenSSH (sshd(8), "`SSH_KNOWN_HOSTS` FILE FORMAT").
//!
//! Read as OpenSSH reads it: plain and hashed names, `[host]:port`, the wildcards `*` and `?`, negation with `!`,
//! `@revoked`. Lines that make no sense are skipped, as OpenSSH skips them. `@cert-authority` lines are left out:
//! host certificates are not supported, so such a host is unknown.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The host keys that are known.
#[derive(Clone, Debug, Default)]
pub struct KnownHosts {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    place: Place,
    revoked: bool,
    names: Names,
    key_type: String,
    key: Vec<u8>,
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
    /// Reads files, of which some may not exist.
    pub fn load(files: &[PathBuf]) -> io::Result<Self> {
        let mut known = Self::default();
        for file in files {
            match std::fs::read(file) {
                Ok(bytes) => known.add(file, &bytes),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    return Err(io::Error::new(error.kind(), format!("{}: {error}", file.display())));
                }
            }
        }
        Ok(known)
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
            let place = || Place { file: Arc::clone(&file), line: number };
            self.entries.extend(std::str::from_utf8(line).ok().and_then(|line| Entry::parse(line, place)));
        }
    }

    /// What is known about `key` (in the wire format of RFC 4253, section 6.6) as a key of `host` at `port`.
    pub fn verdict(&self, host: &str, port: u16, key: &[u8]) -> Verdict {
        let entries: Vec<&Entry> = self.of(host, port).collect();
        if let Some(entry) = entries.iter().find(|entry| entry.revoked && entry.key == key) {
            return Verdict::Revoked(entry.place.clone());
        }
        let (same, others): (Vec<&Entry>, Vec<&Entry>) =
            entries.into_iter().filter(|entry| !entry.revoked).partition(|entry| entry.key == key);
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
        self.of(host, port).filter(|entry| !entry.revoked).map(|entry| &*entry.key_type).collect()
    }

    fn of(&self, host: &str, port: u16) -> impl Iterator<Item = &Entry> {
        let name = name(host, port);
        self.entries.iter().filter(move |entry| entry.names.contain(&name))
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

/// The line that makes `key` known for `host` at `port`, without a line end.
pub fn line(host: &str, port: u16, key: &[u8]) -> Option<String> {
    Some(format!("{} {} {}", name(host, port), key_type(key)?, STANDARD.encode(key)))
}

/// What `known_hosts` calls a host.
fn name(host: &str, port: u16) -> String {
    let host = host.to_ascii_lowercase();
    if port == super::PORT { host } else { format!("[{host}]:{port}") }
}

impl Entry {
    fn parse(line: &str, place: impl FnOnce() -> Place) -> Option<Self> {
        let mut fields = line.split_ascii_whitespace();
        let mut names = fields.next().filter(|first| !first.starts_with('#'))?;
        let revoked = names == "@revoked";
        if revoked {
            names = fields.next()?;
        }
        if names.starts_with('@') {
            return None;
        }
        let names = Names::parse(names)?;
        let key_type = fields.next()?.to_owned();
        let key = STANDARD.decode(fields.next()?).ok()?;
        (self::key_type(&key) == Some(&key_type)).then(|| Self {
            place: place(),
            revoked,
            names,
            key_type,
            key,
        })
    }
}

#[derive(Clone, Debug)]
enum Names {
    Hashed { salt: Vec<u8>, hash: Vec<u8> },
    Patterns(Vec<Pattern>),
}

#[derive(Clone, Debug)]
struct Pattern {
    negated: bool,
    glob: Vec<u8>,
}

impl Names {
    fn parse(field: &str) -> Option<Self> {
        if let Some(hashed) = field.strip_prefix("|1|") {
            let (salt, hash) = hashed.split_once('|')?;
            return Some(Self::Hashed {
                salt: STANDARD.decode(salt).ok()?,
                hash: STANDARD.decode(hash).ok()?,
            });
        }
        Some(Self::Patterns(field.split(',').map(Pattern::parse).collect()))
    }

    /// Whether one pattern matches and no negated one does.
    fn contain(&self, name: &str) -> bool {
        match self {
            Self::Hashed { salt, hash } => Hmac::<Sha1>::new_from_slice(salt)
                .is_ok_and(|mac| mac.chain_update(name).verify_slice(hash).is_ok()),
            Self::Patterns(patterns) => {
                let matching = || patterns.iter().filter(|pattern| glob(&pattern.glob, name.as_bytes()));
                matching().any(|pattern| !pattern.negated) && !matching().any(|pattern| pattern.negated)
            }
        }
    }
}

impl Pattern {
    fn parse(text: &str) -> Self {
        let (negated, glob) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
        Self { negated, glob: glob.to_ascii_lowercase().into_bytes() }
    }
}

/// Matches `*` and `?`, going back to the last star only, so that it takes at most pattern times text steps.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut from) = (0, 0);
    let mut star = None;
    while from < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(&byte) if byte == b'?' || byte == text[from] => {
                at += 1;
                from += 1;
            }
            _ => {
                let Some((star_at, star_from)) = star else { return false };
                star = Some((star_at, star_from + 1));
                at = star_at + 1;
                from = star_from + 1;
            }
        }
    }
    pattern[at..].iter().all(|&byte| byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIBDrsYCjMOxs7cqk+mPiDCDYAQpy8cOTGWRcD0xGcJ8j";
    const OTHER: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIJ7Xq9mSPKeu5CmQh1hY8gPbVzmMAlpm1gnh4rbBSRqK";

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
            ("a*b*c", "aXbXbc", 22, true),
            ("a*b*c", "aXbXb", 22, false),
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
    fn bad_lines_are_skipped_and_crlf_is_tolerated() {
        let text = format!(
            "\n# comment\nr1\nr1 ssh-ed25519\nr1 ssh-ed25519 !!!\nr1 ssh-rsa {KEY}\n|1|x r1\n\u{0}\r\nr1 2048 35 1234\n\
             r1 ssh-ed25519 {KEY} comment\r\n"
        );
        assert_eq!(verdict(&text, "r1", 22), Verdict::Known);
        let mut known = KnownHosts::default();
        known.add("kh", &[b"\xff\xfe\n", text.as_bytes()].concat());
        assert_eq!(known.entries.len(), 1);
        assert_eq!(known.entries[0].place.line, 11);
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
        assert_eq!(verdict(&format!("@cert-authority * ssh-ed25519 {KEY}"), "r1", 22), Verdict::Unknown);
    }

    #[test]
    fn a_written_line_is_read_again() {
        let key = STANDARD.decode(KEY).unwrap();
        assert_eq!(verdict(&line("2001:DB8::1", 2022, &key).unwrap(), "2001:db8::1", 2022), Verdict::Known);
    }
}
