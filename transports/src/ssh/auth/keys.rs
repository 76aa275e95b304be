//! The keys of one login: which there are, and in which order they are offered.

use super::agent::{self, Agent};
use super::key::{self, Format};
use super::{Login, Secret};
use crate::ssh::known_hosts::fingerprint;
use crate::ssh::session::{Fault, code};
use linecrew_core::transport::{AuthMethod, Credentials, ErrorKind, TransportError};
use std::collections::VecDeque;
use std::fmt;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// How many keys are offered where a password is to follow: IOS hangs up after the third failure.
const MOST_BEFORE_PASSWORD: usize = 2;
/// How many are offered where not: OpenSSH hangs up after the sixth.
const MOST: usize = 5;

/// A key to offer.
#[derive(Clone, Debug)]
pub(super) enum Key {
    /// The agent's key of that number, with its fingerprint.
    Agent(usize, String),
    /// The credentials' own, without which nobody wants to go on.
    File(PathBuf),
    /// One of several, which may fail.
    Further(PathBuf),
    Text,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Agent(_, fingerprint) => write!(f, "public key {fingerprint} of the agent"),
            Self::Further(file) => write!(f, "public key {}", file.display()),
            Self::File(_) | Self::Text => f.write_str("public key"),
        }
    }
}

/// The keys that are left to offer.
pub(super) struct Keys {
    agent: Option<Agent>,
    left: VecDeque<Key>,
    /// Whether there was any.
    pub(super) found: bool,
    /// What is not offered, and why.
    pub(super) skipped: Vec<String>,
}

impl Keys {
    /// The agent's keys, those that the files name first; then the files that the agent has no key of.
    pub(super) fn gather(login: &Login<'_>) -> Self {
        let mut keys = Self { agent: None, left: VecDeque::new(), found: false, skipped: Vec::new() };
        let mut own = own_keys(login);
        let most = login.options.max_keys.unwrap_or_else(|| usual_most(login));
        let named: Vec<_> = own.iter().filter_map(Key::file).filter_map(key::public_half).collect();
        let listed = keys.ask_agent(login);
        let has = |blob: &[u8]| listed.iter().any(|(_, listed)| listed == blob);
        own.retain(|key| !key.file().and_then(key::public_half).is_some_and(|blob| has(&blob)));
        let (first, mut rest): (Vec<_>, Vec<_>) =
            listed.into_iter().partition(|(_, blob)| named.contains(blob));
        if login.options.identities_only == Some(true) {
            rest.clear();
        }
        keys.fill(first, rest, own, most);
        keys
    }

    /// The agent's keys with their numbers.
    fn ask_agent(&mut self, login: &Login<'_>) -> Vec<(usize, Vec<u8>)> {
        let Some(socket) = agent::socket(login.options.identity_agent.as_deref()) else { return Vec::new() };
        match Agent::open(login.session, &socket, login.cx) {
            Ok(agent) => {
                let agent = self.agent.insert(agent);
                agent.keys().map(<[u8]>::to_vec).enumerate().collect()
            }
            Err(why) => {
                self.skipped.push(format!("the agent at {} ({why})", socket.display()));
                Vec::new()
            }
        }
    }

    /// Fills the queue up to `most`; other keys of the agent are left out first.
    fn fill(
        &mut self,
        first: Vec<(usize, Vec<u8>)>,
        mut rest: Vec<(usize, Vec<u8>)>,
        own: Vec<Key>,
        most: usize,
    ) {
        let room = most.saturating_sub(first.len() + own.len());
        let left_out = rest.split_off(room.min(rest.len())).len();
        let from_agent = |(number, blob): (usize, Vec<u8>)| Key::Agent(number, fingerprint(&blob));
        self.left = first.into_iter().chain(rest).map(from_agent).chain(own).collect();
        self.found = !self.left.is_empty() || left_out > 0;
        let over = self.left.len().saturating_sub(most);
        self.left.truncate(most);
        if over + left_out > 0 {
            self.skipped.push(format!("{} more keys (max_keys is {most})", over + left_out));
        }
    }

    pub(super) fn next(&mut self) -> Option<Key> {
        self.left.pop_front()
    }

    /// Offers a key; none if it cannot be used and others may.
    pub(super) fn offer(
        &mut self,
        key: &Key,
        login: &Login<'_>,
        user: &str,
    ) -> Result<Option<Result<(), Fault>>, TransportError> {
        let Credentials { private_key_text, .. } = login.credentials;
        let (text, name, required) = match key {
            Key::Agent(number, fingerprint) => {
                return Ok(self.offer_agents(*number, fingerprint, login, user));
            }
            Key::File(file) => (read(file), file.display().to_string(), true),
            Key::Further(file) => (read(file), file.display().to_string(), false),
            Key::Text => {
                let text = private_key_text.as_ref().map_or("", Secret::expose);
                (Ok(Zeroizing::new(text.to_owned())), "that was given as text".to_owned(), true)
            }
        };
        match offer_text(text, login, user) {
            Ok(result) => Ok(Some(result)),
            Err(unusable) if required => Err(unusable.error(login, &name)),
            Err(unusable) => {
                self.skipped.push(format!("the private key {name} ({})", unusable.why));
                Ok(None)
            }
        }
    }

    fn offer_agents(
        &mut self,
        number: usize,
        fingerprint: &str,
        login: &Login<'_>,
        user: &str,
    ) -> Option<Result<(), Fault>> {
        let result = self.agent.as_ref()?.authenticate(login.session, user, number, login.cx);
        match result {
            // A kind of key that libssh2 does not know, such as a certificate.
            Err(Fault::Ssh(error)) if is_unknown_kind(&error) => {
                self.skipped.push(format!("the key {fingerprint} of the agent ({error})"));
                None
            }
            other => Some(other),
        }
    }
}

impl Key {
    fn file(&self) -> Option<&Path> {
        match self {
            Self::File(file) | Self::Further(file) => Some(file),
            Self::Agent(..) | Self::Text => None,
        }
    }
}

/// A key that cannot be used.
struct Unusable {
    why: String,
    hint: &'static str,
}

impl Unusable {
    fn error(self, login: &Login<'_>, name: &str) -> TransportError {
        login
            .failed(ErrorKind::Configuration, format!("cannot use the private key {name}: {}", self.why))
            .hint(self.hint)
    }
}

/// The user's own keys, text first.
fn own_keys(login: &Login<'_>) -> Vec<Key> {
    let Credentials { private_key, private_key_text, .. } = login.credentials;
    let text = private_key_text.iter().map(|_| Key::Text);
    let further = login.options.identity_files.iter().flatten();
    let further = further.filter(|file| file.exists() && private_key.as_ref() != Some(file));
    let file = private_key.iter().cloned().map(Key::File);
    text.chain(file).chain(further.cloned().map(Key::Further)).collect()
}

fn usual_most(login: &Login<'_>) -> usize {
    let talks = |method: &AuthMethod| *method != AuthMethod::PublicKey;
    let able = login.credentials.password.is_some() || login.responder.is_some();
    if able && login.order().iter().any(talks) { MOST_BEFORE_PASSWORD } else { MOST }
}

fn read(file: &Path) -> Result<Zeroizing<String>, Unusable> {
    std::fs::read_to_string(file).map(Zeroizing::new).map_err(|error| Unusable {
        why: error.to_string(),
        hint: "check the path and who may read the file",
    })
}

/// Offers the key of that text. libssh2 says the same of a foreign format and a wrong passphrase; the header tells.
fn offer_text(
    text: Result<Zeroizing<String>, Unusable>,
    login: &Login<'_>,
    user: &str,
) -> Result<Result<(), Fault>, Unusable> {
    let text = text?;
    let passphrase = login.credentials.passphrase.as_ref().map(Secret::expose);
    let unusable = |why: &str, hint| Unusable { why: why.to_owned(), hint };
    match (key::format(&text), passphrase) {
        (Format::Public, _) => return Err(unusable("it is a public key", "name the private one")),
        (Format::Putty, _) => {
            let hint = "convert it: puttygen KEY -O private-openssh -o NEW";
            return Err(unusable("it is in PuTTY's format", hint));
        }
        (Format::Locked, None) => {
            return Err(unusable(
                "it needs a passphrase",
                "give the passphrase, or put the key into an agent",
            ));
        }
        _ => {}
    }
    let session = login.session;
    let signed = session.run(login.cx, || session.ssh.userauth_pubkey_memory(user, None, &text, passphrase));
    match (signed, key::format(&text)) {
        (Err(fault), Format::Locked) if is_unreadable(&fault) => {
            Err(unusable("wrong passphrase", "check the passphrase"))
        }
        (Err(fault), _) if is_unreadable(&fault) => {
            let why = match &fault {
                Fault::Ssh(error) => error.message().to_owned(),
                Fault::Wait(_) | Fault::Silent(_) => String::new(),
            };
            Err(Unusable { why, hint: "a PEM or OpenSSH key of type ed25519, ecdsa or rsa is wanted" })
        }
        (other, _) => Ok(other),
    }
}

/// Whether libssh2 could not make a key of the text.
fn is_unreadable(fault: &Fault) -> bool {
    matches!(
        fault.code(),
        Some(
            code::FILE
                | code::KEYFILE_AUTH_FAILED
                | code::PUBLICKEY_PROTOCOL
                | code::METHOD_NONE
                | code::UNSUPPORTED
        )
    )
}

fn is_unknown_kind(error: &ssh2::Error) -> bool {
    matches!(
        error.code(),
        ssh2::ErrorCode::Session(
            code::METHOD_NONE | code::UNSUPPORTED | code::INVAL | code::ALGO_UNSUPPORTED
        )
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(first: usize, rest: usize, own: usize, most: usize) -> (Vec<String>, Vec<String>) {
        let mut keys = Keys { agent: None, left: VecDeque::new(), found: false, skipped: Vec::new() };
        let blobs = |from: usize, count: usize| (from..from + count).map(|n| (n, vec![0])).collect();
        keys.fill(blobs(0, first), blobs(10, rest), vec![Key::Text; own], most);
        let name = |key: &Key| match key {
            Key::Agent(number, _) => number.to_string(),
            _ => "own".to_owned(),
        };
        (keys.left.iter().map(name).collect(), keys.skipped)
    }

    #[test]
    fn the_users_own_keys_have_their_place_before_others_of_the_agent() {
        assert_eq!(filled(1, 9, 1, 3).0, ["0", "10", "own"]);
        assert_eq!(
            filled(1, 9, 1, 2),
            (vec!["0".into(), "own".into()], vec!["9 more keys (max_keys is 2)".into()])
        );
        assert_eq!(filled(0, 9, 2, 1), (vec!["own".into()], vec!["10 more keys (max_keys is 1)".into()]));
        assert!(filled(1, 1, 1, 3).1.is_empty());
    }
}
