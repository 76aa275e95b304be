//! The values of settings as they are written.

use super::error::ConfigError;
use linecrew_core::transport::HostKeyCheck;
use std::time::Duration;

/// A host on the way to another one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Jump {
    /// Who logs in there; what the configuration says of that host, if not given.
    pub user: Option<String>,
    /// Its name, which may have settings of its own in the configuration.
    pub host: String,
    /// Its port; what the configuration says of that host, if not given.
    pub port: Option<u16>,
}

pub(super) fn flag(word: &str) -> Result<bool, ConfigError> {
    match &*word.to_ascii_lowercase() {
        "yes" | "true" => Ok(true),
        "no" | "false" => Ok(false),
        _ => Err(unexpected("yes or no", word)),
    }
}

pub(super) fn port(word: &str) -> Result<u16, ConfigError> {
    word.parse().ok().filter(|&port| port != 0).ok_or_else(|| unexpected("a port from 1 to 65535", word))
}

/// Seconds, or numbers each with a unit from `s` to `w` (`sshd_config(5)`, "TIME FORMATS"); none for `none`.
pub(super) fn time(word: &str) -> Result<Option<Duration>, ConfigError> {
    if word == "none" {
        return Ok(None);
    }
    seconds(word).map(|seconds| Some(Duration::from_secs(seconds))).ok_or_else(|| unexpected("a time", word))
}

fn seconds(word: &str) -> Option<u64> {
    let mut total = 0u64;
    let mut rest = word;
    loop {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let number: u64 = rest[..digits].parse().ok()?;
        let mut units = rest[digits..].chars();
        let unit = match units.next().map_or('s', |unit| unit.to_ascii_lowercase()) {
            's' => 1,
            'm' => 60,
            'h' => 60 * 60,
            'd' => 24 * 60 * 60,
            'w' => 7 * 24 * 60 * 60,
            _ => return None,
        };
        total = total.checked_add(number.checked_mul(unit)?)?;
        rest = units.as_str();
        if rest.is_empty() {
            // As many seconds as OpenSSH can count.
            return i32::try_from(total).is_ok().then_some(total);
        }
    }
}

/// `ask` refuses what is unknown, since nobody is asked here. `no` notes new keys as OpenSSH does, and refuses changed
/// ones: OpenSSH would go on, but not send a password.
pub(super) fn host_key_check(word: &str) -> Result<HostKeyCheck, ConfigError> {
    match &*word.to_ascii_lowercase() {
        "yes" | "true" | "ask" => Ok(HostKeyCheck::Strict),
        "accept-new" | "no" | "false" | "off" => Ok(HostKeyCheck::AcceptNew),
        _ => Err(unexpected("yes, ask, accept-new, no or off", word)),
    }
}

/// `[user@]host[:port]` or `ssh://[user@]host[:port]`, several with commas between them, the first one dialled first.
pub(super) fn jumps(word: &str) -> Result<Vec<Jump>, ConfigError> {
    if word.eq_ignore_ascii_case("none") {
        return Ok(Vec::new());
    }
    word.split(',').map(jump).collect::<Option<_>>().ok_or_else(|| unexpected("[user@]host[:port],...", word))
}

fn jump(text: &str) -> Option<Jump> {
    let text = text.strip_prefix("ssh://").map_or(text, |rest| rest.strip_suffix('/').unwrap_or(rest));
    let (user, rest) = text.rsplit_once('@').map_or((None, text), |(user, rest)| (Some(user), rest));
    let (host, port) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, "")) => (host, None),
        Some((host, rest)) => (host, Some(rest.strip_prefix(':')?)),
        None => rest.split_once(':').map_or((rest, None), |(host, port)| (host, Some(port))),
    };
    if user == Some("") || host.is_empty() || host.starts_with('-') || host.contains(char::is_whitespace) {
        return None;
    }
    let port = port.map(self::port).transpose().ok()?;
    Some(Jump { user: user.map(str::to_owned), host: host.to_owned(), port })
}

fn unexpected(expected: &str, found: &str) -> ConfigError {
    ConfigError::new(format!("expected {expected}, found {found:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        for (word, expected) in [("5", 5), ("1m30s", 90), ("1m1", 61), ("1W2d3h4M5s", 788_645), ("0", 0)] {
            assert_eq!(time(word), Ok(Some(Duration::from_secs(expected))), "{word}");
        }
        assert_eq!(time("none"), Ok(None));
        for word in ["", "x", "5x", "-1", "s", "1.5", "99999999999", "99999999999999999999"] {
            assert!(time(word).is_err(), "{word}");
        }
    }

    #[test]
    fn jumps_are_users_hosts_and_ports() {
        let shown = |word| {
            let jumps = jumps(word).unwrap().into_iter();
            jumps.map(|jump| format!("{:?} {} {:?}", jump.user, jump.host, jump.port)).collect::<Vec<_>>()
        };
        assert_eq!(shown("j"), ["None j None"]);
        assert_eq!(shown("u@j:22,[::1]:33"), ["Some(\"u\") j Some(22)", "None ::1 Some(33)"]);
        assert_eq!(shown("ssh://a@b@j:1/"), ["Some(\"a@b\") j Some(1)"]);
        assert!(shown("None").is_empty());
        for word in ["", ",", "a,", "a:0", "::1", "@a", "a b", "a, b", "[::1]22", "-oX=y"] {
            assert!(jumps(word).is_err(), "{word}");
        }
    }
}
