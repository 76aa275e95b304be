//! The templates that can be computed without Jinja: the value of another variable, and of an environment variable.

use super::super::node::{Kind, Node};
use super::super::secret_source::SecretSource;
use super::model::{Merged, Var};
use super::vars_files::SEAL;
use crate::secret::Secret;
use std::path::Path;
use std::sync::Arc;

/// How deep variables may refer to each other.
const DEEPEST: usize = 20;

/// A host's variables, for the templates in them.
pub(super) struct Scope<'s> {
    pub(super) host: &'s str,
    pub(super) vars: &'s Merged<'s>,
    /// Files that ansible-vault has encrypted, and that may have what is missing.
    pub(super) sealed: &'s [Arc<Path>],
}

/// What stands between `{{` and `}}`.
enum Expression<'e> {
    Variable(&'e str),
    Environment(&'e str),
    Other,
}

impl Scope<'_> {
    /// The text of a variable, with what its templates stand for. The error quotes nothing.
    pub(super) fn text(&self, node: &Node) -> Result<String, String> {
        self.text_at(node, 0)
    }

    fn text_at(&self, node: &Node, depth: usize) -> Result<String, String> {
        if depth > DEEPEST {
            return Err("its variables refer to each other in a circle".to_owned());
        }
        let text = plain(node)?;
        let (mut done, mut rest) = (String::new(), text.as_str());
        while let Some((before, after)) = rest.split_once("{{") {
            let (inside, after) = after.split_once("}}").ok_or("a template that does not end")?;
            done.push_str(before);
            done.push_str(&self.value(inside.trim(), depth)?);
            rest = after;
        }
        if rest.contains("{%") || done.contains("{%") {
            return Err(NOT_COMPUTED.to_owned());
        }
        done.push_str(rest);
        Ok(done)
    }

    fn value(&self, inside: &str, depth: usize) -> Result<String, String> {
        match expression(inside) {
            Expression::Variable("inventory_hostname") => Ok(self.host.to_owned()),
            Expression::Variable("inventory_hostname_short") => {
                Ok(self.host.split('.').next().unwrap_or_default().to_owned())
            }
            Expression::Variable(name) => self.text_at(self.variable(name)?, depth + 1),
            Expression::Environment(name) => {
                std::env::var(name).map_err(|_| format!("the environment variable {name} is not set"))
            }
            Expression::Other => Err(NOT_COMPUTED.to_owned()),
        }
    }

    fn variable(&self, name: &str) -> Result<&Node, String> {
        self.vars.get(name).map(|var| &var.node).ok_or_else(|| {
            let files = self.sealed.iter().map(|path| path.display().to_string()).collect::<Vec<_>>();
            match files.join(", ") {
                files if files.is_empty() => format!("the variable {name} is not set"),
                files => format!(
                    "the variable {name} is not set, or it is in what ansible-vault encrypted: {files}"
                ),
            }
        })
    }

    /// Where a secret is that a variable gives; what cannot be read says so when it is needed. The names of the variables
    /// that it was found in are added to `used`.
    pub(super) fn secret<'v>(
        &'v self,
        name: &'v str,
        var: &'v Var,
        used: &mut Vec<&'v str>,
    ) -> Option<SecretSource> {
        let (mut name, mut var) = (name, var);
        for _ in 0..DEEPEST {
            used.push(name);
            let text = var.node.as_text().unwrap_or_default().trim();
            match text
                .strip_prefix("{{")
                .and_then(|text| text.strip_suffix("}}"))
                .map(|text| expression(text.trim()))
            {
                Some(Expression::Environment(name)) => return Some(SecretSource::Env(name.to_owned())),
                Some(Expression::Variable(other)) => match self.vars.get_key_value(other) {
                    Some((found, other)) => (name, var) = (found, other),
                    None => break,
                },
                _ => break,
            }
        }
        let node = &var.node;
        if matches!(&node.kind, Kind::Null) || node.as_text() == Some("") {
            return None;
        }
        Some(match self.text(node) {
            Ok(text) => SecretSource::Inline(Secret::new(text)),
            Err(reason) => {
                let place = node.line.map(|line| format!(" ({}:{line})", var.origin.display()));
                SecretSource::Unread(format!("{name}{}: {reason}", place.unwrap_or_default()))
            }
        })
    }
}

const NOT_COMPUTED: &str = "a template of Jinja, which is not computed here";

/// The text of a scalar that is not encrypted.
fn plain(node: &Node) -> Result<String, String> {
    let marked = node.get("__ansible_unsafe").and_then(Node::as_text);
    let text = marked.map(str::to_owned).or_else(|| node.scalar());
    match text {
        _ if node.get("__ansible_vault").is_some() => Err(SEALED.to_owned()),
        Some(text) if text.starts_with(SEAL) => Err(SEALED.to_owned()),
        Some(text) => Ok(text),
        None => Err("expected a text".to_owned()),
    }
}

const SEALED: &str = "encrypted by ansible-vault, which is not read here; name it as `credential` with {command: \
                      ansible-vault view ...}, or be asked with -k";

fn expression(text: &str) -> Expression<'_> {
    let is_name = |text: &str| {
        !text.starts_with(|c: char| c.is_ascii_digit())
            && !text.is_empty()
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    if is_name(text) {
        return Expression::Variable(text);
    }
    let arguments = text.strip_prefix("lookup(").and_then(|text| text.strip_suffix(')'));
    let Some((plugin, name)) = arguments.and_then(|arguments| arguments.split_once(',')) else {
        return Expression::Other;
    };
    match (unquoted(plugin), unquoted(name)) {
        (Some("env" | "ansible.builtin.env"), Some(name)) if is_name(name) => Expression::Environment(name),
        _ => Expression::Other,
    }
}

fn unquoted(text: &str) -> Option<&str> {
    let within = |quote| text.trim().strip_prefix(quote)?.strip_suffix(quote);
    within('\'').or_else(|| within('"'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn var(text: &str) -> Var {
        Var { node: Node::from_yaml(text).unwrap(), origin: Path::new("inventory").into() }
    }

    /// The text of the variable `x`, and where the secret `x` is, among these variables.
    fn read(vars: &[(&str, &str)]) -> (Result<String, String>, Option<SecretSource>, Vec<String>) {
        let vars: Vec<(&str, Var)> = vars.iter().map(|(name, text)| (*name, var(text))).collect();
        let merged: BTreeMap<&str, &Var> = vars.iter().map(|(name, var)| (*name, var)).collect();
        let scope = Scope { host: "r1.ams", vars: &merged, sealed: &[] };
        let mut used = Vec::new();
        let secret = scope.secret("x", merged["x"], &mut used);
        (scope.text(&merged["x"].node), secret, used.into_iter().map(str::to_owned).collect())
    }

    fn inline(text: &str) -> SecretSource {
        SecretSource::Inline(Secret::new(text))
    }

    #[test]
    fn a_template_may_be_the_value_of_another_variable() {
        let (text, secret, used) = read(&[("x", "'{{ a }}'"), ("a", "'{{b}}'"), ("b", "7")]);
        assert_eq!(
            (text.as_deref(), secret, used),
            (Ok("7"), Some(inline("7")), vec!["x".into(), "a".into(), "b".into()])
        );
        let (text, ..) = read(&[("x", "'{{ inventory_hostname_short }}.{{ site }}.net'"), ("site", "lon")]);
        assert_eq!(text.as_deref(), Ok("r1.lon.net"));
    }

    #[test]
    fn a_secret_may_be_in_the_environment() {
        for text in
            ["\"{{ lookup('env', 'NET_PASS') }}\"", "'{{ lookup(\"ansible.builtin.env\", \"NET_PASS\") }}'"]
        {
            assert_eq!(read(&[("x", text)]).1, Some(SecretSource::Env("NET_PASS".to_owned())), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_computed_or_read_says_so_when_it_is_needed() {
        let unread = |vars: &[(&str, &str)]| match read(vars).1 {
            Some(SecretSource::Unread(reason)) => reason,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            unread(&[("x", "'{{ a | upper }}'")]),
            "x (inventory:1): a template of Jinja, which is not computed here"
        );
        assert_eq!(unread(&[("x", "'{{ a }}'")]), "x (inventory:1): the variable a is not set");
        assert_eq!(
            unread(&[("x", "'{{ x }}'")]),
            "x (inventory:1): its variables refer to each other in a circle"
        );
        assert!(
            unread(&[("x", "'{{ a }}'"), ("a", "!vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162")])
                .starts_with("a (inventory:2): encrypted by ansible-vault")
        );
        assert!(
            unread(&[("x", "{__ansible_vault: y}")])
                .starts_with("x (inventory:1): encrypted by ansible-vault")
        );
        assert!(unread(&[("x", "'{{ a'")]).ends_with("does not end"));
    }
}
