//! Expressions out of words and signs.

use super::Expression;
use super::lexer::{Token, tokens};
use super::pattern::Pattern;

/// How deep parentheses and `not` may stand in each other: more than anybody types, and no danger to the stack.
const DEEPEST: usize = 100;

/// Reads the names of hosts that a file has.
pub(super) type Reader<'r> = dyn Fn(&str) -> Result<Vec<String>, String> + 'r;

pub(super) fn parse(text: &str, read: &Reader<'_>) -> Result<Expression, String> {
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Err("the filter is empty; all means all hosts".to_owned());
    }
    let expression = if is_ansibles(&tokens) { ansible(&tokens, read)? } else { whole(&tokens, read)? };
    Ok(expression)
}

/// Patterns with commas or colons between them, and nothing else but the signs before them.
fn is_ansibles(tokens: &[Token]) -> bool {
    let is_simple = |token: &Token| {
        matches!(token, Token::Word(..) | Token::File(_) | Token::Comma | Token::Not | Token::And)
    };
    tokens.iter().any(|token| matches!(token, Token::Comma)) && tokens.iter().all(is_simple)
}

/// Any of the plain ones, all of those with `&`, none of those with `!`.
fn ansible(tokens: &[Token], read: &Reader<'_>) -> Result<Expression, String> {
    let (mut any, mut rest) = (None, Vec::new());
    for part in tokens.split(|token| matches!(token, Token::Comma)) {
        let (sign, one) = match part {
            [sign @ (Token::And | Token::Not), one] => (Some(sign), one),
            [one] => (None, one),
            _ => return Err(BETWEEN.to_owned()),
        };
        let one = match one {
            Token::Word(pattern, text) => named(pattern, text),
            Token::File(path) => of_file(path, read)?,
            _ => return Err(BETWEEN.to_owned()),
        };
        match sign {
            Some(Token::Not) => rest.push(Expression::Not(Box::new(one))),
            Some(_) => rest.push(one),
            None => {
                any = Some(match any {
                    Some(others) => Expression::Or(Box::new(others), Box::new(one)),
                    None => one,
                });
            }
        }
    }
    let all = any.unwrap_or(Expression::All);
    Ok(rest.into_iter().fold(all, |left, right| Expression::And(Box::new(left), Box::new(right))))
}

fn whole(tokens: &[Token], read: &Reader<'_>) -> Result<Expression, String> {
    let mut parser = Parser { tokens, read, at: 0, depth: 0 };
    let expression = parser.or()?;
    match parser.peek() {
        None => Ok(expression),
        Some(Token::Close) => Err("a ) without its (".to_owned()),
        Some(_) => Err("expected `and` or `or` between two conditions".to_owned()),
    }
}

struct Parser<'t> {
    tokens: &'t [Token],
    read: &'t Reader<'t>,
    at: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> Option<&'t Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<&'t Token> {
        self.at += 1;
        self.tokens.get(self.at - 1)
    }

    fn or(&mut self) -> Result<Expression, String> {
        let mut left = self.and()?;
        while let Some(Token::Or | Token::Comma) = self.peek() {
            self.at += 1;
            left = Expression::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Expression, String> {
        let mut left = self.not()?;
        while let Some(Token::And) = self.peek() {
            self.at += 1;
            left = Expression::And(Box::new(left), Box::new(self.not()?));
        }
        Ok(left)
    }

    fn not(&mut self) -> Result<Expression, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(format!("more than {DEEPEST} parentheses or `not` in each other"));
        }
        let expression = match self.next() {
            Some(Token::Not) => Expression::Not(Box::new(self.not()?)),
            Some(Token::Open) => {
                let inner = self.or()?;
                match self.next() {
                    Some(Token::Close) => inner,
                    _ => return Err("a ( without its )".to_owned()),
                }
            }
            Some(Token::Word(pattern, text)) => self.condition(pattern, text)?,
            Some(Token::File(path)) => of_file(path, self.read)?,
            _ => return Err("expected a name, a group, a glob, or key=value".to_owned()),
        };
        self.depth -= 1;
        Ok(expression)
    }

    fn condition(&mut self, pattern: &Pattern, text: &str) -> Result<Expression, String> {
        let differs = match self.peek() {
            Some(Token::Equals) => false,
            Some(Token::Differs) => true,
            _ => return Ok(named(pattern, text)),
        };
        self.at += 1;
        let Some(Token::Word(value, _)) = self.next() else {
            return Err(format!("expected a value behind {text}="));
        };
        let field = Expression::Field { key: text.to_owned(), value: value.clone() };
        Ok(if differs { Expression::Not(Box::new(field)) } else { field })
    }
}

const BETWEEN: &str = "expected a name, a group, a glob or @FILE between two commas or colons";

fn of_file(path: &str, read: &Reader<'_>) -> Result<Expression, String> {
    Ok(Expression::Hosts(read(path)?.into_iter().collect()))
}

fn named(pattern: &Pattern, text: &str) -> Expression {
    if text == "all" || text == "*" { Expression::All } else { Expression::Named(pattern.clone()) }
}
