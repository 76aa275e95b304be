//! Tokens such as `%h`, `~`, and variables of the environment (`ssh_config(5)`, "TOKENS", "ENVIRONMENT VARIABLES").

use super::error::ConfigError;
use super::local::Local;
use std::path::PathBuf;

/// What tokens stand for.
pub(super) struct Tokens<'a> {
    /// `%h`: the name to connect to.
    pub(super) host: &'a str,
    /// `%n`: the name as given.
    pub(super) original: &'a str,
    /// `%p`
    pub(super) port: u16,
    /// `%r`: who logs in there, if known.
    pub(super) user: Option<&'a str>,
    /// `%k`: what `known_hosts` calls it.
    pub(super) key_alias: &'a str,
    pub(super) local: &'a Local,
}

impl Tokens<'_> {
    /// A file name: `~`, variables and tokens, in the order of OpenSSH.
    pub(super) fn path(&self, text: &str) -> Result<PathBuf, ConfigError> {
        let path = tilde(text, self.local)?.into_os_string().into_string();
        let path = path.map_err(|_| ConfigError::new("the home folder's name is not UTF-8"))?;
        expand(&path, "dhiknpru", self, true).map(PathBuf::from)
    }

    /// The hosts on the way.
    pub(super) fn jump(&self, text: &str) -> Result<String, ConfigError> {
        expand(text, "hnpr", self, false)
    }

    fn value(&self, token: char) -> Result<String, ConfigError> {
        let unknown = |what: &str| ConfigError::new(format!("%{token}: {what} is not known"));
        Ok(match token {
            'h' => self.host.to_owned(),
            'n' => self.original.to_owned(),
            'p' => self.port.to_string(),
            'k' => self.key_alias.to_owned(),
            'i' => self.local.uid.to_string(),
            'r' => self.user.ok_or_else(|| unknown("who logs in"))?.to_owned(),
            'u' => self.local.name.clone().ok_or_else(|| unknown("the user who runs this program"))?,
            _ => {
                let home = self.local.home.as_ref().ok_or_else(|| unknown("the home folder"))?;
                home.to_str().ok_or_else(|| unknown("the home folder as text"))?.to_owned()
            }
        })
    }
}

/// A `HostName`, in which `%h` is the name as given.
pub(super) fn host_name(text: &str, given: &str, local: &Local) -> Result<String, ConfigError> {
    let tokens = Tokens { host: given, original: given, port: 0, user: None, key_alias: given, local };
    expand(text, "h", &tokens, false)
}

/// The path with `~` or `~user` at its beginning replaced.
pub(super) fn tilde(text: &str, local: &Local) -> Result<PathBuf, ConfigError> {
    let Some(rest) = text.strip_prefix('~') else { return Ok(text.into()) };
    let (user, path) = rest.split_once('/').unwrap_or((rest, ""));
    let home = if user.is_empty() { local.home.clone() } else { (local.home_of)(user) };
    let home = home.ok_or_else(|| ConfigError::new(format!("{text}: no such home folder")))?;
    Ok(home.join(path.trim_start_matches('/')))
}

/// The value of a variable that must be there.
pub(super) fn variable(name: &str, local: &Local) -> Result<String, ConfigError> {
    (local.env)(name).ok_or_else(|| ConfigError::new(format!("the environment has no {name}")))
}

/// Replaces the `known` tokens, and `${NAME}` where `variables` says so; what comes from them is not expanded again.
fn expand(text: &str, known: &str, tokens: &Tokens<'_>, variables: bool) -> Result<String, ConfigError> {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['%', '$']) {
        expanded.push_str(&rest[..at]);
        let here = &rest[at..];
        if variables && let Some(after) = here.strip_prefix("${") {
            let open = || ConfigError::new(format!("{text}: ${{ is not closed"));
            let (name, after) = after.split_once('}').ok_or_else(open)?;
            expanded.push_str(&variable(name, tokens.local)?);
            rest = after;
        } else if let Some(after) = here.strip_prefix('%') {
            match after.chars().next() {
                Some('%') => expanded.push('%'),
                Some(token) if known.contains(token) => expanded.push_str(&tokens.value(token)?),
                Some(token) => {
                    return Err(ConfigError::new(format!("{text}: %{token} is not supported here")));
                }
                None => return Err(ConfigError::new(format!("{text}: a single % at the end"))),
            }
            rest = after.get(1..).unwrap_or_default();
        } else {
            expanded.push('$');
            rest = &here[1..];
        }
    }
    expanded.push_str(rest);
    Ok(expanded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local() -> Local {
        Local {
            name: Some("me".into()),
            home: Some("/home/me".into()),
            uid: 7,
            env: |name| (name == "KEYS").then(|| "/k/%h".to_owned()),
            home_of: |name| (name == "bob").then(|| "/home/bob".into()),
        }
    }

    fn path(text: &str) -> Result<PathBuf, ConfigError> {
        let local = local();
        let (host, original) = ("r1.example", "R1");
        let tokens =
            Tokens { host, original, port: 2022, user: Some("admin"), key_alias: "alias", local: &local };
        tokens.path(text)
    }

    #[test]
    fn a_path_has_tokens_variables_and_a_home() {
        for (text, expected) in [
            ("~/id", "/home/me/id"),
            ("~", "/home/me"),
            ("~bob/id", "/home/bob/id"),
            ("a~", "a~"),
            ("/%h-%n-%p-%r-%u-%i-%k-%%h", "/r1.example-R1-2022-admin-me-7-alias-%h"),
            ("%d/id", "/home/me/id"),
            ("${KEYS}/id$1", "/k/%h/id$1"),
        ] {
            assert_eq!(path(text), Ok(expected.into()), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_expanded_is_an_error() {
        for text in ["~nobody/id", "%C", "%", "a%", "%é", "${NONE}", "${KEYS"] {
            assert!(path(text).is_err(), "{text}");
        }
        assert!(host_name("%p", "r1", &local()).is_err());
        assert_eq!(host_name("%h.${X}%%", "r1", &local()), Ok("r1.${X}%".to_owned()));
    }
}
