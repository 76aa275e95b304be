//! The line with which a device asks for a key before its next page.

use crate::platform::Pattern;
use std::time::Duration;

/// How long a line must stand that may only be the beginning of one of the reply's: it came in pieces, or is the `:` of less.
const QUIET_BEHIND_PIECES: Duration = Duration::from_millis(300);

/// What a pager is answered with: a space shows the next page, and behind the last one, where `more` and `less` stay,
/// `q` ends them.
pub(super) fn answer(line: &str) -> &'static [u8] {
    if is_last_page(line) { b"q" } else { b" " }
}

/// Whether it is the last page that the pager shows.
pub(super) fn is_last_page(line: &str) -> bool {
    line.trim_end().ends_with("(END)")
}

/// `--More--`, `<--- More --->`, `---(more 35%)---`, `-- MORE --, next page: Space`, `--More-- or (q)uit`,
/// `lines 1-23`, `(END)`.
static USUAL: Pattern = Pattern::ours(
    r"^\s*(<?-{2,}\s?\(?more( \d+%)?\)?\s?-{2,}>?[^\n]{0,60}|lines \d+-\d+[^\n]{0,30}|\(END\))\s*$",
);

/// Compiles the usual ones now, if they are not.
pub(super) fn warm() {
    USUAL.warm();
}

/// Whether a line is a pager's, by the platform's own pattern or the usual ones.
pub(super) fn is_pager(own: Option<&Pattern>, line: &str) -> bool {
    // Most lines are told apart here, without a search. A platform's own pager may be as short as the `:` of less.
    let shortest = if own.is_some() { 1 } else { 4 };
    let pattern = own.unwrap_or(&USUAL);
    line.len() >= shortest && pattern.find_at_end(line).is_some()
}

/// How long the line must stand before it is answered.
pub(super) fn quiet(line: &str, trickles: bool) -> Duration {
    if trickles || line.trim().len() < 2 { QUIET_BEHIND_PIECES } else { Duration::ZERO }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_pagers_are_known() {
        for line in [
            " --More-- ",
            "--More--",
            "<--- More --->",
            "---(more 35%)---",
            "---(more)---",
            "-- MORE --, next page: Space, next line: Enter, quit: Control-C",
            "--More-- or (q)uit",
            "lines 1-23",
            "(END)",
        ] {
            assert!(is_pager(None, line), "{line}");
        }
        for line in ["", "r1#", "there is more", "-- more than this: Gi0/1", "lines 1", "--", "deadlines 1-2"]
        {
            assert!(!is_pager(None, line), "{line}");
        }
    }

    #[test]
    fn a_space_goes_on_and_q_ends() {
        assert_eq!((answer(" --More-- "), answer("(END)")), (&b" "[..], &b"q"[..]));
    }

    #[test]
    fn a_platforms_own_pattern_counts_in_place_of_the_usual_ones() {
        let own = Pattern::regex(r"^press space$").unwrap();
        assert!(is_pager(Some(&own), "Press space"));
        assert!(!is_pager(Some(&own), "--More--"));
    }
}
