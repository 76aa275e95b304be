//! Which algorithms are offered, and in which order.

use super::algorithm_list::AlgorithmLists;
use super::offer::{Offer, shown};
use linecrew_core::transport::SshOptions;
use ssh2::{Error, MethodType, Session};
use std::fmt;

/// What is offered for one kind of algorithm, best first.
struct Choice {
    modern: &'static [&'static str],
    /// Offered after the modern ones, and only where asked for.
    legacy: &'static [&'static str],
}

/// Elliptic curves and group14 before the rest: a group16 exchange takes 33 ms of CPU, these take 0.8.
static KEX: Choice = Choice {
    modern: &[
        "curve25519-sha256",
        "curve25519-sha256@libssh.org",
        "ecdh-sha2-nistp256",
        "ecdh-sha2-nistp384",
        "ecdh-sha2-nistp521",
        "diffie-hellman-group14-sha256",
        "diffie-hellman-group16-sha512",
        "diffie-hellman-group18-sha512",
        "diffie-hellman-group-exchange-sha256",
    ],
    legacy: &[
        "diffie-hellman-group14-sha1",
        "diffie-hellman-group-exchange-sha1",
        "diffie-hellman-group1-sha1",
    ],
};

static HOST_KEY: Choice = Choice {
    modern: &[
        "ssh-ed25519",
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
        "rsa-sha2-512",
        "rsa-sha2-256",
    ],
    legacy: &["ssh-rsa", "ssh-dss"],
};

static CIPHER: Choice = Choice {
    modern: &[
        "aes128-gcm@openssh.com",
        "aes256-gcm@openssh.com",
        "chacha20-poly1305@openssh.com",
        "aes128-ctr",
        "aes192-ctr",
        "aes256-ctr",
    ],
    legacy: &["aes128-cbc", "aes192-cbc", "aes256-cbc", "3des-cbc"],
};

static MAC: Choice = Choice {
    modern: &[
        "hmac-sha2-256-etm@openssh.com",
        "hmac-sha2-512-etm@openssh.com",
        "hmac-sha2-256",
        "hmac-sha2-512",
    ],
    legacy: &["hmac-sha1", "hmac-sha1-96", "hmac-md5"],
};

/// What this side offers to one server, best first.
#[derive(Debug)]
pub(super) struct Algorithms {
    lists: [Vec<String>; 4],
    /// Which lists are the user's own.
    explicit: [bool; 4],
    legacy: bool,
    /// What libssh2 was built with.
    supported: [Vec<&'static str>; 4],
}

/// Puts what `lists` make of the built-in lists where `options` say nothing; an error that names a list of which nothing
/// is left.
pub(super) fn settle(options: &mut SshOptions, lists: &AlgorithmLists) -> Result<(), String> {
    let legacy = options.legacy_algorithms == Some(true);
    for (choice, list, option) in [
        (&KEX, &lists.kex, &mut options.kex_algorithms),
        (&HOST_KEY, &lists.host_key, &mut options.host_key_algorithms),
        (&CIPHER, &lists.ciphers, &mut options.ciphers),
        (&MAC, &lists.macs, &mut options.macs),
    ] {
        let Some(list) = list.as_ref().filter(|_| option.is_none()) else { continue };
        let names = list.apply(&choice.list(legacy), &choice.list(true));
        if names.is_empty() {
            return Err(format!("{list} leaves no algorithm; there are: {}", choice.list(true).join(",")));
        }
        *option = Some(owned(&names));
    }
    Ok(())
}

/// Puts the algorithms first for which a key of the host is known.
pub(super) fn known_first(algorithms: &mut [String], known: &[&str]) {
    algorithms.sort_by_key(|algorithm| !known.contains(&key_type(algorithm)));
}

/// The types of host keys that `options` allow, best first.
pub(super) fn host_key_types(options: &SshOptions) -> Vec<String> {
    let usual = || owned(&HOST_KEY.list(options.legacy_algorithms == Some(true)));
    let algorithms = options.host_key_algorithms.clone().unwrap_or_else(usual);
    let mut types: Vec<String> = Vec::new();
    for key_type in algorithms.iter().map(|algorithm| key_type(algorithm)) {
        if !types.iter().any(|known| known == key_type) {
            types.push(key_type.to_owned());
        }
    }
    types
}

/// A kind of algorithm, by its place in the lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Kex,
    HostKey,
    Cipher,
    Mac,
}

/// An algorithm that the user asks for and this build has not.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unsupported {
    kind: Kind,
    name: String,
    supported: Vec<&'static str>,
}

impl Algorithms {
    /// Those that `options` asks for. Host key algorithms for which a key of the host is known (`known`, as
    /// `known_hosts` names them) come first, so that a server with several keys shows one that can be compared.
    pub(super) fn choose(
        session: &Session,
        options: &SshOptions,
        known: &[&str],
    ) -> Result<Self, Result<Unsupported, Error>> {
        let legacy = options.legacy_algorithms == Some(true);
        let mut supported = Kind::ALL.map(|_| Vec::new());
        for kind in Kind::ALL {
            supported[kind as usize] = session.supported_algs(kind.methods()[0]).map_err(Err)?;
        }
        let explicit = Kind::ALL.map(|kind| kind.explicit(options).is_some());
        let lists = Kind::ALL.map(|kind| match kind.explicit(options) {
            Some(list) => list.to_vec(),
            None if kind == Kind::HostKey => owned(&host_key_list(legacy, known)),
            None => owned(&kind.choice().list(legacy)),
        });
        let chosen = Self { lists, explicit, legacy, supported };
        chosen.check().map_err(Ok)?;
        Ok(chosen)
    }

    /// Refuses an algorithm of the user's that the build lacks: libssh2 would leave it out without a word.
    fn check(&self) -> Result<(), Unsupported> {
        for kind in Kind::ALL {
            let (list, supported) = (&self.lists[kind as usize], &self.supported[kind as usize]);
            let lacking = list.iter().find(|name| !supported.contains(&name.as_str()));
            if self.explicit[kind as usize]
                && let Some(name) = lacking
            {
                return Err(Unsupported { kind, name: name.clone(), supported: supported.clone() });
            }
        }
        Ok(())
    }

    /// Makes `session` offer them.
    pub(super) fn apply(&self, session: &Session) -> Result<(), Error> {
        for kind in Kind::ALL {
            let list = self.lists[kind as usize].join(",");
            for method in kind.methods() {
                session.method_pref(method, &list)?;
            }
        }
        Ok(())
    }

    /// Why no connection comes about with a server of this offer, and what would help; none if one does.
    pub(super) fn mismatch(&self, offer: &Offer) -> Option<Mismatch> {
        let kinds: Vec<_> = Kind::ALL.into_iter().filter(|kind| !self.agrees(*kind, offer)).collect();
        let (first, _) = kinds.split_first()?;
        let offered: Vec<_> =
            kinds.iter().map(|kind| format!("{kind} {}", shown(kind.offered(offer)[0]))).collect();
        let help = kinds.iter().map(|kind| self.help(*kind, offer)).max().unwrap_or(Help::Nothing);
        Some(Mismatch { kinds: joined(&kinds), offered: offered.join("; "), hint: help.hint(*first) })
    }

    fn agrees(&self, kind: Kind, offer: &Offer) -> bool {
        if kind == Kind::Mac && self.needs_no_mac(offer) {
            return true;
        }
        let ours = &self.lists[kind as usize];
        kind.offered(offer).iter().all(|theirs| {
            let usable = |name: &&String| self.supported[kind as usize].contains(&name.as_str());
            ours.iter().filter(usable).any(|name| theirs.contains(name))
        })
    }

    /// Whether the agreed ciphers bring their own authentication.
    fn needs_no_mac(&self, offer: &Offer) -> bool {
        offer.ciphers.iter().all(|theirs| {
            let agreed = self.lists[Kind::Cipher as usize].iter().find(|name| theirs.contains(name));
            agreed.is_some_and(|name| name.contains("gcm") || name.contains("poly1305"))
        })
    }

    fn help(&self, kind: Kind, offer: &Offer) -> Help {
        let theirs = kind.offered(offer)[0];
        let supported = |name: &&str| self.supported[kind as usize].contains(name);
        let legacy = || kind.choice().legacy.iter().filter(|name| theirs.iter().any(|their| their == **name));
        if self.explicit[kind as usize] && theirs.iter().any(|name| supported(&name.as_str())) {
            Help::Widen
        } else if legacy().next().is_none() {
            Help::Nothing
        } else if !legacy().any(supported) {
            Help::Rebuild
        } else if self.legacy {
            Help::Nothing
        } else {
            Help::Legacy
        }
    }
}

/// Two sides that have nothing in common.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mismatch {
    /// Of which kinds.
    pub(super) kinds: String,
    /// What the server has of these.
    pub(super) offered: String,
    pub(super) hint: String,
}

/// What would make a connection possible, the least possible last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Help {
    Legacy,
    Widen,
    Rebuild,
    Nothing,
}

impl Help {
    fn hint(self, kind: Kind) -> String {
        match self {
            Self::Legacy => {
                "an old device: legacy_algorithms would serve it; they are broken, and off unless \
                             asked for"
                    .into()
            }
            Self::Widen => format!("add one of the server's to {}", kind.option()),
            Self::Rebuild => {
                "this build of libssh2 lacks the legacy algorithms: build it with the CFLAGS that \
                              SshConnector::legacy names"
                    .into()
            }
            Self::Nothing => "neither the modern nor the legacy algorithms serve it".into(),
        }
    }
}

impl Kind {
    const ALL: [Self; 4] = [Self::Kex, Self::HostKey, Self::Cipher, Self::Mac];

    fn choice(self) -> &'static Choice {
        match self {
            Self::Kex => &KEX,
            Self::HostKey => &HOST_KEY,
            Self::Cipher => &CIPHER,
            Self::Mac => &MAC,
        }
    }

    fn explicit(self, options: &SshOptions) -> Option<&[String]> {
        match self {
            Self::Kex => options.kex_algorithms.as_deref(),
            Self::HostKey => options.host_key_algorithms.as_deref(),
            Self::Cipher => options.ciphers.as_deref(),
            Self::Mac => options.macs.as_deref(),
        }
    }

    fn option(self) -> &'static str {
        match self {
            Self::Kex => "kex_algorithms",
            Self::HostKey => "host_key_algorithms",
            Self::Cipher => "ciphers",
            Self::Mac => "macs",
        }
    }

    /// libssh2's names for it, in both directions.
    fn methods(self) -> Vec<MethodType> {
        match self {
            Self::Kex => vec![MethodType::Kex],
            Self::HostKey => vec![MethodType::HostKey],
            Self::Cipher => vec![MethodType::CryptCs, MethodType::CryptSc],
            Self::Mac => vec![MethodType::MacCs, MethodType::MacSc],
        }
    }

    fn offered(self, offer: &Offer) -> Vec<&Vec<String>> {
        match self {
            Self::Kex => vec![&offer.kex],
            Self::HostKey => vec![&offer.host_keys],
            Self::Cipher => offer.ciphers.iter().collect(),
            Self::Mac => offer.macs.iter().collect(),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Kex => "key exchange",
            Self::HostKey => "host key",
            Self::Cipher => "cipher",
            Self::Mac => "MAC",
        })
    }
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, name, supported } = self;
        let name = name.escape_debug();
        write!(f, "{}: this build has no {kind} {name}; it has {}", kind.option(), supported.join(","))
    }
}

fn owned(list: &[&str]) -> Vec<String> {
    list.iter().map(|&name| name.to_owned()).collect()
}

fn joined(kinds: &[Kind]) -> String {
    kinds.iter().map(Kind::to_string).collect::<Vec<_>>().join(", ")
}

impl Choice {
    fn list(&self, legacy: bool) -> Vec<&'static str> {
        let more = if legacy { self.legacy } else { &[] };
        self.modern.iter().chain(more).copied().collect()
    }
}

fn host_key_list(legacy: bool, known: &[&str]) -> Vec<&'static str> {
    let (mut first, rest): (Vec<_>, Vec<_>) =
        HOST_KEY.list(legacy).into_iter().partition(|algorithm| known.contains(&key_type(algorithm)));
    first.extend(rest);
    first
}

/// The type of the keys that a signature algorithm uses (RFC 8332: an `ssh-rsa` key signs in three ways).
pub(super) fn key_type(algorithm: &str) -> &str {
    if algorithm.starts_with("rsa-sha2-") { "ssh-rsa" } else { algorithm }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn algorithms_of_known_keys_come_first() {
        let list = host_key_list(false, &["ssh-rsa"]);
        assert_eq!(list[..3], ["rsa-sha2-512", "rsa-sha2-256", "ssh-ed25519"]);
    }

    #[test]
    fn broken_algorithms_are_offered_only_where_asked_for() {
        for choice in Kind::ALL.map(Kind::choice) {
            let modern = choice.list(false);
            assert!(choice.legacy.iter().all(|name| !modern.contains(name)));
            assert!(choice.list(true).ends_with(choice.legacy));
        }
    }

    #[test]
    fn libssh2_knows_every_modern_algorithm() {
        let session = Session::new().unwrap();
        for kind in Kind::ALL {
            let supported = session.supported_algs(kind.methods()[0]).unwrap();
            for name in kind.choice().modern {
                assert!(supported.contains(name), "{name} is not in {supported:?}");
            }
        }
    }

    fn choose(change: impl FnOnce(&mut SshOptions)) -> Result<Algorithms, Result<Unsupported, Error>> {
        let mut options = SshOptions::default();
        change(&mut options);
        Algorithms::choose(&Session::new().unwrap(), &options, &[])
    }

    fn names(list: &str) -> Vec<String> {
        list.split(',').map(str::to_owned).collect()
    }

    /// A server of the year 2005, with a key exchange to choose.
    fn old_server(kex: &str) -> Offer {
        let both = |list| [names(list), names(list)];
        Offer {
            kex: names(kex),
            host_keys: names("ssh-ed25519"),
            ciphers: both("aes128-cbc,3des-cbc"),
            macs: both("hmac-sha1"),
        }
    }

    #[test]
    fn what_the_server_has_and_the_profile_that_serves_are_told() {
        let offer = old_server("diffie-hellman-group1-sha1");
        let mismatch = choose(|_| {}).unwrap().mismatch(&offer).unwrap();
        assert_eq!(mismatch.kinds, "key exchange, cipher, MAC");
        let offered = "key exchange diffie-hellman-group1-sha1; cipher aes128-cbc,3des-cbc; MAC hmac-sha1";
        assert_eq!(mismatch.offered, offered);
        assert!(mismatch.hint.contains("legacy_algorithms would serve it"), "{}", mismatch.hint);
        assert_eq!(choose(|options| options.legacy_algorithms = Some(true)).unwrap().mismatch(&offer), None);
    }

    #[test]
    fn a_server_that_no_profile_serves_is_told_as_such() {
        let legacy = choose(|options| options.legacy_algorithms = Some(true)).unwrap();
        let mismatch = legacy.mismatch(&old_server("kex-of-mine")).unwrap();
        assert_eq!(mismatch.hint, Help::Nothing.hint(Kind::Kex));
    }

    #[test]
    fn a_build_without_the_legacy_algorithms_is_told_as_such() {
        let mut bare = choose(|options| options.legacy_algorithms = Some(true)).unwrap();
        for kind in Kind::ALL {
            bare.supported[kind as usize].retain(|name| !kind.choice().legacy.contains(name));
        }
        let mismatch = bare.mismatch(&old_server("diffie-hellman-group1-sha1")).unwrap();
        assert_eq!(mismatch.hint, Help::Rebuild.hint(Kind::Kex));
    }

    #[test]
    fn a_list_of_the_users_own_is_what_is_offered() {
        let chosen = choose(|options| options.ciphers = Some(names("aes256-ctr"))).unwrap();
        let mut offer = old_server("curve25519-sha256");
        offer.ciphers = [names("aes128-ctr"), names("aes128-ctr")];
        offer.macs = [names("hmac-sha2-256"), names("hmac-sha2-256")];
        let mismatch = chosen.mismatch(&offer).unwrap();
        assert_eq!((&*mismatch.kinds, &*mismatch.hint), ("cipher", "add one of the server's to ciphers"));
        offer.ciphers[0].push("aes256-ctr".into());
        assert!(chosen.mismatch(&offer).is_some(), "the other direction has none");
        offer.ciphers[1].push("aes256-ctr".into());
        assert_eq!(chosen.mismatch(&offer), None);
    }

    #[test]
    fn a_cipher_that_authenticates_needs_no_mac() {
        let mut offer = old_server("curve25519-sha256");
        offer.ciphers = [names("aes128-gcm@openssh.com"), names("aes128-gcm@openssh.com")];
        assert_eq!(choose(|_| {}).unwrap().mismatch(&offer), None);
    }

    #[test]
    fn an_unknown_name_in_a_list_of_the_users_own_is_refused() {
        let refused = choose(|options| options.macs = Some(names("hmac-sha2-256,hmac-rot13")));
        let Err(Ok(unsupported)) = refused else { panic!("{refused:?}") };
        let shown = unsupported.to_string();
        assert!(shown.starts_with("macs: this build has no MAC hmac-rot13; it has hmac-"), "{shown}");
    }
}
