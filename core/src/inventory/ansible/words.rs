//! Words of a line, with quotes as a shell has them.

/// The words; a `#` between two of them begins a comment if `comments` is set. An error for a quote that does not end.
pub(super) fn words(line: &str, comments: bool) -> Result<Vec<String>, &'static str> {
    let (mut words, mut word) = (Vec::new(), None::<String>);
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            '#' if comments && word.is_none() => break,
            c if c.is_whitespace() => words.extend(word.take()),
            '"' | '\'' => quoted(c, &mut chars, word.get_or_insert_default())?,
            '\\' => word.get_or_insert_default().extend(chars.next()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

fn quoted(quote: char, chars: &mut std::str::Chars<'_>, word: &mut String) -> Result<(), &'static str> {
    loop {
        match chars.next() {
            None => return Err("a quote that does not end"),
            Some(c) if c == quote => return Ok(()),
            Some('\\') if quote == '"' => match chars.next() {
                Some(c @ ('"' | '\\')) => word.push(c),
                Some(c) => word.extend(['\\', c]),
                None => {}
            },
            Some(c) => word.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_words_together_and_a_hash_begins_a_comment() {
        let split = |line| words(line, true).unwrap();
        assert_eq!(split("r1  a=b\tc='d e' # f"), ["r1", "a=b", "c=d e"]);
        assert_eq!(split(r#"a="x \"y\" \n" b#c ''"#), [r#"a=x "y" \n"#, "b#c", ""]);
        assert_eq!(words("a #b", false).unwrap(), ["a", "#b"]);
        assert_eq!(words("a='b", true), Err("a quote that does not end"));
    }
}
