//! A device's bytes as lines on a terminal: what a person would see, one line at a time.
//!
//! The state survives from one read to the next, so the same bytes give the same lines however they are cut. Lines
//! that have ended are final: of cursor movements between lines only those that redraw the current one count.

use super::room::make_text_room;
use std::borrow::Cow;
use std::ops::Range;

/// No prompt is longer, and a longer line is not looked at.
const LONGEST_PROMPT: usize = 512;

/// How far a cursor movement may go beyond the text: a few bytes must not make a line of megabytes.
const WIDEST: usize = 4096;

/// `more` fills its last page up to the height of the screen; no device writes as many blank lines itself.
const LEAST_PADDING: usize = 10;

#[derive(Debug, Default)]
pub(crate) struct Terminal {
    text: String,
    /// Where the last ended line begins, and where it ends.
    last_line: usize,
    next_line: usize,
    line: Vec<char>,
    column: usize,
    state: State,
    /// The bytes of a character that is not whole yet.
    partial: Vec<u8>,
    /// A pager was on the current line: what it left is blanks.
    erased: bool,
    /// What was written on the current line in all, from where some of it was first written over.
    typed: Option<String>,
    /// The same of lines that have ended, each with the place where its line begins in the text.
    rewritten: Vec<(usize, String)>,
    /// How many bytes came since the text was forgotten, and at which of them lines ended, where that is of interest.
    fed: usize,
    line_ends: Option<Vec<usize>>,
    /// Blank lines with which a pager filled its last page.
    padding: Vec<Range<usize>>,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Ground,
    Escape,
    /// `ESC (` and the like: one final byte follows.
    Designation,
    /// `ESC [`: the first parameter so far, and whether it is the one being read.
    Control {
        parameter: Option<usize>,
        first: bool,
    },
    /// `ESC ]` and other strings, up to BEL or `ESC \`.
    Text,
    TextEscape,
}

impl Terminal {
    pub(crate) fn feed(&mut self, mut bytes: &[u8]) {
        // Most of it is text that stands there as it came.
        make_text_room(&mut self.text, bytes.len());
        while let Some(&byte) = bytes.first() {
            if let Some(taken) = self.whole_line(bytes) {
                bytes = &bytes[taken..];
                continue;
            }
            let run = bytes.iter().take_while(|byte| is_plain(**byte)).count();
            if run > 0 && matches!(self.state, State::Ground) && self.partial.is_empty() {
                self.fed += run;
                self.put_run(&bytes[..run]);
                bytes = &bytes[run..];
            } else {
                self.fed += 1;
                self.step(byte);
                bytes = &bytes[1..];
            }
        }
    }

    /// Takes a line of plain text at the head of some bytes, and gives how many that were: most of a reply is such lines,
    /// which need no emulation.
    fn whole_line(&mut self, bytes: &[u8]) -> Option<usize> {
        let is_fresh = self.line.is_empty() && self.column == 0 && !self.erased && self.partial.is_empty();
        if !is_fresh || !matches!(self.state, State::Ground) || self.typed.is_some() {
            return None;
        }
        let end = memchr::memchr(b'\n', bytes)?;
        let line = bytes[..end].strip_suffix(b"\r").unwrap_or(&bytes[..end]);
        if !are_plain(line) {
            return None;
        }
        self.text.push_str(std::str::from_utf8(line).ok()?);
        self.fed += end + 1;
        self.line_has_ended();
        Some(end + 1)
    }

    /// The lines that have ended, each with its line end.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The last line that has ended.
    pub(crate) fn last_line(&self) -> &str {
        self.text[self.last_line..self.next_line].trim_end_matches('\n')
    }

    /// Whether anything stands on the line with the cursor.
    pub(crate) fn has_line(&self) -> bool {
        !self.line.is_empty()
    }

    /// The line with the cursor, without blanks to the right of it; empty where no prompt is as long.
    pub(crate) fn line(&self) -> String {
        if self.line.len() > LONGEST_PROMPT {
            return String::new();
        }
        self.visible().iter().collect()
    }

    /// What was written on a line that has ended, in order, where some of it was written over; `start` is where the line
    /// begins in the text.
    pub(crate) fn typed(&self, start: usize) -> Option<&str> {
        let at = self.rewritten.binary_search_by_key(&start, |(start, _)| *start).ok()?;
        Some(&self.rewritten[at].1)
    }

    /// Behind how many of the bytes since the text was forgotten each line ended, since
    /// [`note_line_ends`](Self::note_line_ends).
    pub(crate) fn line_ends(&self) -> &[usize] {
        self.line_ends.as_deref().unwrap_or_default()
    }

    /// Takes note of where lines end, until the text is forgotten.
    pub(crate) fn note_line_ends(&mut self) {
        self.line_ends = Some(Vec::new());
    }

    /// Forgets the lines that have ended; the current one stays.
    pub(crate) fn forget_text(&mut self) {
        self.text.clear();
        self.rewritten.clear();
        self.padding.clear();
        self.fed = 0;
        self.line_ends = None;
        (self.last_line, self.next_line) = (0, 0);
    }

    /// Takes what is on the current line away, as a pager does when it is answered.
    pub(crate) fn erase_line(&mut self) {
        self.line.clear();
        self.column = 0;
        self.typed = None;
        self.erased = true;
    }

    /// Takes the blank lines at the end for what a pager filled its last page with, if they are many.
    pub(crate) fn note_padding(&mut self) {
        let start = self.text.trim_end_matches('\n').len() + 1;
        if self.text.len() > start + LEAST_PADDING {
            self.padding.push(start..self.text.len());
        }
    }

    /// Forgets the lines before `end`, where one ends: while they are few that costs nothing, and whoever takes the text later
    /// need not move it.
    pub(crate) fn forget_head(&mut self, end: usize) {
        self.text.drain(..end);
        (self.last_line, self.next_line) =
            (self.last_line.saturating_sub(end), self.next_line.saturating_sub(end));
        self.rewritten.retain_mut(|(start, _)| {
            let stays = *start >= end;
            *start = start.saturating_sub(end);
            stays
        });
    }

    /// The text from `start`, where a line begins; the terminal forgets all of it. `None` where a pager's padding is in it.
    pub(crate) fn take_text(&mut self, start: usize) -> Option<String> {
        if !self.padding.is_empty() {
            return None;
        }
        let mut text = std::mem::take(&mut self.text);
        text.drain(..start);
        text.shrink_to_fit();
        self.forget_text();
        Some(text)
    }

    /// A part of the text without a pager's padding.
    pub(crate) fn text_of(&self, place: Range<usize>) -> Cow<'_, str> {
        let inside =
            self.padding.iter().filter(|padding| place.start <= padding.start && padding.end <= place.end);
        let mut inside = inside.peekable();
        if inside.peek().is_none() {
            return Cow::Borrowed(&self.text[place]);
        }
        let (mut out, mut at) = (String::new(), place.start);
        for padding in inside {
            out.push_str(&self.text[at..padding.start]);
            at = padding.end;
        }
        out.push_str(&self.text[at..place.end]);
        Cow::Owned(out)
    }

    /// Takes the current line for read: what the device adds to it comes on a line that is empty so far, and in the text
    /// still stands behind it.
    pub(crate) fn take_line(&mut self) {
        self.text.extend(&self.line);
        self.line.clear();
        self.column = 0;
        self.typed = None;
    }

    fn end_line(&mut self) {
        let cells = if self.erased { trimmed(self.visible()) } else { self.line.len() };
        self.text.extend(&self.line[..cells]);
        self.rewritten.extend(self.typed.take().map(|typed| (self.next_line, typed)));
        self.line.clear();
        self.column = 0;
        self.erased = false;
        self.line_has_ended();
    }

    fn line_has_ended(&mut self) {
        self.text.push('\n');
        self.line_ends.iter_mut().for_each(|ends| ends.push(self.fed));
        self.last_line = self.next_line;
        self.next_line = self.text.len();
    }

    fn visible(&self) -> &[char] {
        let column = self.column.min(self.line.len());
        if self.line[column..].iter().all(|c| *c == ' ') { &self.line[..column] } else { &self.line }
    }

    /// Whether the cursor stands before the end of what is on its line, as behind a carriage return.
    pub(crate) fn is_back(&self) -> bool {
        self.column < self.visible().len()
    }

    fn step(&mut self, byte: u8) {
        match self.state {
            State::Ground => self.ground(byte),
            State::Escape => self.state = self.escape(byte),
            State::Designation => self.state = State::Ground,
            State::Control { parameter, first } => self.control(byte, parameter, first),
            State::Text => match byte {
                0x07 => self.state = State::Ground,
                0x1b => self.state = State::TextEscape,
                // A device that never ends its string must not swallow all that follows.
                b'\n' => {
                    self.state = State::Ground;
                    self.end_line();
                }
                _ => {}
            },
            State::TextEscape => self.state = if byte == b'\\' { State::Ground } else { State::Text },
        }
    }

    fn ground(&mut self, byte: u8) {
        if byte >= 0x80 {
            return self.part_of_character(byte);
        }
        self.end_character();
        match byte {
            b'\n' => self.end_line(),
            b'\r' => self.column = 0,
            0x08 => self.column = self.column.saturating_sub(1),
            0x1b => self.state = State::Escape,
            byte if is_plain(byte) => self.put(char::from(byte)),
            // NUL, BEL and the other controls show nothing.
            _ => {}
        }
    }

    fn escape(&mut self, byte: u8) -> State {
        match byte {
            b'[' => return State::Control { parameter: None, first: true },
            b']' | b'P' | b'X' | b'^' | b'_' => return State::Text,
            b'\x1b' => return State::Escape,
            0x20..=0x2f => return State::Designation,
            // Next line: some switches end their lines so.
            b'E' => self.end_line(),
            _ => {}
        }
        State::Ground
    }

    fn control(&mut self, byte: u8, parameter: Option<usize>, first: bool) {
        self.state = match byte {
            b'0'..=b'9' if first => {
                let digit = usize::from(byte - b'0');
                let value = parameter.unwrap_or(0).saturating_mul(10).saturating_add(digit);
                State::Control { parameter: Some(value.min(WIDEST)), first }
            }
            b';' => State::Control { parameter, first: false },
            0x1b => State::Escape,
            0x40..=0x7e => {
                self.apply(byte, parameter);
                State::Ground
            }
            // A control character inside a sequence acts as if it stood before it.
            b'\r' | b'\n' | 0x08 => {
                self.ground(byte);
                State::Control { parameter, first }
            }
            // Further parameters and intermediate bytes change nothing that is applied.
            _ => State::Control { parameter, first },
        };
    }

    fn apply(&mut self, action: u8, parameter: Option<usize>) {
        let count = parameter.unwrap_or(1).max(1);
        match action {
            b'C' => self.column = (self.column + count).min(WIDEST.max(self.line.len())),
            b'D' => self.column = self.column.saturating_sub(count),
            b'G' => self.column = count - 1,
            // To another place of the screen: what follows is drawn over the line from its head.
            b'H' | b'f' => self.column = 0,
            b'K' | b'J' => self.erase(parameter.unwrap_or(0)),
            b'P' => self.delete(count),
            _ => {}
        }
    }

    fn erase(&mut self, part: usize) {
        let column = self.column.min(self.line.len());
        match part {
            0 => self.line.truncate(column),
            1 => self.line[..column].fill(' '),
            _ => self.line.clear(),
        }
    }

    fn delete(&mut self, count: usize) {
        let column = self.column.min(self.line.len());
        let end = (column + count).min(self.line.len());
        self.line.drain(column..end);
    }

    fn put_run(&mut self, run: &[u8]) {
        if self.column == self.line.len() && self.typed.is_none() {
            self.line.extend(run.iter().map(|byte| char::from(*byte)));
            self.column = self.line.len();
        } else {
            for byte in run {
                self.put(char::from(*byte));
            }
        }
    }

    fn put(&mut self, c: char) {
        if self.column > self.line.len() {
            self.line.resize(self.column, ' ');
        }
        if self.column < self.line.len() && self.typed.is_none() {
            self.typed = Some(self.line.iter().collect());
        }
        self.typed.iter_mut().for_each(|typed| typed.push(c));
        match self.line.get_mut(self.column) {
            Some(cell) => *cell = c,
            None => self.line.push(c),
        }
        self.column += 1;
    }

    fn part_of_character(&mut self, byte: u8) {
        self.partial.push(byte);
        while !self.partial.is_empty() {
            match std::str::from_utf8(&self.partial) {
                Ok(whole) => {
                    // Of the controls U+0080 to U+009F some begin a sequence on the user's terminal.
                    let character = whole.chars().next().filter(|c| !c.is_control());
                    self.partial.clear();
                    if let Some(c) = character {
                        self.put(c);
                    }
                }
                Err(error) => match error.error_len() {
                    None => return,
                    Some(bad) => {
                        self.partial.drain(..bad);
                        self.put(char::REPLACEMENT_CHARACTER);
                    }
                },
            }
        }
    }

    /// A character that was begun and not ended is none.
    fn end_character(&mut self) {
        if !self.partial.is_empty() {
            self.partial.clear();
            self.put(char::REPLACEMENT_CHARACTER);
        }
    }
}

/// How many cells there are before the blanks at the end.
fn trimmed(cells: &[char]) -> usize {
    cells.iter().rposition(|c| *c != ' ').map_or(0, |last| last + 1)
}

fn is_plain(byte: u8) -> bool {
    byte == b'\t' || (0x20..0x7f).contains(&byte)
}

/// Whether all are. Within a piece there is no branch for a byte, so that the processor looks at many at once.
fn are_plain(bytes: &[u8]) -> bool {
    bytes.chunks(64).all(|piece| piece.iter().fold(true, |plain, byte| plain & is_plain(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(bytes: &[u8]) -> String {
        let mut terminal = Terminal::default();
        terminal.feed(bytes);
        format!("{}{}", terminal.text(), terminal.line())
    }

    #[test]
    fn carriage_return_and_backspace_overwrite() {
        assert_eq!(shown(b"abc\rX\r\nshow\x08\x08ip\x08 \x08\r\n"), "Xbc\nshi \n");
        assert_eq!(shown(b"a\r\r\nb\n\rc"), "a\nb\nc");
    }

    #[test]
    fn controls_and_escape_sequences_show_nothing() {
        assert_eq!(
            shown(b"\0a\x07\x1b[1;31mb\x1b[0m\x1b(B\x1b=\x1b]0;title\x07c\x1b]2;t\x1b\\d\x1b[?25h"),
            "abcd"
        );
        assert_eq!(shown("a\u{9b}31mb\u{85}\u{a0}c".as_bytes()), "a31mb\u{a0}c");
    }

    #[test]
    fn the_line_is_erased_and_the_cursor_moved_as_told() {
        assert_eq!(shown(b"--More--\r\x1b[Kr1#"), "r1#");
        assert_eq!(shown(b"abc\x1b[2D\x1b[K"), "a");
        assert_eq!(shown(b"r1#\x1b[3Cx\x1b[1Gy"), "y1#   x");
        assert_eq!(shown(b"abcd\x1b[3D\x1b[Px"), "axd");
        assert_eq!(shown(b"abc\x1b[2K\x1b[24;1Hr1#"), "r1#");
    }

    #[test]
    fn frrs_pager_leaves_nothing() {
        let mut terminal = Terminal::default();
        terminal.feed(b"one\r\n --More-- ");
        terminal.erase_line();
        terminal.feed(b"\0\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08          \x08\x08\x08\x08\x08\x08\x08\x08\x08\x08two\r\n");
        assert_eq!(terminal.text(), "one\ntwo\n");
    }

    #[test]
    fn blanks_right_of_the_cursor_are_not_part_of_a_prompt() {
        assert_eq!(shown(b"          \x08\x08\x08\x08\x08\x08\x08\x08\x08\x08r1# "), "r1# ");
        assert_eq!(shown(b"blanks at the end stay  \r\n"), "blanks at the end stay  \n");
    }

    #[test]
    fn a_line_that_was_taken_goes_on_in_the_text_and_begins_anew_on_the_terminal() {
        let mut terminal = Terminal::default();
        terminal.feed(b"one\r\nSure? ");
        terminal.take_line();
        assert_eq!((terminal.line().as_str(), terminal.last_line()), ("", "one"));
        terminal.feed(b"yes\r\nr1#");
        assert_eq!(terminal.text(), "one\nSure? yes\n");
        assert_eq!((terminal.line().as_str(), terminal.last_line()), ("r1#", "Sure? yes"));
    }

    #[test]
    fn the_padding_of_a_last_page_is_cut_out() {
        let mut terminal = Terminal::default();
        terminal.feed(b"one\r\n\r\n");
        terminal.note_padding();
        terminal.feed(&b"\r\n".repeat(20));
        terminal.note_padding();
        terminal.feed(b"end\r\n");
        let all = 0..terminal.text().len();
        assert_eq!(terminal.text_of(all), "one\nend\n");
        assert_eq!(terminal.text_of(0..4), "one\n");
    }

    #[test]
    fn what_was_written_over_is_still_known() {
        let mut terminal = Terminal::default();
        terminal.feed(b"plain\r\nr1# show inter \rfaces\r\nr1# ");
        assert_eq!(terminal.text(), "plain\nfaceshow inter \n");
        assert_eq!((terminal.typed(0), terminal.typed(6)), (None, Some("r1# show inter faces")));
    }

    #[test]
    fn the_bytes_at_which_lines_end_are_told_where_they_are_asked_for() {
        let mut terminal = Terminal::default();
        terminal.feed(b"before\r\n");
        terminal.forget_text();
        terminal.note_line_ends();
        terminal.feed(b"one\r\n\xc3\xa9\r\nr1#");
        assert_eq!(terminal.line_ends(), [5, 9]);
    }

    #[test]
    fn invalid_utf8_becomes_replacement_characters() {
        assert_eq!(shown(b"a\xffb\xc3\xa9\xe2\x82c\xf0\x9f\n\xc3"), "a\u{fffd}b\u{e9}\u{fffd}c\u{fffd}\n");
    }

    #[test]
    fn a_few_bytes_do_not_make_a_huge_line() {
        let mut terminal = Terminal::default();
        for _ in 0..100 {
            terminal.feed(b"\x1b[99999999999999999999999C");
        }
        terminal.feed(b"x");
        assert!(terminal.line.len() <= WIDEST + 1);
    }

    #[test]
    fn a_line_longer_than_any_prompt_is_not_looked_at() {
        let mut terminal = Terminal::default();
        terminal.feed(&[b'x'; LONGEST_PROMPT + 1]);
        assert_eq!(terminal.line(), "");
        terminal.feed(b"\n");
        assert_eq!(terminal.text().len(), LONGEST_PROMPT + 2);
    }

    fn terminal_bytes() -> impl Strategy<Value = Vec<u8>> {
        let pieces = prop_oneof![
            any::<u8>().prop_map(|byte| vec![byte]),
            "[a-z# \r\n\x08\x1b]{0,8}".prop_map(String::into_bytes),
            "\x1b\\[[0-9;]{0,4}[A-Zmh]".prop_map(String::into_bytes),
            "\\PC{1,3}".prop_map(String::into_bytes),
        ];
        proptest::collection::vec(pieces, 0..60).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn lines_do_not_depend_on_how_the_bytes_are_cut(bytes in terminal_bytes(), cut in 1_usize..7) {
            let mut terminal = Terminal::default();
            bytes.chunks(cut).for_each(|chunk| terminal.feed(chunk));
            prop_assert_eq!(format!("{}{}", terminal.text(), terminal.line()), shown(&bytes));
        }
    }
}
