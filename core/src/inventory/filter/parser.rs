//! Expressions out of words and signs.

use super::Expression;
use super::lexer::{Token, tokens};
use super::pattern::Pattern;

/// How deep parentheses and `not` may stand in each other: more than anybody types, and no danger to the stack.
const DEEPEST: usize = 100;

pub(super) fn parse(text: &str) -> Result<Expression, String> {
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Err("the filter is empty; all means all hosts".to_owned());
    }
    let expression = if is_ansibles(&tokens) { ansible(&tokens)? } else { whole(&tokens)? };
    Ok(expression)
}

/// Patterns with commas or colons between them, and nothing else but the signs before them.
fn is_ansibles(tokens: &[Token]) -> bool {
    let is_simple = |token: &Token| matches!(token, Token::Word(..) | Token::Comma | Token::Not | Token::And);
    tokens.iter().any(|token| matches!(token, Token::Comma)) && tokens.iter().all(is_simple)
}

/// Any of the plain ones, all of those with `&`, none of those with `!`.
fn ansible(tokens: &[Token]) -> Result<Expression, String> {
    let (mut any, mut rest) = (None, Vec::new());
    for part in tokens.split(|token| matches!(token, Token::Comma)) {
        match part {
            [Token::Word(pattern, text)] => {
                let one = named(pattern, text);
                any = Some(match any {
                    Some(others) => Expression::Or(Box::new(others), Box::new(one)),
                    None => one,
                });
            }
            [Token::And, Token::Word(pattern, text)] => rest.push(named(pattern, text)),
            [Token::Not, Token::Word(pattern, text)] => {
                rest.push(Expression::Not(Box::new(named(pattern, text))));
            }
            _ => return Err("expected a name, a group or a glob between two commas or colons".to_owned()),
        }
    }
    let all = any.unwrap_or(Expression::All);
    Ok(rest.into_iter().fold(all, |left, right| Expression::And(Box::new(left), Box::new(right))))
}

fn whole(tokens: &[Token]) -> Result<Expression, String> {
    let mut parser = Parser { tokens, at: 0, depth: 0 };
    let expression = parser.or()?;
    match parser.peek() {
        None => Ok(expression),
        Some(Token::Close) => Err("a ) without its (".to_owned()),
        Some(_) => Err("expected `and` or `or` between two conditions".to_owned()),
    }
}

struct Parser<'t> {
    tokens: &'t [Token],
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

fn named(pattern: &Pattern, text: &str) -> Expression {
    if text == "all" || text == "*" { Expression::All } else { Expression::Named(pattern.clone()) }
}
