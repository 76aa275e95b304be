//! The words with which a device says that it did not take a command.

use regex::bytes::{Regex, RegexBuilder};
use std::sync::OnceLock;

/// Words of refusal, found in a text in one pass however many they are.
#[derive(Debug)]
pub(crate) struct Indicators {
    texts: Vec<String>,
    /// None where there are no words, and where there are too many for one program.
    any: OnceLock<Option<Regex>>,
}

impl Indicators {
    pub(super) fn new(texts: impl IntoIterator<Item = String>) -> Self {
        let texts: Vec<String> = texts
            .into_iter()
            .map(|text| text.trim_start().to_owned())
            .filter(|text| !text.is_empty())
            .collect();
        Self { texts, any: OnceLock::new() }
    }

    /// Compiles them now, if they are not.
    pub(super) fn warm(&self) {
        self.any();
    }

    /// The words, as the definition has them.
    pub(super) fn texts(&self) -> &[String] {
        &self.texts
    }

    /// Where in the text one of them stands, and which.
    pub(crate) fn find_all<'t>(&'t self, text: &'t str) -> impl Iterator<Item = (usize, &'t str)> {
        let found = self.any().into_iter().flat_map(|any| any.find_iter(text.as_bytes()));
        found.filter_map(|found| {
            let which = self.texts.iter().find(|known| known.as_bytes() == found.as_bytes())?;
            Some((found.start(), which.as_str()))
        })
    }

    fn any(&self) -> Option<&Regex> {
        let compile = || {
            if self.texts.is_empty() {
                return None;
            }
            let any = self.texts.iter().map(|text| regex::escape(text)).collect::<Vec<_>>().join("|");
            RegexBuilder::new(&any).unicode(false).build().ok()
        };
        self.any.get_or_init(compile).as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_found_with_its_place() {
        let indicators =
            Indicators::new(["% Invalid".to_owned(), " syntax (error".to_owned(), String::new()]);
        let found: Vec<_> = indicators.find_all("a\n% Invalid x\n syntax (error\n").collect();
        assert_eq!(found, [(2, "% Invalid"), (15, "syntax (error")]);
        assert_eq!(Indicators::new([]).find_all("x").count(), 0);
    }
}
