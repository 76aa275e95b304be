//! Which keys are accepted.

use crate::exit::Usage;
use linecrew_transports::ssh::{ScannedKey, Standing};
use std::collections::HashSet;
use std::path::Path;

/// What the user is willing to accept.
pub(super) struct Accept {
    /// Keys too that are not the first of their host.
    pub(super) changed: bool,
    /// Only these, where they are given.
    fingerprints: Option<HashSet<String>>,
}

impl Accept {
    pub(super) fn new(changed: bool, fingerprints: Option<&Path>) -> Result<Self, Usage> {
        let read = |path: &Path| {
            let text = std::fs::read_to_string(path)
                .map_err(|error| Usage::new(format!("{}: {error}", path.display())))?;
            let found = found_in(&text);
            if found.is_empty() {
                return Err(Usage::new(format!("{}: no fingerprint (SHA256:...) is in it", path.display())));
            }
            Ok(found)
        };
        Ok(Self { changed, fingerprints: fingerprints.map(read).transpose()? })
    }

    pub(super) fn wants(&self, key: &ScannedKey) -> bool {
        let is_asked_for = match key.standing {
            Standing::New => true,
            Standing::NewType | Standing::Changed { .. } => self.changed,
            Standing::Known | Standing::Revoked(_) => false,
        };
        is_asked_for && self.fingerprints.as_ref().is_none_or(|known| known.contains(&key.fingerprint()))
    }
}

/// All fingerprints of a text, whatever stands around them.
fn found_in(text: &str) -> HashSet<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '+' || c == '/';
    let of = |(at, mark): (usize, &str)| {
        let hash: String = text[at + mark.len()..].chars().take_while(|c| is_part(*c)).collect();
        format!("{mark}{hash}")
    };
    text.match_indices("SHA256:").map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_are_found_in_tables_and_in_json() {
        let text = "256 SHA256:Bo7E+/x r1 (ED25519)\n{\"fingerprint\": \"SHA256:abc\"}";
        let expected = ["SHA256:Bo7E+/x", "SHA256:abc"].map(str::to_owned);
        assert_eq!(found_in(text), HashSet::from(expected));
    }
}
