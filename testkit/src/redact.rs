//! Takes secrets out of a stream, wherever its chunks end.

use linecrew_core::secret::Secret;

/// What stands in a secret's place.
pub(crate) const MARK: &[u8] = b"***";

/// One direction of a stream. What may be the beginning of a secret is held back until that is known.
#[derive(Debug)]
pub(crate) struct Redactor {
    secrets: Vec<Secret>,
    held: Vec<u8>,
}

impl Redactor {
    pub(crate) fn new(secrets: &[Secret]) -> Self {
        let mut secrets: Vec<Secret> =
            secrets.iter().filter(|secret| !secret.expose().is_empty()).cloned().collect();
        // Of several that fit, the longest counts.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.expose().len()));
        Self { secrets, held: Vec::new() }
    }

    /// Takes further bytes and returns what is known to be no part of a secret.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.held.extend_from_slice(bytes);
        self.clean(|rest, secret| secret.len() > rest.len() && secret.starts_with(rest))
    }

    /// The end of the stream: returns what was held back.
    pub(crate) fn finish(&mut self) -> Vec<u8> {
        self.clean(|_, _| false)
    }

    /// Replaces secrets up to the place from which on `undecided` is true of one.
    fn clean(&mut self, undecided: impl Fn(&[u8], &[u8]) -> bool) -> Vec<u8> {
        let (mut clean, mut at) = (Vec::new(), 0);
        while at < self.held.len() {
            let rest = &self.held[at..];
            let mut secrets = self.secrets.iter().map(|secret| secret.expose().as_bytes());
            if secrets.clone().any(|secret| undecided(rest, secret)) {
                break;
            }
            if let Some(secret) = secrets.find(|secret| rest.starts_with(secret)) {
                clean.extend_from_slice(MARK);
                at += secret.len();
            } else {
                clean.push(rest[0]);
                at += 1;
            }
        }
        self.held.drain(..at);
        clean
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn redacted(secrets: &[&str], chunks: &[&[u8]]) -> Vec<u8> {
        let secrets: Vec<Secret> = secrets.iter().map(|secret| Secret::new(*secret)).collect();
        let mut redactor = Redactor::new(&secrets);
        let mut clean: Vec<u8> = chunks.iter().flat_map(|chunk| redactor.push(chunk)).collect();
        clean.extend(redactor.finish());
        clean
    }

    #[test]
    fn the_longest_of_several_secrets_counts_and_what_only_begins_like_one_stays() {
        assert_eq!(
            redacted(&["pass", "password"], &[b"a pass", b"word, pass", b"er, passw"]),
            b"a ***, ***er, ***w"
        );
        assert_eq!(
            redacted(&["", "aab"], &[b"aa", b"aab"]),
            b"aa***".as_slice()[..2].iter().chain(b"***").copied().collect::<Vec<_>>()
        );
    }

    proptest! {
        #[test]
        fn no_secret_is_left_whatever_the_chunks(
            secrets in prop::collection::vec("[ab]{2,5}", 1..3),
            parts in prop::collection::vec("[ab]{0,6}", 0..12),
        ) {
            let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
            let chunks: Vec<&[u8]> = parts.iter().map(String::as_bytes).collect();
            let whole = parts.concat();
            let clean = String::from_utf8(redacted(&secrets, &chunks)).unwrap();
            prop_assert!(secrets.iter().all(|secret| !clean.contains(secret)), "{} of {}", clean, whole);
            prop_assert_eq!(clean.as_bytes(), &redacted(&secrets, &[whole.as_bytes()])[..], "chunks change nothing");
        }
    }
}
