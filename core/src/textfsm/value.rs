//! `Value` lines: the columns of the table.

use super::python_re::Regex;

/// The longest name of a value or a state.
pub(super) const MAX_NAME: usize = 48;

/// An option of a value. Options act in the order in which they are declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ValueOption {
    Required,
    Filldown,
    Fillup,
    Key,
    List,
}

impl ValueOption {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "Required" => Self::Required,
            "Filldown" => Self::Filldown,
            "Fillup" => Self::Fillup,
            "Key" => Self::Key,
            "List" => Self::List,
            _ => return None,
        })
    }
}

/// A declared value.
#[derive(Debug)]
pub(super) struct ValueDef {
    pub(super) name: String,
    pub(super) options: Vec<ValueOption>,
    /// What stands for it in a rule: its expression as a group of its name.
    pub(super) template: String,
    /// The expression of a `List` value with groups of its own: those with a name give a map for each item.
    pub(super) nested: Option<Regex>,
}

impl ValueDef {
    /// Reads a line that starts with `Value `.
    pub(super) fn parse(line: &str) -> Result<Self, String> {
        let tokens: Vec<&str> = line.split(' ').collect();
        let (options, name, regex) = match tokens.as_slice() {
            [_, name, regex @ ..] if regex.first().is_some_and(|token| token.starts_with('(')) => {
                (Vec::new(), *name, regex.join(" "))
            }
            [_, options, name, regex @ ..] => (parse_options(options)?, *name, regex.join(" ")),
            _ => return Err("expected 'Value [OPTIONS] NAME (REGEX)'".into()),
        };
        if name.chars().count() > MAX_NAME {
            return Err(format!("the Value name '{name}' is longer than {MAX_NAME} characters"));
        }
        if regex.len() < 2 || !regex.starts_with('(') || !regex.ends_with(')') || regex.ends_with("\\)") {
            return Err(format!("the expression '{regex}' of Value '{name}' must be within '(' and ')'"));
        }
        check_escapes(name).map_err(|reason| format!("{reason} in the Value name '{name}'"))?;
        let own = Regex::parse(&regex).map_err(|reason| format!("{reason} in '{regex}'"))?;
        let template = format!("(?P<{name}>{}", &regex[1..]);
        let nested = Some(own).filter(|own| options.contains(&ValueOption::List) && own.groups().len() > 1);
        Ok(Self { name: name.to_owned(), options, template, nested })
    }

    pub(super) fn has(&self, option: ValueOption) -> bool {
        self.options.contains(&option)
    }
}

/// Python puts the name into the expression by `re.sub`, to which a backslash begins an escape. No rule can use such a
/// name, but a wrong escape is an error of the template.
fn check_escapes(name: &str) -> Result<(), &'static str> {
    let mut rest = name;
    while let Some((_, after)) = rest.split_once('\\') {
        let c = after.chars().next().ok_or("bad escape (end of pattern)")?;
        let octal = after.bytes().take(3).take_while(|byte| (b'0'..b'8').contains(byte)).count();
        rest = match c {
            'g' => after.strip_prefix("g<0>").ok_or("bad group reference")?,
            '1'..='3' if octal == 3 => &after[3..],
            '1'..='9' => return Err("invalid group reference"),
            _ if c.is_ascii_alphabetic() && !"abfnrtv".contains(c) => return Err("bad escape"),
            _ => &after[c.len_utf8()..],
        };
    }
    Ok(())
}

fn parse_options(names: &str) -> Result<Vec<ValueOption>, String> {
    let mut options = Vec::new();
    for name in names.split(',') {
        let option = ValueOption::parse(name).ok_or_else(|| {
            format!("unknown option '{name}'; options are Filldown, Fillup, Key, List and Required")
        })?;
        if options.contains(&option) {
            return Err(format!("the option '{name}' is given twice"));
        }
        options.push(option);
    }
    Ok(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_may_hold_spaces_and_the_name_comes_before_it() {
        let value = ValueDef::parse("Value Required,List SERIAL (a b (?:c d))").unwrap();
        assert_eq!(value.options, [ValueOption::Required, ValueOption::List]);
        assert_eq!(value.template, "(?P<SERIAL>a b (?:c d))");
    }

    #[test]
    fn a_name_may_hold_an_escape() {
        for name in [r"\n", r"\g<0>", r"\141", r"\0", r"\\", r"\-"] {
            assert!(ValueDef::parse(&format!("Value {name} (a)")).is_ok(), "{name}");
        }
    }

    #[test]
    fn malformed_declarations_are_refused() {
        for (line, reason) in [
            ("Value X", "expected 'Value"),
            ("Value Filldown X", "must be within"),
            ("Value X (a\\)", "must be within"),
            ("Value X a)", "unknown option 'X'"),
            ("Value  X (a)", "unknown option ''"),
            ("Value List,List X (a)", "given twice"),
            ("Value Sometimes X (a)", "unknown option 'Sometimes'"),
            ("Value X (a))", "unbalanced parenthesis"),
            ("Value X (*)", "nothing to repeat"),
            ("Value \\q (a)", "bad escape in the Value name"),
            ("Value \\1 (a)", "invalid group reference in the Value name"),
            ("Value a\\ (a)", "bad escape (end of pattern) in the Value name"),
        ] {
            let error = ValueDef::parse(line).expect_err(line);
            assert!(error.contains(reason), "{line}: {error}");
        }
        assert!(ValueDef::parse(&format!("Value {} (a)", "x".repeat(49))).is_err());
    }
}
