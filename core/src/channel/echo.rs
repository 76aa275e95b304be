//! Finds the echo of a command, so that it can be cut from the reply.

use std::ops::Range;

/// Looks for one command's echo among the lines of its reply.
#[derive(Debug)]
pub(super) struct Echo {
    /// The command without white space: a device that wraps its echo puts line ends anywhere.
    goal: String,
    got: String,
    begin: usize,
    at_prompt: bool,
    found: Option<Found>,
}

/// Where an echo was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) place: Range<usize>,
    /// It stood behind a prompt, so it is no line of output.
    pub(super) at_prompt: bool,
}

impl Echo {
    pub(super) fn new(command: &str) -> Self {
        Self { goal: squeeze(command), got: String::new(), begin: 0, at_prompt: false, found: None }
    }

    /// Where the echo is in the text, once it was seen whole.
    pub(super) fn found(&self) -> Option<Found> {
        self.found.clone()
    }

    /// Takes a line that stands at `place` in the text. `without_prompt` is the line's rest behind a prompt, where
    /// it begins with one.
    pub(super) fn line(&mut self, line: &str, without_prompt: Option<&str>, place: Range<usize>) {
        // A line much longer than the command is none of its echo.
        if self.found.is_some() || line.len() > self.goal.len() + 1024 {
            return;
        }
        // An empty command is echoed as the end of the line that the prompt stands on.
        if self.goal.is_empty() {
            self.found = Some(Found { place, at_prompt: true });
            return;
        }
        if !self.got.is_empty() && self.goes_on(line) {
            return self.found_if_whole(place.end);
        }
        self.got.clear();
        self.begin = place.start;
        self.at_prompt = without_prompt.is_some_and(|rest| self.goes_on(rest));
        if self.at_prompt || self.goes_on(line) {
            self.found_if_whole(place.end);
        }
    }

    fn goes_on(&mut self, part: &str) -> bool {
        let part = squeeze(part);
        let fits = !part.is_empty()
            && self.goal.strip_prefix(self.got.as_str()).is_some_and(|left| left.starts_with(&part));
        if fits {
            self.got.push_str(&part);
        }
        fits
    }

    fn found_if_whole(&mut self, end: usize) {
        if self.got == self.goal {
            self.found = Some(Found { place: self.begin..end, at_prompt: self.at_prompt });
        }
    }
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(command: &str, text: &str) -> Option<Range<usize>> {
        let mut echo = Echo::new(command);
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let end = start + line.len();
            echo.line(line, line.strip_prefix("r1# "), start..end);
            start = end;
        }
        echo.found().map(|found| found.place)
    }

    #[test]
    fn an_echo_is_found_with_its_prompt_and_without() {
        assert_eq!(found("show version", "r1# show version\nout\n"), Some(0..17));
        assert_eq!(found("show version", "show version \nout\n"), Some(0..14));
    }

    #[test]
    fn an_echo_behind_other_lines_is_found_where_it_is() {
        assert_eq!(found("end", "r1# \n%LOG\nr1# end\n"), Some(10..18));
        assert_eq!(found("end", "%LOG\nend\n"), Some(5..9));
    }

    #[test]
    fn an_echo_wrapped_over_lines_is_one() {
        assert_eq!(found("show interfaces", "r1# show inter\nfaces\nout\n"), Some(0..21));
    }

    #[test]
    fn a_line_that_only_begins_like_the_command_is_not_its_echo() {
        assert_eq!(found("show version", "show\nother\n"), None);
        assert_eq!(found("show version", "r1# show version detail\n"), None);
    }
}
