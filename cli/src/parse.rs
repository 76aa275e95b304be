//! `linecrew parse`: a text that is already there, as a table.

use crate::args::ParseArgs;
use crate::exit::{Ended, Usage, say, written};
use crate::output::Rows;
use crate::parser::{Parser, names};
use linecrew_core::textfsm::{Parser as Found, RowsError};
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

/// Parses the file, or standard input, and prints the rows.
pub(crate) fn run(args: &ParseArgs) -> Result<Ended, Usage> {
    let parser = find(args)?;
    if let Some(column) = args.columns.iter().find(|column| !parser.header().contains(column)) {
        let known = parser.header().join(", ");
        return Err(Usage::new(format!("--columns {column}: there is none; there are: {known}")));
    }
    let text = open(args)?;
    if args.parser.template.is_none() {
        say(format!("parsed by {}", parser.name()));
    }
    let mut rows = Rows::new(args.format, &args.columns, parser.header(), io::stdout().lock());
    match parse(&parser, text, &mut rows) {
        Ok(()) => Ok(Ended::Well),
        Err(Fault::Written(error)) => written(Err(error)).map(|()| Ended::Well),
        Err(Fault::Read(error)) => Err(Usage::new(format!("{}: {error}", name(args)))),
        Err(Fault::Text(what)) => {
            say(format!("{}: {what}", name(args)));
            Ok(Ended::SomeFailed)
        }
    }
}

/// The template that the arguments name, or the one for the platform and the command.
fn find(args: &ParseArgs) -> Result<Found, Usage> {
    let parser = Parser::new(&args.parser, true)?;
    let platforms = args.platform.as_deref().map(names).unwrap_or_default();
    let found = parser.find(&platforms, args.command.as_deref().unwrap_or_default()).map_err(Usage::new)?;
    found.ok_or_else(|| Usage::new("no template is named"))
}

enum Fault {
    Written(io::Error),
    Read(io::Error),
    Text(String),
}

impl From<RowsError> for Fault {
    fn from(error: RowsError) -> Self {
        match error {
            RowsError::Read(error) => Self::Read(error),
            other => Self::Text(other.to_string()),
        }
    }
}

/// Row by row where the template is one; several are joined, which takes all rows.
fn parse(parser: &Found, text: impl BufRead, rows: &mut Rows<impl io::Write>) -> Result<(), Fault> {
    if let Some(template) = parser.template() {
        for row in template.rows(text) {
            rows.row(row.map_err(Fault::from)?).map_err(Fault::Written)?;
        }
    } else {
        let table = parser.parse_text(&whole(text).map_err(Fault::Read)?);
        for row in table.map_err(|error| Fault::Text(error.to_string()))? {
            rows.row(row).map_err(Fault::Written)?;
        }
    }
    rows.finish().map_err(Fault::Written)
}

/// Bytes outside of UTF-8 become U+FFFD.
fn whole(mut text: impl BufRead) -> io::Result<String> {
    let mut bytes = Vec::new();
    text.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn open(args: &ParseArgs) -> Result<Box<dyn BufRead>, Usage> {
    match file(args) {
        None => Ok(Box::new(BufReader::new(io::stdin().lock()))),
        Some(file) => match File::open(file) {
            Ok(file) => Ok(Box::new(BufReader::new(file))),
            Err(error) => Err(Usage::new(format!("{}: {error}", file.display()))),
        },
    }
}

fn file(args: &ParseArgs) -> Option<&Path> {
    args.file.as_deref().filter(|file| *file != Path::new("-"))
}

fn name(args: &ParseArgs) -> String {
    file(args).map_or_else(|| "standard input".to_owned(), |file| file.display().to_string())
}
