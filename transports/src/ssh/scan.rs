//! The host keys of servers that nobody logs in to: asked for, accepted, forgotten.

use super::algorithms::{host_key_types, key_type as key_type_of};
use super::configured::Configured;
use super::connector::{Agreed, SshConnector, shown_key};
use super::host_key::{HostKeys, Server};
use super::known_hosts::{KnownHosts, Place, Verdict, fingerprint, key_type};
use super::offer::Offer;
use super::shell::CLOSE_LIMIT;
use super::{PORT, session::Session};
use linecrew_core::cx::Cx;
use linecrew_core::transport::{ErrorKind, HostKeyCheck, Phase, Target, TransportError};
use std::path::PathBuf;
use std::sync::Arc;

/// The host keys that a server has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// The name that `known_hosts` has it under.
    pub host: String,
    /// The port.
    pub port: u16,
    /// Its keys, of each type one, best first.
    pub keys: Vec<ScannedKey>,
}

/// A key of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScannedKey {
    /// The key, in the wire format of RFC 4253, section 6.6.
    pub key: Vec<u8>,
    /// What was known of it.
    pub standing: Standing,
}

/// What is known of a key that a server has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is known.
    Known,
    /// Nothing is known of the server.
    New,
    /// The server is known by keys of other types, of which it has shown one.
    NewType,
    /// Another key was known: of the same type, or the server has shown none of those that are known.
    Changed {
        /// Where that key is written down.
        place: Place,
        /// Its type.
        key_type: String,
        /// Its fingerprint.
        fingerprint: String,
    },
    /// It must not be accepted any more.
    Revoked(Place),
}

/// What became of the entries of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forgotten {
    /// The name that `known_hosts` has it under.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The file; none where there is none for new keys.
    pub file: Option<PathBuf>,
    /// The lines, from 1, that no longer name the host.
    pub removed: Vec<usize>,
    /// Lines that name it by a pattern, as they name others, and are left.
    pub left: Vec<usize>,
}

impl ScannedKey {
    /// Its type, such as `ssh-ed25519`.
    pub fn key_type(&self) -> &str {
        key_type(&self.key).unwrap_or("unknown")
    }

    /// Its fingerprint, as `ssh-keygen -l` prints it.
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.key)
    }
}

impl SshConnector {
    /// Asks a server for its host keys, of each type that it has, without logging in: a connection for each. `types` says
    /// which alone, as `ssh-keyscan -t` does (`ed25519`, `ecdsa`, `rsa`) or by their full names; empty: all that the
    /// options for the target allow.
    ///
    /// The server has proved to have each key. That it is the right server nobody has proved: compare the fingerprints
    /// with what the device itself shows.
    ///
    /// ```no_run
    /// use linecrew_core::{cancel::CancelToken, cx::Cx, deadline::Deadline, transport::Target};
    /// use linecrew_transports::ssh::{SshConnector, Standing};
    /// use std::time::Duration;
    ///
    /// let (connector, target) = (SshConnector::new(), Target::new("192.0.2.1"));
    /// let cx = Cx::new(Deadline::after(Duration::from_secs(60), "host"), CancelToken::new());
    /// let scan = connector.scan(&target, &[], &cx)?;
    /// let mut new = Vec::new();
    /// for key in scan.keys {
    ///     println!("{} {} {:?}", key.key_type(), key.fingerprint(), key.standing);
    ///     if key.standing == Standing::New {
    ///         new.push(key.key);
    ///     }
    /// }
    /// connector.accept(&target, &new, false, &cx)?;
    /// # Ok::<(), linecrew_core::transport::TransportError>(())
    /// ```
    pub fn scan(&self, target: &Target, types: &[String], cx: &Cx) -> Result<Scan, TransportError> {
        let mut configured = self.configured(target)?;
        // Which key is shown is asked for each time anew.
        configured.known_first = true;
        let wanted = |key_type: &str| types.is_empty() || types.iter().any(|name| is_named(key_type, name));
        let (mut keys, mut offer): (Vec<Vec<u8>>, Option<Offer>) = (Vec::new(), None);
        for next in host_key_types(&configured.options).iter().filter(|key_type| wanted(key_type)) {
            let is_shown = keys.iter().any(|key| key_type(key) == Some(next));
            if is_shown || offer.as_ref().is_some_and(|offer| !has(offer, next)) {
                continue;
            }
            let Agreed { session, greeting, cx: limited } = self.agree(&mut configured, &[next], cx)?;
            let key = shown_key(&session)?;
            leave(&session, &limited);
            offer = greeting.offer().or(offer);
            let is_new = !keys.contains(&key);
            if is_new && key_type(&key).is_some_and(wanted) {
                keys.push(key);
            }
        }
        let host_keys = self.checked(&configured);
        let (known, peer) = (host_keys.known(), configured.target.peer(PORT));
        let server = configured.server(&peer);
        Ok(Scan {
            host: server.host.to_owned(),
            port: server.port,
            keys: with_standing(keys, &server, &known),
        })
    }

    /// Writes down that these keys are the target's, in the file that gets new keys, which is told; none where there is
    /// none. Keys that are known stay as they are.
    ///
    /// An error where another key is known, unless `replace` is set: then it gives way to the key of its type. A revoked
    /// key is an error in any case. Where there is an error nothing is written.
    pub fn accept(
        &self,
        target: &Target,
        keys: &[Vec<u8>],
        replace: bool,
        cx: &Cx,
    ) -> Result<Option<PathBuf>, TransportError> {
        let configured = self.configured(target)?;
        let (host_keys, peer) = (self.checked(&configured), configured.target.peer(PORT));
        if let Some(unread) = host_keys.known().unread() {
            let what = format!("{unread}; it may know another key");
            return Err(TransportError::new(ErrorKind::Configuration, Phase::HostKey, peer, what));
        }
        let keys: Vec<&[u8]> = keys.iter().map(Vec::as_slice).collect();
        host_keys.note(&configured.server(&peer), &keys, replace, cx)?;
        Ok(configured.trust.new_keys.clone())
    }

    /// Removes the target's keys from the file that gets new keys. What revokes a key stays.
    pub fn forget(&self, target: &Target, cx: &Cx) -> Result<Forgotten, TransportError> {
        let configured = self.configured(target)?;
        let (host_keys, peer) = (self.checked(&configured), configured.target.peer(PORT));
        let server = configured.server(&peer);
        let without = host_keys.forget(&server, cx)?;
        Ok(Forgotten {
            host: server.host.to_owned(),
            port: server.port,
            file: configured.trust.new_keys.clone(),
            removed: without.removed,
            left: without.left,
        })
    }

    /// The known keys, though nobody may want them checked at a login.
    fn checked(&self, configured: &Configured) -> Arc<HostKeys> {
        let mut trust = configured.trust.clone();
        trust.check = HostKeyCheck::Strict;
        self.host_keys(&trust)
    }
}

/// What is known of each key.
fn with_standing(keys: Vec<Vec<u8>>, server: &Server<'_>, known: &KnownHosts) -> Vec<ScannedKey> {
    let verdicts: Vec<Verdict> = keys.iter().map(|key| server.verdict(known, key)).collect();
    let is_known = verdicts.contains(&Verdict::Known);
    let standings = verdicts.into_iter().zip(&keys).map(|(verdict, key)| match verdict {
        Verdict::Known => Standing::Known,
        Verdict::Unknown => Standing::New,
        Verdict::Revoked(place) => Standing::Revoked(place),
        Verdict::Changed { key_type: known, .. } if is_known && key_type(key) != Some(&known) => {
            Standing::NewType
        }
        Verdict::Changed { place, key_type, fingerprint } => {
            Standing::Changed { place, key_type, fingerprint }
        }
    });
    let standings: Vec<_> = standings.collect();
    keys.into_iter().zip(standings).map(|(key, standing)| ScannedKey { key, standing }).collect()
}

/// Whether `name`, as `ssh-keyscan -t` has it or in full, means this type.
fn is_named(key_type: &str, name: &str) -> bool {
    match name {
        "ecdsa" => key_type.starts_with("ecdsa-sha2-"),
        "dsa" => key_type == "ssh-dss",
        _ => key_type == name || key_type.strip_prefix("ssh-") == Some(name),
    }
}

fn has(offer: &Offer, key_type: &str) -> bool {
    offer.host_keys.iter().any(|algorithm| key_type_of(algorithm) == key_type)
}

/// Takes leave, so that the device's log has no broken connection.
fn leave(session: &Session, cx: &Cx) {
    // A server that does not listen any more misses nothing.
    let _ = session.disconnect(&cx.within(CLOSE_LIMIT, "close"));
}

#[cfg(test)]
mod tests {
    use super::super::known_hosts::line;
    use super::*;

    const SERVER: Server<'static> = Server { host: "r1", port: 22, peer: "r1" };

    fn key(key_type: &str, seed: u8) -> Vec<u8> {
        let length = u8::try_from(key_type.len()).unwrap();
        [&[0, 0, 0, length], key_type.as_bytes(), &[0, 0, 0, 32], &[seed; 32]].concat()
    }

    fn standings(known: &[Vec<u8>], shown: &[Vec<u8>]) -> Vec<Standing> {
        let text: Vec<_> = known.iter().map(|key| line("r1", 22, key).unwrap()).collect();
        let mut known = KnownHosts::default();
        known.add("kh", text.join("\n").as_bytes());
        with_standing(shown.to_vec(), &SERVER, &known).into_iter().map(|key| key.standing).collect()
    }

    #[test]
    fn a_key_of_another_type_is_new_only_beside_one_that_is_known() {
        let (ed, other_ed, rsa) = (key("ssh-ed25519", 1), key("ssh-ed25519", 2), key("ssh-rsa", 3));
        assert_eq!(standings(&[], &[ed.clone(), rsa.clone()]), [Standing::New, Standing::New]);
        let both = [ed.clone(), rsa.clone()];
        assert_eq!(standings(std::slice::from_ref(&ed), &both), [Standing::Known, Standing::NewType]);
        let changed = standings(&[ed], &[other_ed, rsa]);
        assert!(changed.iter().all(|standing| matches!(standing, Standing::Changed { .. })), "{changed:?}");
    }

    #[test]
    fn types_are_named_as_ssh_keyscan_names_them() {
        for (key_type, name, fits) in [
            ("ssh-ed25519", "ed25519", true),
            ("ssh-ed25519", "ssh-ed25519", true),
            ("ecdsa-sha2-nistp384", "ecdsa", true),
            ("ecdsa-sha2-nistp384", "ecdsa-sha2-nistp256", false),
            ("ssh-dss", "dsa", true),
            ("ssh-rsa", "dsa", false),
        ] {
            assert_eq!(is_named(key_type, name), fits, "{key_type} {name}");
        }
    }
}
