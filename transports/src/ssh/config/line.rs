//! A line: a keyword and its arguments.

use super::error::ConfigError;

const BLANK: [char; 4] = [' ', '\t', '\r', '\n'];

/// The keyword and what follows it, after white space or one `=`; none for an empty line or a comment.
pub(super) fn keyword(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start_matches(BLANK).trim_end_matches([' ', '\t', '\r', '\n', '\x0c']);
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    if let Some((word, rest)) = line.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
        return Some((word, rest.trim_start_matches(BLANK)));
    }
    let end = line.find(|c| BLANK.contains(&c) || c == '=').unwrap_or(line.len());
    let (word, rest) = line.split_at(end);
    let rest = rest.trim_start_matches(BLANK);
    Some((word, rest.strip_prefix('=').unwrap_or(rest).trim_start_matches(BLANK)))
}

/// The arguments: words, of which parts may be in single or double quotes, up to a comment. A backslash goes before a
/// quote, a backslash, or a space that is not quoted; elsewhere it is itself.
pub(super) fn words(text: &str) -> Result<Vec<String>, ConfigError> {
    let mut words = Vec::new();
    let mut rest = text.trim_start_matches([' ', '\t']);
    while !rest.is_empty() && !rest.starts_with('#') {
        let (word, after) = word(rest)?;
        words.push(word);
        rest = after.trim_start_matches([' ', '\t']);
    }
    Ok(words)
}

fn word(text: &str) -> Result<(String, &str), ConfigError> {
    let mut word = String::new();
    let mut quote = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match (c, quote) {
            ('\\', _) => {
                let escaped = |&(_, next): &(usize, char)| {
                    matches!(next, '\'' | '"' | '\\') || next == ' ' && quote.is_none()
                };
                word.push(chars.next_if(escaped).map_or('\\', |(_, next)| next));
            }
            (' ' | '\t', None) => return Ok((word, &text[at..])),
            ('"' | '\'', None) => quote = Some(c),
            (_, Some(open)) if c == open => quote = None,
            _ => word.push(c),
        }
    }
    match quote {
        Some(open) => Err(ConfigError::new(format!("a quote {open} is not closed"))),
        None => Ok((word, "")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyword_ends_at_white_space_or_one_equals_sign() {
        for (line, expected) in [
            ("Port 22", Some(("Port", "22"))),
            ("\tPort=22 \x0c\r\n", Some(("Port", "22"))),
            ("Port = 22", Some(("Port", "22"))),
            ("Port == 22", Some(("Port", "= 22"))),
            ("\"Port\" 22", Some(("Port", "22"))),
            ("Port", Some(("Port", ""))),
            ("  # Port 22", None),
            (" \t", None),
        ] {
            assert_eq!(keyword(line), expected, "{line:?}");
        }
    }

    #[test]
    fn words_may_be_quoted_and_end_at_a_comment() {
        for (text, expected) in [
            ("a b\tc", &["a", "b", "c"][..]),
            ("\"a b\" 'c \"d'", &["a b", "c \"d"]),
            ("a\"b c\"d", &["ab cd"]),
            (r#"a\"b c\ d e\f "g\ h""#, &["a\"b", "c d", "e\\f", "g\\ h"]),
            ("a # b", &["a"]),
            ("a#b", &["a#b"]),
            ("\"\"", &[""]),
            ("a\\", &["a\\"]),
        ] {
            assert_eq!(words(text).unwrap(), expected, "{text}");
        }
        assert!(words("\"a b").is_err());
    }
}
