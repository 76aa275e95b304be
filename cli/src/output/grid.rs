//! Rows in columns, for people: the last column as wide as it is.

use super::safe::safe;
use std::io::{self, Write};

/// Between two columns.
const GAP: usize = 2;

/// Prints rows of equally many cells, without blanks at the end of a line.
pub(crate) fn grid<const COLUMNS: usize>(out: &mut impl Write, rows: &[[String; COLUMNS]]) -> io::Result<()> {
    let widths: [usize; COLUMNS] =
        std::array::from_fn(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0));
    for row in rows {
        let cells = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{:<width$}", safe(cell), width = width + GAP));
        writeln!(out, "{}", cells.collect::<String>().trim_end())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other() {
        let row = |cells: [&str; 2]| cells.map(str::to_owned);
        let mut out = Vec::new();
        grid(&mut out, &[row(["name", "cisco"]), row(["", "\u{e9}\u{1b}[2J"]), row(["a", ""])]).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "name  cisco\n      \u{e9}\u{fffd}[2J\na\n");
    }
}
