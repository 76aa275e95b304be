//! Private keys in files and in memory.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::path::{Path, PathBuf};

/// What the text of a private key shows without its passphrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// A key that needs no passphrase.
    Open,
    /// A key under a passphrase.
    Locked,
    /// The public half.
    Public,
    /// `PuTTY`'s own format.
    Putty,
    /// Nothing that is known.
    Unknown,
}

/// Tells from the header what a private key file holds.
pub(super) fn format(text: &str) -> Format {
    let text = text.trim_start();
    if text.starts_with("PuTTY-User-Key-File-") {
        return Format::Putty;
    }
    if text.starts_with("-----BEGIN OPENSSH PRIVATE KEY-----") {
        return openssh(text);
    }
    if text.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----") {
        return Format::Locked;
    }
    if text.starts_with("-----BEGIN ") && text.lines().next().is_some_and(|line| line.contains("PRIVATE KEY"))
    {
        // RFC 1421, section 4.6.1.1.
        let locked = text.lines().any(|line| line.starts_with("Proc-Type:") && line.contains("ENCRYPTED"));
        return if locked { Format::Locked } else { Format::Open };
    }
    if public_key(text).is_some() || text.starts_with("---- BEGIN SSH2 PUBLIC") {
        return Format::Public;
    }
    Format::Unknown
}

/// The key of a line as `.pub` files have it, in wire format.
pub(super) fn public_key(line: &str) -> Option<Vec<u8>> {
    let blob = STANDARD.decode(line.split_ascii_whitespace().nth(1)?).ok()?;
    let (length, rest) = blob.split_first_chunk::<4>()?;
    let name = rest.get(..usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    (line.split_ascii_whitespace().next()?.as_bytes() == name).then_some(blob)
}

/// The public half beside a private key file.
pub(super) fn public_half(file: &Path) -> Option<Vec<u8>> {
    let mut name = file.as_os_str().to_owned();
    name.push(".pub");
    let text = std::fs::read_to_string(PathBuf::from(name)).ok()?;
    public_key(text.lines().next()?)
}

/// OpenSSH's format (`PROTOCOL.key`): a mark, then the cipher's name.
fn openssh(text: &str) -> Format {
    const MARK: &[u8] = b"openssh-key-v1\0";
    let body: String = text.lines().skip(1).take_while(|line| !line.starts_with("-----")).collect();
    // As many letters as hold the mark and a name, and a multiple of four.
    let head = STANDARD.decode(body.get(..64).unwrap_or_default()).unwrap_or_default();
    match head.strip_prefix(MARK).and_then(|rest| rest.split_first_chunk::<4>()) {
        Some((length, name)) if *length == 4_u32.to_be_bytes() && name.starts_with(b"none") => Format::Open,
        Some(_) => Format::Locked,
        None => Format::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
    }

    #[test]
    fn a_locked_key_is_told_by_its_header() {
        let read = |name| format(&std::fs::read_to_string(data(name)).unwrap());
        assert_eq!(
            (read("key"), read("locked_key"), read("key.pub")),
            (Format::Open, Format::Locked, Format::Public)
        );
        let pem = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n";
        assert_eq!(format(pem), Format::Locked);
        assert_eq!(format("-----BEGIN EC PRIVATE KEY-----\nMHc\n"), Format::Open);
        assert_eq!(format("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"), Format::Locked);
        assert_eq!(format("PuTTY-User-Key-File-3: ssh-ed25519\n"), Format::Putty);
    }

    #[test]
    fn other_text_is_no_key() {
        for text in ["", "hello", "ssh-rsa", "ssh-rsa AAAA", "-----BEGIN CERTIFICATE-----\n"] {
            assert_eq!(format(text), Format::Unknown, "{text}");
        }
        assert_eq!(format("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n"), Format::Unknown);
    }

    #[test]
    fn the_public_half_is_beside_the_key() {
        let line = std::fs::read_to_string(data("key.pub")).unwrap();
        assert_eq!(public_half(&data("key")), public_key(&line));
        assert!(public_key(&line).is_some());
        assert_eq!(public_half(Path::new("/nowhere/key")), None);
    }
}
