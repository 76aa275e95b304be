//! The rows of one parsed text.

use super::cell::Cell;
use super::counted::counted;
use super::json;
use super::safe::safe;
use super::sheet::{Sheet, WIDEST_CELL, text_of, width};
use crate::args::TableFormat;
use linecrew_core::textfsm::{Row, Value};
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::io::{self, Write};

/// Prints rows in one of the formats, each as it comes where the format allows it.
pub(crate) struct Rows<W: Write> {
    form: Form<W>,
    columns: Vec<String>,
    /// Whether the user chose the columns.
    is_chosen: bool,
    count: usize,
}

enum Form<W: Write> {
    Table(Vec<Row>, W),
    Json(W),
    Jsonl(W),
    Csv(Box<csv::Writer<W>>),
}

impl<W: Write> Rows<W> {
    /// `columns` are those to print; none means all of the header.
    pub(crate) fn new(format: TableFormat, columns: &[String], header: &[String], out: W) -> Self {
        let form = match format {
            TableFormat::Table => Form::Table(Vec::new(), out),
            TableFormat::Json => Form::Json(out),
            TableFormat::Jsonl => Form::Jsonl(out),
            TableFormat::Csv => Form::Csv(Box::new(csv::Writer::from_writer(out))),
        };
        let is_chosen = !columns.is_empty();
        Self { form, columns: if is_chosen { columns } else { header }.to_vec(), is_chosen, count: 0 }
    }

    /// Takes one row.
    pub(crate) fn row(&mut self, row: Row) -> io::Result<()> {
        let (columns, first) = (&self.columns, self.count == 0);
        self.count += 1;
        match &mut self.form {
            Form::Table(rows, _) => rows.push(row),
            Form::Json(out) => {
                out.write_all(if first { b"[\n  " } else { b",\n  " })?;
                json::unended(out, &Chosen { row: &row, columns })?;
            }
            Form::Jsonl(out) => {
                json::value(out, &Chosen { row: &row, columns })?;
            }
            Form::Csv(out) => {
                if first {
                    out.write_record(columns)?;
                }
                out.write_record(
                    columns
                        .iter()
                        .map(|column| safe(&row.get(column).map(csv_cell).unwrap_or_default()).into_owned()),
                )?;
            }
        }
        Ok(())
    }

    /// Prints what was held back, and what stands at the end.
    pub(crate) fn finish(&mut self) -> io::Result<()> {
        match &mut self.form {
            Form::Table(rows, out) => {
                table(out, rows, &self.columns, self.is_chosen)?;
                out.flush()
            }
            Form::Json(out) => {
                out.write_all(if self.count == 0 { b"[]\n" } else { b"\n]\n" })?;
                out.flush()
            }
            Form::Jsonl(out) => out.flush(),
            Form::Csv(out) => {
                if self.count == 0 {
                    out.write_record(&self.columns)?;
                }
                out.flush()
            }
        }
    }
}

fn table(out: &mut impl Write, rows: &[Row], columns: &[String], is_chosen: bool) -> io::Result<()> {
    let mut sheet = Sheet::new(columns.iter().map(String::as_str));
    for row in rows {
        sheet.row(columns.iter().map(|column| Cell::new(&row.get(column).map(text_of).unwrap_or_default())));
    }
    let shown = if is_chosen { usize::MAX } else { sheet.columns_that_fit(width(), 1) };
    let left_out = sheet.print(out, shown, WIDEST_CELL)?;
    if left_out > 0 {
        writeln!(out, "({left_out} more columns: choose with --columns, or see all with --format json)")?;
    }
    writeln!(out, "\n{}", counted(sheet.len(), "row"))
}

/// A text as it is; a list or map, which no cell can hold, as JSON.
pub(super) fn csv_cell(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::None => String::new(),
        // Values have nothing that JSON lacks.
        Value::List(_) | Value::Map(_) => serde_json::to_string(value).unwrap_or_default(),
    }
}

/// The chosen columns of a row, as an object.
struct Chosen<'r> {
    row: &'r Row,
    columns: &'r [String],
}

impl Serialize for Chosen<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.columns.len()))?;
        for column in self.columns {
            map.serialize_entry(column, &self.row.get(column))?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use linecrew_core::textfsm::Template;

    const TEMPLATE: &str = "Value NAME (\\w+)\nValue List ITEM (\\S+)\n\nStart\n  ^${NAME}: ${ITEM} -> Continue\n  ^.* ${ITEM}$$ -> Record\n";

    fn printed(format: TableFormat, columns: &[&str], text: &str) -> String {
        let template = Template::parse(TEMPLATE).unwrap();
        let columns: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
        let mut out = Vec::new();
        let mut rows = Rows::new(format, &columns, template.header(), &mut out);
        for row in template.parse_text(text).unwrap() {
            rows.row(row).unwrap();
        }
        rows.finish().unwrap();
        drop(rows);
        String::from_utf8(out).unwrap()
    }

    const TEXT: &str = "a: 1 2\nb: \"x\" ,y\n";

    #[test]
    fn every_format_has_every_value() {
        assert_eq!(
            printed(TableFormat::Table, &[], TEXT),
            "NAME  ITEM\na     1 2\nb     \"x\" ,y\n\n2 rows\n"
        );
        assert_eq!(
            printed(TableFormat::Json, &[], TEXT),
            "[\n  {\"NAME\":\"a\",\"ITEM\":[\"1\",\"2\"]},\n  {\"NAME\":\"b\",\"ITEM\":[\"\\\"x\\\"\",\",y\"]}\n]\n"
        );
        assert_eq!(
            printed(TableFormat::Jsonl, &["ITEM"], TEXT),
            "{\"ITEM\":[\"1\",\"2\"]}\n{\"ITEM\":[\"\\\"x\\\"\",\",y\"]}\n"
        );
        assert_eq!(
            printed(TableFormat::Csv, &[], TEXT),
            "NAME,ITEM\na,\"[\"\"1\"\",\"\"2\"\"]\"\nb,\"[\"\"\\\"\"x\\\"\"\"\",\"\",y\"\"]\"\n"
        );
    }

    #[test]
    fn no_rows_are_a_heading_or_an_empty_array() {
        assert_eq!(printed(TableFormat::Table, &[], ""), "NAME  ITEM\n\n0 rows\n");
        assert_eq!(printed(TableFormat::Json, &[], ""), "[]\n");
        assert_eq!(printed(TableFormat::Jsonl, &[], ""), "");
        assert_eq!(printed(TableFormat::Csv, &["NAME"], ""), "NAME\n");
    }
}
