//! A prompt, and the end of the output in which it is looked for.

use super::pattern::Pattern;

/// The last two lines on a device's terminal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tail<'a> {
    /// The last line that has ended.
    pub(crate) previous: &'a str,
    /// The line with the cursor.
    pub(crate) line: &'a str,
}

impl<'a> Tail<'a> {
    /// The end of a text whose last line has not ended.
    pub(crate) fn of(text: &'a str) -> Self {
        let (before, line) = text.rsplit_once('\n').unwrap_or(("", text));
        let previous = before.rsplit('\n').next().unwrap_or_default();
        Self { previous: previous.trim_end_matches('\r'), line }
    }
}

/// What a prompt looks like, and the words that say it is another one's.
#[derive(Debug)]
pub(crate) struct Prompt {
    pattern: Pattern,
    excludes: Vec<String>,
    /// What finds the whole of a prompt in which the words are looked for, where that may take two lines.
    whole: Option<Pattern>,
}

impl Prompt {
    pub(super) fn new(pattern: Pattern, excludes: Vec<String>) -> Self {
        Self { pattern, excludes, whole: None }
    }

    /// A mode's own, where any prompt of the platform looks like `any`.
    pub(super) fn of_mode(pattern: Pattern, excludes: Vec<String>, any: &Pattern) -> Self {
        let whole = (any.spans_lines() && !excludes.is_empty()).then(|| any.clone());
        Self { pattern, excludes, whole }
    }

    /// Compiles it now, if it is not.
    pub(super) fn warm(&self) {
        self.pattern.warm();
        self.whole.iter().for_each(Pattern::warm);
    }

    /// Whether the output ends in this prompt: `Some(true)` where the prompt begins on the line before.
    pub(crate) fn find(&self, tail: Tail<'_>) -> Option<bool> {
        if tail.line.trim().is_empty() || self.is_excluded(tail) {
            return None;
        }
        find(&self.pattern, tail)
    }

    fn is_excluded(&self, tail: Tail<'_>) -> bool {
        let has_one = |text: &str| self.excludes.iter().any(|word| text.contains(word.as_str()));
        has_one(tail.line)
            || (has_one(tail.previous)
                && self.whole.as_ref().is_some_and(|whole| find(whole, tail) == Some(true)))
    }
}

/// Whether the output ends in a match, and whether that begins on the line before.
fn find(pattern: &Pattern, tail: Tail<'_>) -> Option<bool> {
    let Tail { previous, line } = tail;
    if !pattern.spans_lines() {
        return pattern.find_at_end(line).map(|_| false);
    }
    let both = format!("{previous}\n{line}");
    pattern.find_at_end(&both).map(|start| start <= previous.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prompt(source: &str, excludes: &[&str]) -> Prompt {
        Prompt::new(Pattern::regex(source).unwrap(), excludes.iter().map(ToString::to_string).collect())
    }

    fn find(prompt: &Prompt, previous: &str, line: &str) -> Option<bool> {
        prompt.find(Tail { previous, line })
    }

    #[test]
    fn a_prompt_of_one_line_is_sought_on_the_current_line_alone() {
        let prompt = prompt(r"^\S+#\s?$", &[]);
        assert_eq!(find(&prompt, "", "r1# "), Some(false));
        assert_eq!(find(&prompt, "r1#", ""), None);
    }

    #[test]
    fn a_prompt_of_two_lines_says_whether_it_has_both() {
        let prompt = prompt(r"^({\w+(:\d)?}\n)?\S+>\s?$", &[]);
        assert_eq!(find(&prompt, "{master:0}", "admin@r1> "), Some(true));
        assert_eq!(find(&prompt, "output", "admin@r1> "), Some(false));
        assert_eq!(find(&prompt, "admin@r1> ", " "), None);
    }

    #[test]
    fn an_excluded_word_makes_it_another_prompt() {
        assert_eq!(find(&prompt(r"^\S+#$", &["tcl)"]), "", "r1(tcl)#"), None);
    }

    #[test]
    fn an_excluded_word_counts_on_the_first_line_of_a_prompt_of_two_and_on_no_other() {
        let any = Pattern::regex(r"^--\{.*\n\S+#\s?$|^\S+#\s?$").unwrap();
        let bash = Prompt::of_mode(Pattern::regex(r"^\S+#\s?$").unwrap(), vec!["--{".to_owned()], &any);
        assert_eq!(find(&bash, "--{ running }--", "A:srl1# "), None);
        assert_eq!(find(&bash, "it said --{ running }--", "bash-4.2# "), Some(false));
    }
}
