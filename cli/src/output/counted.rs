//! How many there are of something, in words.

/// `1 host`, `2 hosts`, `0 hosts`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
