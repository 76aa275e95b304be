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

/// What a prompt looks like, and the words that say it is another one's.
#[derive(Debug)]
pub(crate) struct Prompt {
    pattern: Pattern,
    excludes: Vec<String>,
}

impl Prompt {
    pub(super) fn new(pattern: Pattern, excludes: Vec<String>) -> Self {
        Self { pattern, excludes }
    }

    /// Whether the output ends in this prompt: `Some(true)` where the prompt begins on the line before.
    pub(crate) fn find(&self, tail: Tail<'_>) -> Option<bool> {
        let Tail { previous, line } = tail;
        if line.trim().is_empty() || self.excludes.iter().any(|word| line.contains(word.as_str())) {
            return None;
        }
        if !self.pattern.spans_lines() {
            return self.pattern.find_at_end(line).map(|_| false);
        }
        let both = format!("{previous}\n{line}");
        self.pattern.find_at_end(&both).map(|start| start <= previous.len())
    }
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
}
