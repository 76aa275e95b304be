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

/// Figures of one kind, ours first, beside the best of the others.
#[derive(Clone, Debug, PartialEq)]
pub struct Ratios {
    figures: Vec<f64>,
    best: Option<(String, f64)>,
}

impl Ratios {
    /// Finds the best rival.
    pub fn new<'a>(figures: impl IntoIterator<Item = (&'a str, f64)>, better: Better) -> Self {
        let figures: Vec<_> = figures.into_iter().collect();
        let rivals = figures.iter().skip(1).copied();
        let best = match better {
            Better::Greater => rivals.max_by(|a, b| a.1.total_cmp(&b.1)),
            Better::Smaller => rivals.min_by(|a, b| a.1.total_cmp(&b.1)),
        };
        let best = best.map(|(name, figure)| (name.to_owned(), figure));
        Self { figures: figures.into_iter().map(|(_, figure)| figure).collect(), best }
    }

    /// A figure as a ratio to the best rival's, for a table; empty where nobody else took part.
    pub fn cell(&self, figure: f64) -> String {
        self.best.as_ref().map_or_else(String::new, |(_, best)| format!("{:.2}", figure / best))
    }

    /// Prints whether our ratio to the best rival meets its bar, where there is a rival.
    pub fn verdict(&self, what: &str, bar: Bar) {
        if let Some((name, best)) = &self.best {
            verdict(&format!("{what}, to the best rival's ({name})"), self.figures[0] / best, bar);
        }
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
        let best = |better| Ratios::new(figures, better).best;
        assert_eq!(best(Better::Greater), Some(("c".to_owned(), 3.0)));
        assert_eq!(best(Better::Smaller), Some(("b".to_owned(), 2.0)));
        assert_eq!(Ratios::new([figures[0]], Better::Greater).cell(9.0), "");
        assert_eq!(Ratios::new(figures, Better::Greater).cell(9.0), "3.00");
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
