//! Inputs of several lines, such as a banner: the device shows no prompt before the last of them.

use super::definition::{MultiLineDefinition, Origin, pattern};
use super::error::PlatformError;
use super::pattern::Pattern;

/// How an input of several lines begins, and what ends it.
#[derive(Debug)]
pub(crate) struct MultiLine {
    start: Pattern,
    end: Option<String>,
}

impl MultiLine {
    pub(super) fn compile_all(
        definitions: Vec<MultiLineDefinition>,
        origin: Origin<'_>,
    ) -> Result<Vec<Self>, PlatformError> {
        let compile = |definition: MultiLineDefinition| {
            Ok(Self { start: pattern(&definition.start_pattern, origin)?, end: definition.end })
        };
        definitions.into_iter().map(compile).collect()
    }

    /// The text that the input's last line holds, where `line` begins such an input and does not end it itself.
    pub(crate) fn end_of(&self, line: &str) -> Option<String> {
        let group = self.start.first_group(line)?;
        let end = self.end.clone().unwrap_or(group);
        // `banner motd ^C hello ^C` is whole.
        let is_whole = end.is_empty() || line.matches(end.as_str()).count() > usize::from(self.end.is_none());
        (!is_whole).then_some(end)
    }
}

#[cfg(test)]
mod tests {
    use crate::platform::Platform;

    #[test]
    fn a_banner_ends_with_its_delimiter() {
        let platform = Platform::builtin("cisco_iosxe").unwrap();
        let end = |line: &str| platform.multi_line.iter().find_map(|input| input.end_of(line));
        assert_eq!(end("banner motd ^"), Some("^".to_owned()));
        assert_eq!(end("banner login #Keep out"), Some("#".to_owned()));
        assert_eq!(end("banner motd ^C hello ^C"), None);
        assert_eq!(end("no banner motd"), None);
        assert_eq!(end("interface Gi1"), None);
    }
}
