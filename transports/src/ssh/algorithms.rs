//! Which algorithms are offered, and in which order.

use ssh2::{Error, MethodType, Session};

/// What is offered for one kind of algorithm, best first.
struct Choice {
    modern: &'static [&'static str],
    /// Offered after the modern ones, and only where asked for.
    legacy: &'static [&'static str],
}

/// Elliptic curves and group14 before the rest: a group16 exchange takes 33 ms of CPU, these take 0.8.
const KEX: Choice = Choice {
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

const HOST_KEY: Choice = Choice {
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

const CIPHER: Choice = Choice {
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

const MAC: Choice = Choice {
    modern: &[
        "hmac-sha2-256-etm@openssh.com",
        "hmac-sha2-512-etm@openssh.com",
        "hmac-sha2-256",
        "hmac-sha2-512",
    ],
    legacy: &["hmac-sha1", "hmac-sha1-96", "hmac-md5"],
};

/// Sets what `session` offers. Host key algorithms for which a key of the host is known (`known`, as `known_hosts` names
/// them) come first, so that a server with several keys shows one that can be compared.
pub(super) fn prefer(session: &Session, legacy: bool, known: &[&str]) -> Result<(), Error> {
    session.method_pref(MethodType::Kex, &KEX.list(legacy).join(","))?;
    session.method_pref(MethodType::HostKey, &host_key_list(legacy, known).join(","))?;
    let (ciphers, macs) = (CIPHER.list(legacy).join(","), MAC.list(legacy).join(","));
    session.method_pref(MethodType::CryptCs, &ciphers)?;
    session.method_pref(MethodType::CryptSc, &ciphers)?;
    session.method_pref(MethodType::MacCs, &macs)?;
    session.method_pref(MethodType::MacSc, &macs)
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
fn key_type(algorithm: &str) -> &str {
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
        for choice in [KEX, HOST_KEY, CIPHER, MAC] {
            let modern = choice.list(false);
            assert!(choice.legacy.iter().all(|name| !modern.contains(name)));
            assert!(choice.list(true).ends_with(choice.legacy));
        }
    }

    #[test]
    fn libssh2_knows_every_modern_algorithm() {
        let session = Session::new().unwrap();
        for (kind, choice) in [
            (MethodType::Kex, KEX),
            (MethodType::HostKey, HOST_KEY),
            (MethodType::CryptCs, CIPHER),
            (MethodType::MacCs, MAC),
        ] {
            let supported = session.supported_algs(kind).unwrap();
            for name in choice.modern {
                assert!(supported.contains(name), "{name} is not in {supported:?}");
            }
        }
    }
}
