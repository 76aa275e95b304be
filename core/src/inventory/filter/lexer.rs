//! The words and signs of an expression.

use super::pattern::Pattern;

#[derive(Clone, Debug)]
pub(super) enum Token {
    Word(Pattern, String),
    /// `@FILE`.
    File(String),
    And,
    Or,
    Not,
    Open,
    Close,
    Equals,
    Differs,
    /// `,` or `:`, between Ansible's patterns.
    Comma,
}

pub(super) fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(c) = rest.chars().next() {
        let (token, length) = match c {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            '&' => (Token::And, 1),
            '|' => (Token::Or, 1),
            '!' if rest.starts_with("!=") => (Token::Differs, 2),
            '!' => (Token::Not, 1),
            '=' if rest.starts_with("==") => (Token::Equals, 2),
            '=' => (Token::Equals, 1),
            ',' | ':' => (Token::Comma, 1),
            '\'' | '"' => quoted(c, rest)?,
            '@' => file(rest)?,
            _ => word(rest)?,
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

/// A quoted word is no glob and no keyword.
fn quoted(quote: char, rest: &str) -> Result<(Token, usize), String> {
    let end = rest[1..].find(quote).ok_or("a quote that does not end")?;
    let inside = &rest[1..=end];
    Ok((Token::Word(Pattern::literal(inside), inside.to_owned()), end + 2))
}

/// A path ends at a blank, a comma or a parenthesis, unless it is quoted.
fn file(rest: &str) -> Result<(Token, usize), String> {
    let path = &rest[1..];
    if let Some(quote) = path.chars().next().filter(|c| *c == '\'' || *c == '"') {
        let end = path[1..].find(quote).ok_or("a quote that does not end")?;
        return Ok((Token::File(path[1..=end].to_owned()), end + 3));
    }
    let length = path.find(|c: char| c.is_whitespace() || ",()".contains(c)).unwrap_or(path.len());
    if length == 0 {
        return Err("expected a file behind @".to_owned());
    }
    Ok((Token::File(path[..length].to_owned()), length + 1))
}

fn word(rest: &str) -> Result<(Token, usize), String> {
    let mut depth = 0;
    let ends = |c: char| {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        // Within brackets a `!` belongs to the glob.
        depth < 1 && (c.is_whitespace() || "()&|!=,:'\"".contains(c))
    };
    let length = rest.find(ends).unwrap_or(rest.len());
    let text = &rest[..length];
    let token = match text.to_ascii_lowercase().as_str() {
        "and" => Token::And,
        "or" => Token::Or,
        "not" => Token::Not,
        _ => Token::Word(Pattern::new(text)?, text.to_owned()),
    };
    Ok((token, length))
}
