//! The formats of results, each generic over where it writes to.

mod cell;
mod grid;
mod json;
mod raw;
mod rows;
mod safe;
mod sheet;
mod table;

pub(crate) use grid::grid;

use crate::args::Format;
use crate::record::HostRecord;
use std::io::{self, Write};

pub(crate) use rows::Rows;
#[cfg(feature = "lab")]
pub(crate) use safe::safe;

/// Prints hosts in one of the formats.
pub(crate) struct Printer<W> {
    format: Format,
    columns: Vec<String>,
    out: W,
    /// What a table or an array holds back until its end.
    held: Vec<HostRecord>,
}

impl<W: Write> Printer<W> {
    pub(crate) fn new(format: Format, columns: &[String], out: W) -> Self {
        Self { format, columns: columns.to_vec(), out, held: Vec::new() }
    }

    pub(crate) fn format(&self) -> Format {
        self.format
    }

    /// Takes one host.
    pub(crate) fn host(&mut self, record: HostRecord) -> io::Result<()> {
        match self.format {
            Format::Jsonl | Format::Native => json::line(&mut self.out, &record),
            Format::Raw => raw::host(&mut self.out, &record),
            Format::Json | Format::Table => {
                self.held.push(record);
                Ok(())
            }
        }
    }

    /// Prints what was held back.
    pub(crate) fn finish(&mut self) -> io::Result<()> {
        match self.format {
            Format::Json => json::array(&mut self.out, &self.held)?,
            Format::Table => table::hosts(&mut self.out, &self.held, &self.columns)?,
            Format::Jsonl | Format::Native | Format::Raw => {}
        }
        self.out.flush()
    }
}
