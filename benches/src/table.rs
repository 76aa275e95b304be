//! Tables in Markdown, figures as ratios to the best rival's, and whether a bar is met.

use std::fmt::Write as _;

/// Which of two figures is the better one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// Such as a rate.
    Greater,
    /// Such as a time.
    Smaller,
}

/// What a figure is held to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bar {
    /// This much, or more.
    AtLeast(f64),
    /// This much, or less.
    AtMost(f64),
}

impl Bar {
    fn is_met(self, figure: f64) -> bool {
        match self {
            Self::AtLeast(bar) => figure >= bar,
            Self::AtMost(bar) => figure <= bar,
        }
    }
}

/// A Markdown table.
#[derive(Clone, Debug)]
pub struct Table(String);

impl Table {
    /// A table with these columns, of which the first holds text and the others figures.
    pub fn new(columns: &[&str]) -> Self {
        let mut table = Self(String::new());
        table.row(columns.iter().map(ToString::to_string));
        table.row((0..columns.len()).map(|column| if column == 0 { "---" } else { "---:" }.to_owned()));
        table
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.0.push('|');
        for cell in cells {
            let _ = write!(self.0, " {cell} |"); // a String takes all that is written to it
        }
        self.0.push('\n');
    }

    /// Prints the table and an empty line.
    pub fn print(&self) {
        println!("{}", self.0);
    }
}

/// The best figure among those behind ours, which comes first, and whose it is; `None` where nobody else took part.
pub fn best_rival<'a>(figures: &[(&'a str, f64)], better: Better) -> Option<(&'a str, f64)> {
    let rivals = figures.iter().skip(1).copied();
    match better {
        Better::Greater => rivals.max_by(|a, b| a.1.total_cmp(&b.1)),
        Better::Smaller => rivals.min_by(|a, b| a.1.total_cmp(&b.1)),
    }
}

/// Prints one line that says whether our figure meets its bar.
pub fn verdict(what: &str, figure: f64, bar: Bar) {
    let (words, limit) = match bar {
        Bar::AtLeast(limit) => ("at least", limit),
        Bar::AtMost(limit) => ("at most", limit),
    };
    let met = if bar.is_met(figure) { "met" } else { "**missed**" };
    println!("- {what}: {figure:.2}; the bar is {words} {limit}: {met}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_rival_is_never_ours() {
        let figures = [("ours", 9.0), ("b", 2.0), ("c", 3.0)];
        assert_eq!(best_rival(&figures, Better::Greater), Some(("c", 3.0)));
        assert_eq!(best_rival(&figures, Better::Smaller), Some(("b", 2.0)));
        assert_eq!(best_rival(&figures[..1], Better::Greater), None);
    }

    #[test]
    fn a_figure_on_its_bar_meets_it() {
        assert!(Bar::AtLeast(1.2).is_met(1.2) && !Bar::AtLeast(1.2).is_met(1.19));
        assert!(Bar::AtMost(1.1).is_met(1.1) && !Bar::AtMost(1.1).is_met(1.11));
    }

    #[test]
    fn a_table_is_markdown() {
        let mut table = Table::new(&["pool", "M/s"]);
        table.row(["linecrew".to_owned(), "5.0".to_owned()]);
        assert_eq!(table.0, "| pool | M/s |\n| --- | ---: |\n| linecrew | 5.0 |\n");
    }
}
