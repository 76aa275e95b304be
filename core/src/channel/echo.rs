//! Finds the echo of a command, so that it can be cut from the reply.

use std::ops::Range;

/// Looks for one command's echo among the lines of its reply.
#[derive(Debug)]
pub(super) struct Echo {
    command: String,
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

/// A line of the reply, and what to know of it.
#[derive(Clone, Debug)]
pub(super) struct Line<'a> {
    pub(super) text: &'a str,
    /// All that was written on it, where some of it was written over: a device that wraps its echo on a screen of its own
    /// goes back to the head of the line.
    pub(super) typed: Option<&'a str>,
    pub(super) place: Range<usize>,
}

impl Echo {
    pub(super) fn new(command: &str) -> Self {
        Self {
            command: command.to_owned(),
            goal: squeeze(command),
            got: String::new(),
            begin: 0,
            at_prompt: false,
            found: None,
        }
    }

    /// The echo where nothing was sent: it is there already.
    pub(super) fn of_nothing() -> Self {
        Self { found: Some(Found { place: 0..0, at_prompt: true }), ..Self::new("") }
    }

    /// Where the echo is in the text, once it was seen whole.
    pub(super) fn found(&self) -> Option<Found> {
        self.found.clone()
    }

    /// The text up to its end was forgotten.
    pub(super) fn forget(&mut self) {
        self.found = Some(Found { place: 0..0, at_prompt: true });
    }

    pub(super) fn is_found(&self) -> bool {
        self.found.is_some()
    }

    /// Takes the next line. `prompt` says how much of its head is a prompt, and `is_prompt` whether a text is one.
    pub(super) fn line(&mut self, line: &Line<'_>, old_prompt: &str, is_prompt: &dyn Fn(&str) -> bool) {
        // A line much longer than the command is none of its echo.
        if self.is_found() || line.text.len() > self.goal.len() + 1024 {
            return;
        }
        // An empty command is echoed as the end of the line that the prompt stands on.
        if self.goal.is_empty() {
            self.found = Some(Found { place: line.place.clone(), at_prompt: true });
            return;
        }
        if let Some(head) = head_before(line, &self.command) {
            let at_prompt = !head.trim().is_empty() && is_prompt(head);
            if at_prompt || head.trim().is_empty() {
                self.found = Some(Found { place: line.place.clone(), at_prompt });
                return;
            }
        }
        self.part(line, old_prompt);
    }

    /// Takes a line that may be a part of an echo over several lines.
    fn part(&mut self, line: &Line<'_>, old_prompt: &str) {
        if !self.got.is_empty() && self.goes_on(line.text) {
            return self.found_if_whole(line.place.end);
        }
        self.got.clear();
        self.begin = line.place.start;
        let old_prompt = old_prompt.trim_end();
        let rest = line.text.strip_prefix(old_prompt).filter(|_| !old_prompt.is_empty());
        self.at_prompt = rest.is_some_and(|rest| self.goes_on(rest));
        if self.at_prompt || self.goes_on(line.text) {
            self.found_if_whole(line.place.end);
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

/// What stands on a line before the command that it ends in; `None` where it does not.
pub(super) fn head_before<'l>(line: &Line<'l>, command: &str) -> Option<&'l str> {
    before(line.text, command)
        .or_else(|| before(line.typed?, command))
        .or_else(|| before_scrolled(line.text, command))
}

/// What stands before `command` at the end of a text, white space aside.
fn before<'t>(text: &'t str, command: &str) -> Option<&'t str> {
    let mut left = text;
    for wanted in command.chars().rev().filter(|c| !c.is_whitespace()) {
        left = left.trim_end().strip_suffix(wanted)?;
    }
    Some(left)
}

/// The same where the line was scrolled sideways, as IOS does: a `$` stands for what is out of sight to the left.
fn before_scrolled<'t>(text: &'t str, command: &str) -> Option<&'t str> {
    let (head, shown) = text.split_once('$')?;
    let shown = shown.trim_end();
    (shown.len() >= 8 && command.trim_end().ends_with(shown)).then_some(head)
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(command: &str, text: &str) -> Option<Found> {
        found_typed(command, text, None)
    }

    fn found_typed(command: &str, text: &str, typed: Option<&str>) -> Option<Found> {
        let mut echo = Echo::new(command);
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let place = start..start + line.len();
            start = place.end;
            let line = Line { text: line.trim_end_matches('\n'), typed, place };
            echo.line(&line, "r1# ", &|head| head.trim_end() == "r1#");
        }
        echo.found()
    }

    fn place(command: &str, text: &str) -> Option<Range<usize>> {
        found(command, text).map(|found| found.place)
    }

    #[test]
    fn an_echo_is_found_with_its_prompt_and_without() {
        assert_eq!(place("show version", "r1# show version\nout\n"), Some(0..17));
        assert_eq!(place("show version", "show version \nout\n"), Some(0..14));
    }

    #[test]
    fn an_echo_behind_other_lines_is_found_where_it_is() {
        assert_eq!(place("end", "r1# \n%LOG\nr1# end\n"), Some(10..18));
        assert_eq!(place("end", "%LOG\nend\n"), Some(5..9));
    }

    #[test]
    fn an_echo_wrapped_over_lines_is_one() {
        assert_eq!(place("show interfaces", "r1# show inter\nfaces\nout\n"), Some(0..21));
    }

    #[test]
    fn an_echo_wrapped_on_the_device_s_own_screen_is_found_by_what_was_typed() {
        let typed = "r1# show interfaces Giga bitEthernet1";
        let found =
            found_typed("show interfaces GigabitEthernet1", "bitEthernet1show int\nout\n", Some(typed));
        assert_eq!(found, Some(Found { place: 0..21, at_prompt: true }));
    }

    #[test]
    fn an_echo_scrolled_sideways_is_found() {
        let found =
            found("show interfaces GigabitEthernet1/0/1 counters", "r1# $thernet1/0/1 counters\nout\n");
        assert_eq!(found, Some(Found { place: 0..27, at_prompt: true }));
        assert_eq!(place("set price 100$", "r1# 100$\n"), None);
    }

    #[test]
    fn a_line_that_only_begins_like_the_command_is_not_its_echo() {
        assert_eq!(place("show version", "show\nother\n"), None);
        assert_eq!(place("show version", "r1# show version detail\n"), None);
        assert_eq!(place("show version", "please show version\n"), None);
    }
}
