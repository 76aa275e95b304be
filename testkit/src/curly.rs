//! A configuration of statements in braces, as Junos shows it.

/// Words that have a value on the same line.
const VALUED: &[&str] =
    &["host-name", "description", "address", "domain-name", "mtu", "next-hop", "version", "vlan-id"];

/// Words that name one of several: the name stands on the same line.
const KEYED: &[&str] = &["unit", "family", "route", "user", "group", "neighbor", "class", "term", "filter"];

/// The statements, each a path of words, in braces; only what is below `path`, where there is one.
pub(crate) fn written(statements: &[String], path: &[String]) -> String {
    let mut root = Branch::default();
    for statement in statements {
        root.add(&words(statement));
    }
    let below = path.iter().try_fold(&root, |branch, word| branch.below(word));
    let mut out = String::new();
    below.unwrap_or(&Branch::default()).write(0, &mut out);
    out
}

/// The words of a statement; what stands in quotes is one.
pub(crate) fn words(statement: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = statement.trim_start();
    while !rest.is_empty() {
        let end = match rest.strip_prefix('"').and_then(|quoted| quoted.find('"')) {
            Some(close) => close + 2,
            None => rest.find(' ').unwrap_or(rest.len()),
        };
        words.push(&rest[..end]);
        rest = rest[end..].trim_start();
    }
    words
}

/// What stands below a word.
#[derive(Default)]
struct Branch<'s>(Vec<(&'s str, Branch<'s>)>);

impl<'s> Branch<'s> {
    fn add(&mut self, words: &[&'s str]) {
        let Some((first, rest)) = words.split_first() else { return };
        let at = self.0.iter().position(|(word, _)| word == first).unwrap_or_else(|| {
            self.0.push((first, Branch::default()));
            self.0.len() - 1
        });
        self.0[at].1.add(rest);
    }

    fn below(&self, word: &str) -> Option<&Self> {
        self.0.iter().find(|(known, _)| *known == word).map(|(_, branch)| branch)
    }

    fn write(&self, depth: usize, out: &mut String) {
        for (word, branch) in &self.0 {
            if KEYED.contains(word) || VALUED.contains(word) {
                branch.0.iter().for_each(|(name, below)| below.block(&format!("{word} {name}"), depth, out));
            } else {
                branch.block(word, depth, out);
            }
        }
    }

    fn block(&self, heading: &str, depth: usize, out: &mut String) {
        let indent = "    ".repeat(depth);
        if self.0.is_empty() {
            out.extend([&indent, heading, ";\n"]);
            return;
        }
        out.extend([&indent, heading, " {\n"]);
        self.write(depth + 1, out);
        out.extend([&indent, "}\n"]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_written_in_braces() {
        let statements = [
            "system host-name r1",
            "system services ssh",
            "interfaces ge-0/0/0 description \"to core {\"",
            "interfaces ge-0/0/0 unit 0 family inet address 10.0.0.1/24",
        ]
        .map(str::to_owned);
        let expected = "\
system {
    host-name r1;
    services {
        ssh;
    }
}
interfaces {
    ge-0/0/0 {
        description \"to core {\";
        unit 0 {
            family inet {
                address 10.0.0.1/24;
            }
        }
    }
}
";
        assert_eq!(written(&statements, &[]), expected);
        assert_eq!(written(&statements, &["system".to_owned()]), "host-name r1;\nservices {\n    ssh;\n}\n");
        assert_eq!(written(&statements, &["protocols".to_owned()]), "");
    }

    #[test]
    fn what_stands_in_quotes_is_one_word() {
        assert_eq!(words(" set x \"a b\" c"), ["set", "x", "\"a b\"", "c"]);
        assert_eq!(words("x \"open"), ["x", "\"open"]);
    }
}
