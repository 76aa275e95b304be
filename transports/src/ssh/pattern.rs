//! OpenSSH's patterns: `*`, `?`, and negation with `!` (`ssh_config(5)`, "PATTERNS").

/// A list of patterns. A name is in it if one pattern matches it and no negated one does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Patterns(Vec<Pattern>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern {
    negated: bool,
    glob: String,
}

impl Patterns {
    pub(super) fn new<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Self {
        Self(patterns.into_iter().map(Pattern::parse).collect())
    }

    pub(super) fn contain(&self, name: &str) -> bool {
        let matching = || self.0.iter().filter(|pattern| glob(&pattern.glob, name));
        matching().any(|pattern| !pattern.negated) && !matching().any(|pattern| pattern.negated)
    }
}

impl Pattern {
    fn parse(text: &str) -> Self {
        let (negated, glob) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
        Self { negated, glob: glob.to_owned() }
    }
}

/// Matches `*` and `?`, going back to the last star only, so that it takes at most pattern times text steps.
pub(super) fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut from) = (0, 0);
    let mut star = None;
    while from < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(&byte) if byte == b'?' || byte == text[from] => {
                at += 1;
                from += 1;
            }
            _ => {
                let Some((star_at, star_from)) = star else { return false };
                star = Some((star_at, star_from + 1));
                at = star_at + 1;
                from = star_from + 1;
            }
        }
    }
    pattern[at..].iter().all(|&byte| byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_text_and_a_question_mark_one_character() {
        for (pattern, text, matches) in [
            ("192.0.2.*", "192.0.2.17", true),
            ("r?", "r1", true),
            ("r?", "r12", false),
            ("r?", "r", false),
            ("a*b*c", "aXbXbc", true),
            ("a*b*c", "aXbXb", false),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
        ] {
            assert_eq!(glob(pattern, text), matches, "{pattern} {text}");
        }
    }

    #[test]
    fn a_negated_pattern_excludes_and_never_includes() {
        assert!(Patterns::new(["!r1", "*"]).contain("r2"));
        assert!(!Patterns::new(["!r1", "*"]).contain("r1"));
        assert!(!Patterns::new(["!r1"]).contain("r2"));
        assert!(!Patterns::default().contain("r2"));
    }
}
