//! How a device shows what is typed.

use super::Fault;

/// How far a line that is too long for the screen moves to the left.
const SCROLL: usize = 20;

/// The faults of the echo.
#[derive(Clone, Debug, Default)]
pub(crate) struct EchoStyle {
    lost: bool,
    doubled: bool,
    columns: Option<usize>,
    /// Bytes of the present line at the left that the screen shows no more.
    hidden: usize,
}

impl EchoStyle {
    pub(crate) fn new(faults: &[Fault]) -> Self {
        let columns = faults.iter().filter_map(|fault| match fault {
            Fault::WrappedEcho(columns) => Some(*columns),
            _ => None,
        });
        Self {
            lost: faults.contains(&Fault::LostEcho),
            doubled: faults.contains(&Fault::DoubledEcho),
            columns: columns.min(),
            hidden: 0,
        }
    }

    /// Shows the last byte of `line`, which was typed behind a prompt of so many columns.
    pub(crate) fn typed(&mut self, line: &[u8], prompt: usize, out: &mut Vec<u8>) {
        let Some(&byte) = line.last() else { return };
        if self.lost {
            return;
        }
        out.push(byte);
        // A screen that has no room beside the prompt would scroll with each byte.
        let width = self.columns.map(|columns| columns.saturating_sub(prompt).max(2 * SCROLL));
        let shown = line.len() - self.hidden;
        if width.is_some_and(|width| shown >= width) {
            self.scroll(line, shown, out);
        }
    }

    /// Takes the last byte off the screen.
    pub(crate) fn erased(&mut self, out: &mut Vec<u8>) {
        if !self.lost {
            out.extend_from_slice(b"\x08 \x08");
        }
    }

    /// Shows what else comes at the end of a line, before the line's own end.
    pub(crate) fn ended(&mut self, line: &[u8], out: &mut Vec<u8>) {
        self.hidden = 0;
        if self.doubled && !line.is_empty() {
            out.extend_from_slice(b"\r\n");
            out.extend_from_slice(line);
        }
    }

    fn scroll(&mut self, line: &[u8], shown: usize, out: &mut Vec<u8>) {
        self.hidden += SCROLL;
        let tail = &line[self.hidden + 1..];
        out.extend(std::iter::repeat_n(0x08, shown));
        out.push(b'$');
        out.extend_from_slice(tail);
        out.extend(std::iter::repeat_n(b' ', SCROLL));
        out.extend(std::iter::repeat_n(0x08, SCROLL));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn echo(faults: &[Fault], text: &[u8]) -> Vec<u8> {
        let (mut style, mut out) = (EchoStyle::new(faults), Vec::new());
        for end in 1..=text.len() {
            style.typed(&text[..end], 3, &mut out);
        }
        style.ended(text, &mut out);
        out
    }

    #[test]
    fn an_echo_is_what_was_typed_unless_it_is_lost_or_doubled() {
        assert_eq!(echo(&[], b"show"), b"show");
        assert_eq!(echo(&[Fault::LostEcho], b"show"), b"");
        assert_eq!(echo(&[Fault::DoubledEcho], b"show"), b"show\r\nshow");
    }

    #[test]
    fn a_line_beyond_the_screen_scrolls_sideways() {
        let typed: Vec<u8> = (0..45).map(|at| b'a' + at % 26).collect();
        let expected =
            [&typed[..40], &[0x08; 40], b"$", &typed[21..40], &[b' '; 20], &[0x08; 20], &typed[40..]];
        assert_eq!(echo(&[Fault::WrappedEcho(43)], &typed), expected.concat());
    }
}
