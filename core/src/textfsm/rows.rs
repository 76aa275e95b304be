//! The rows of a text that is too long to hold.

use super::engine::Run;
use super::error::ParseError;
use super::line_reader::LineReader;
use super::table::Row;
use super::template::Template;
use std::fmt;
use std::io::{self, BufRead};

/// The rows of a text, each as soon as no later line can change it. See [`Template::rows`].
#[derive(Debug)]
pub struct Rows<'t, R> {
    template: &'t Template,
    run: Run<'t>,
    lines: LineReader<R>,
    /// How many rows may be given away.
    ready: usize,
    is_over: bool,
}

/// Why there are no more rows.
#[derive(Debug)]
#[non_exhaustive]
pub enum RowsError {
    /// The text could not be read, or has a line of more than 64 MiB.
    Read(io::Error),
    /// The template could not be run over it.
    Parse(ParseError),
}

impl Template {
    /// Parses what `reader` gives, and gives the rows one at a time, in memory that does not grow with the text.
    ///
    /// A template with `Fillup` values holds rows back until a later one fills them, or the text ends. Bytes outside
    /// of UTF-8 become U+FFFD. After an error there is nothing more; the rows before it, which
    /// [`parse_text`](Self::parse_text) would have kept to itself, have been given.
    ///
    /// ```
    /// use linecrew_core::textfsm::Template;
    ///
    /// let template = Template::parse("Value MAC (\\S+)\n\nStart\n  ^mac ${MAC} -> Record\n")?;
    /// let text = "mac 00:00:5e:00:53:01\n".repeat(1_000);
    /// let mut count = 0;
    /// for row in template.rows(text.as_bytes()) {
    ///     assert_eq!(row?.text("MAC"), "00:00:5e:00:53:01");
    ///     count += 1;
    /// }
    /// assert_eq!(count, 1_000);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rows<R: BufRead>(&self, reader: R) -> Rows<'_, R> {
        let (run, lines) = (Run::new(self), LineReader::new(reader));
        Rows { template: self, run, lines, ready: 0, is_over: false }
    }
}

impl<R: BufRead> Rows<'_, R> {
    /// Takes the next line.
    fn advance(&mut self) -> Result<(), RowsError> {
        let goes_on = match self.lines.line().map_err(RowsError::Read)? {
            Some(line) => self.run.line(&line).map_err(RowsError::Parse)?,
            None => false,
        };
        if goes_on {
            self.ready = self.run.record().settled();
        } else {
            self.run.end().map_err(RowsError::Parse)?;
            self.is_over = true;
            self.ready = self.run.record().rows();
        }
        Ok(())
    }
}

impl<R: BufRead> Iterator for Rows<'_, R> {
    type Item = Result<Row, RowsError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.ready == 0 && !self.is_over {
            if let Err(error) = self.advance() {
                self.is_over = true;
                return Some(Err(error));
            }
        }
        self.ready = self.ready.checked_sub(1)?;
        let values = self.run.record().pop()?;
        Some(Ok(Row::new(self.template.header.clone(), values)))
    }
}

impl fmt::Display for RowsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(error) => write!(f, "the text cannot be read: {error}"),
            Self::Parse(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for RowsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Read(error) => Some(error),
            Self::Parse(error) => Some(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FILLUP: &str = "Value Required Y ([a-z])\nValue Fillup X (\\d)\n\nStart\n  ^${Y} ${X} -> Record\n  ^${Y} -> Record\n  ^! -> Error \"no\"\n  ^# -> EOF\n";

    fn rows(template: &Template, text: &[u8]) -> Result<Vec<Row>, RowsError> {
        template.rows(text).collect()
    }

    #[test]
    fn a_row_waits_until_it_is_filled() {
        let template = Template::parse(FILLUP).unwrap();
        let lines = "a\nb\nc 1\nd\n".lines().map(|line| format!("{line}\n"));
        let mut given = Vec::new();
        let mut run = Run::new(&template);
        for line in lines {
            run.line(line.trim_end()).unwrap();
            given.push(run.record().settled());
        }
        assert_eq!(given, [0, 0, 3, 3]);
    }

    #[test]
    fn an_error_comes_after_the_rows_before_it() {
        let template = Template::parse(FILLUP).unwrap();
        let mut rows = template.rows("a 1\n!\nb 2\n".as_bytes());
        assert_eq!(rows.next().unwrap().unwrap().text("Y"), "a");
        assert!(matches!(rows.next(), Some(Err(RowsError::Parse(error))) if error.text_line() == 2));
        assert!(rows.next().is_none());
    }

    #[test]
    fn bytes_outside_of_utf_8_are_replaced() {
        let template = Template::parse("Value X (.+)\n\nStart\n  ^${X} -> Record\n").unwrap();
        assert_eq!(rows(&template, b"a\xffb\n").unwrap()[0].text("X"), "a\u{fffd}b");
    }

    #[test]
    fn a_line_that_never_ends_is_an_error() {
        let template = Template::parse(FILLUP).unwrap();
        let endless = io::BufReader::new(io::repeat(b'a'));
        let error = template.rows(endless).next().unwrap().unwrap_err();
        assert_eq!(error.to_string(), "the text cannot be read: a line is longer than 64 MiB");
    }

    /// Gives a byte at a time.
    fn slowly(text: &[u8]) -> impl BufRead {
        io::BufReader::with_capacity(1, text)
    }

    #[test]
    fn lines_end_as_in_the_whole_text() {
        let template = Template::parse("Value X (.*)\n\nStart\n  ^${X}$$ -> Record\n").unwrap();
        let text = "a\rb\r\nc\r\r\n\nd\u{85}e\u{2028}f\u{2027}\u{86}\u{b}g\u{1f}\r";
        let whole = template.parse_text(text).unwrap();
        let lines: Vec<_> = whole.iter().map(|row| row.text("X")).collect();
        assert_eq!(lines, ["a", "b", "c", "", "", "d", "e", "f\u{2027}\u{86}", "g\u{1f}"]);
        assert_eq!(rows(&template, text.as_bytes()).unwrap(), whole.rows());
        let slow: Result<Vec<_>, _> = template.rows(slowly(text.as_bytes())).collect();
        assert_eq!(slow.unwrap(), whole.rows());
    }

    #[test]
    fn a_row_comes_before_what_follows_a_carriage_return() {
        struct Then<'t>(&'t [u8]);
        impl io::Read for Then<'_> {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                unreachable!("it is a BufRead")
            }
        }
        impl BufRead for Then<'_> {
            fn fill_buf(&mut self) -> io::Result<&[u8]> {
                if self.0.is_empty() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(self.0) }
            }
            fn consume(&mut self, count: usize) {
                self.0 = &self.0[count..];
            }
        }
        let template = Template::parse(FILLUP).unwrap();
        let mut rows = template.rows(Then(b"a 1\r"));
        assert_eq!(rows.next().unwrap().unwrap().text("Y"), "a");
        assert!(matches!(rows.next(), Some(Err(RowsError::Read(_)))));
    }

    proptest! {
        #[test]
        fn the_rows_are_those_of_the_whole_text(text in "([a-c]( [12])?[\r\n\u{b}\u{85}]{1,2}|#\n){0,12}") {
            let template = Template::parse(FILLUP).unwrap();
            let whole = template.parse_text(&text).unwrap();
            prop_assert_eq!(rows(&template, text.as_bytes()).unwrap(), whole.rows());
            let slow: Result<Vec<_>, _> = template.rows(slowly(text.as_bytes())).collect();
            prop_assert_eq!(slow.unwrap(), whole.rows());
        }
    }
}
