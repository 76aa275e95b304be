//! Lists of algorithms as `ssh_config(5)` writes them.

use super::pattern::glob;
use std::fmt;

/// Which algorithms are offered: a list, or what it changes of the usual one.
///
/// `*` and `?` stand for several. What this program does not have is left out.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AlgorithmList {
    change: Change,
    patterns: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Change {
    Replace,
    Append,
    Remove,
    Prepend,
}

/// What is said about algorithms, for each kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct AlgorithmLists {
    /// Key exchange.
    pub kex: Option<AlgorithmList>,
    /// Signatures with the host key.
    pub host_key: Option<AlgorithmList>,
    /// Encryption.
    pub ciphers: Option<AlgorithmList>,
    /// Message authentication.
    pub macs: Option<AlgorithmList>,
}

impl AlgorithmList {
    /// Reads `a,b`: these alone; `+a`: after the usual ones; `-a`: without them; `^a`: before the others. None if there
    /// is an empty name.
    ///
    /// ```
    /// use linecrew_transports::ssh::AlgorithmList;
    ///
    /// let list = AlgorithmList::parse("+ssh-rsa").unwrap();
    /// assert_eq!(list.apply(&["ssh-ed25519"], &["ssh-ed25519", "ssh-rsa"]), ["ssh-ed25519", "ssh-rsa"]);
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let (change, names) = match text.split_at_checked(1)? {
            ("+", rest) => (Change::Append, rest),
            ("-", rest) => (Change::Remove, rest),
            ("^", rest) => (Change::Prepend, rest),
            _ => (Change::Replace, text),
        };
        let patterns: Vec<String> = names.split(',').map(str::to_owned).collect();
        (!patterns.iter().any(String::is_empty)).then_some(Self { change, patterns })
    }

    /// The names that it makes of the `usual` ones and `all` there are. May be empty.
    pub fn apply<'a>(&self, usual: &[&'a str], all: &[&'a str]) -> Vec<&'a str> {
        let matching = |pattern: &String| {
            let pattern = pattern.clone();
            all.iter().copied().filter(move |name| glob(&pattern, name))
        };
        let named = self.patterns.iter().flat_map(matching);
        match self.change {
            Change::Replace => unique(named),
            Change::Append => unique(usual.iter().copied().chain(named)),
            Change::Prepend => unique(named.chain(usual.iter().copied())),
            Change::Remove => {
                let removed = |name: &str| self.patterns.iter().any(|pattern| glob(pattern, name));
                usual.iter().copied().filter(|name| !removed(name)).collect()
            }
        }
    }

    /// Whether the order is the user's own, which what is known of the host must not change.
    pub(super) fn is_ordered(&self) -> bool {
        matches!(self.change, Change::Replace | Change::Prepend)
    }
}

impl fmt::Display for AlgorithmList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.change {
            Change::Replace => "",
            Change::Append => "+",
            Change::Remove => "-",
            Change::Prepend => "^",
        };
        write!(f, "{sign}{}", self.patterns.join(","))
    }
}

fn unique<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut unique = Vec::new();
    for name in names {
        if !unique.contains(&name) {
            unique.push(name);
        }
    }
    unique
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_replaces_or_changes_the_usual_one() {
        for (text, expected) in [
            ("b,x", &["b"][..]),
            ("+b,o1", &["a", "b", "c", "o1"]),
            ("+o*", &["a", "b", "c", "o1", "o2"]),
            ("-b,o*", &["a", "c"]),
            ("^c,o2", &["c", "o2", "a", "b"]),
            ("-*", &[]),
        ] {
            let list = AlgorithmList::parse(text).unwrap();
            assert_eq!(list.apply(&["a", "b", "c"], &["a", "b", "c", "o1", "o2"]), expected, "{text}");
            assert_eq!(list.to_string(), text);
        }
        for text in ["", "+", "a,,b", "-a,"] {
            assert_eq!(AlgorithmList::parse(text), None, "{text}");
        }
    }
}
