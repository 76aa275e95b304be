//! The formats of results, each generic over where it writes to.

mod cell;
mod counted;
mod files;
mod grid;
mod grouped;
mod json;
mod raw;
mod rows;
mod safe;
mod sheet;
mod sheets;
mod table;
#[cfg(test)]
mod testing;

pub(crate) use counted::counted;
pub(crate) use files::Files;
pub(crate) use grid::grid;

use crate::args::Format;
use crate::record::HostRecord;
use std::io::{self, Write};

pub(crate) use rows::Rows;
pub(crate) use safe::safe;

/// Prints hosts in one of the formats.
pub(crate) struct Printer<W> {
    format: Format,
    columns: Vec<String>,
    out: W,
    /// What a table or an array holds back until its end.
    held: Vec<HostRecord>,
    is_parsing: bool,
    colours: bool,
    /// Whether CSV has its heading.
    has_heading: bool,
    files: Option<Files>,
}

impl<W: Write> Printer<W> {
    pub(crate) fn new(format: Format, columns: &[String], out: W) -> Self {
        let columns = columns.to_vec();
        let (held, is_parsing, colours, has_heading, files) = (Vec::new(), false, false, false, None);
        Self { format, columns, out, held, is_parsing, colours, has_heading, files }
    }

    /// Where it prints to.
    pub(crate) fn out(&mut self) -> &mut W {
        &mut self.out
    }

    /// Says that replies are parsed by templates, so that CSV has their columns.
    pub(crate) fn parsing(mut self, is_parsing: bool) -> Self {
        self.is_parsing = is_parsing;
        self
    }

    /// Says whether there may be colours.
    pub(crate) fn colours(mut self, colours: bool) -> Self {
        self.colours = colours;
        self
    }

    /// Writes each host to a file of its own, and prints only which.
    pub(crate) fn files(mut self, files: Option<Files>) -> Self {
        self.files = files;
        self
    }

    /// Whether hosts are printed as they complete, in whatever order that is.
    pub(crate) fn is_as_completed(&self) -> bool {
        matches!(self.format, Format::Jsonl | Format::Native)
    }

    /// Takes one host.
    pub(crate) fn host(&mut self, record: HostRecord) -> io::Result<()> {
        if let Some(files) = &mut self.files {
            return files.host(record, self.is_parsing);
        }
        match self.format {
            Format::Jsonl | Format::Native => json::line(&mut self.out, &record),
            Format::Raw => raw::host(&mut self.out, &record),
            Format::Csv if !self.is_parsing || !self.columns.is_empty() => self.csv(&record),
            Format::Csv | Format::Json | Format::Table | Format::Grouped => {
                self.held.push(record);
                Ok(())
            }
        }
    }

    /// Prints what was held back.
    pub(crate) fn finish(&mut self) -> io::Result<()> {
        if let Some(files) = &self.files {
            files.finish(&mut self.out)?;
            return self.out.flush();
        }
        match self.format {
            Format::Json => json::array(&mut self.out, &self.held)?,
            Format::Table => table::hosts(&mut self.out, &self.held, &self.columns)?,
            Format::Grouped => {
                let look = grouped::Look { columns: &self.columns, colours: self.colours };
                grouped::hosts(&mut self.out, &self.held, &look)?;
            }
            Format::Csv => self.held_csv()?,
            Format::Jsonl | Format::Native | Format::Raw => {}
        }
        self.out.flush()
    }

    fn csv(&mut self, record: &HostRecord) -> io::Result<()> {
        let columns = self.is_parsing.then_some(self.columns.as_slice());
        if !std::mem::replace(&mut self.has_heading, true) {
            sheets::heading(&mut self.out, columns)?;
        }
        sheets::host(&mut self.out, record, columns)
    }

    /// The columns are known once all hosts are.
    fn held_csv(&mut self) -> io::Result<()> {
        let held = std::mem::take(&mut self.held);
        if self.columns.is_empty() {
            self.columns = sheets::all_columns(&held);
        }
        held.iter().try_for_each(|record| self.csv(record))
    }
}
