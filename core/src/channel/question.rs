//! A question that a device asks in place of a prompt.

use super::login::is_password_prompt;
use crate::platform::Pattern;

/// `Proceed with reload? [confirm]`, `Are you sure? (y/n)`, `[yes/no]:`, `[Y/N]`, `Continue? [no]: `,
/// `Destination filename [startup-config]?`.
static ASKED: Pattern = Pattern::ours(
    r"(\[confirm\]|[\[(](y(es)?\s?[/|,]\s?n(o)?([/|,]\s?[a-z]+)*|n/y)[\])]([^\w\n]{0,4}(\[(y(es)?|no?|cancel)\])?)|\?\s?[\[(][^\n\[\]()]{0,80}[\])]|[\])]\s?\?)\s?[:?]?\s?$",
);

/// Compiles it now, if it is not.
pub(super) fn warm() {
    ASKED.warm();
}

/// Whether a line asks for an answer.
pub(super) fn is_asked(line: &str) -> bool {
    let line = line.trim();
    line.len() > 3 && (ASKED.find_at_end(line).is_some() || is_password_prompt(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_questions_are_known() {
        for line in [
            "Proceed with reload? [confirm]",
            "Are you sure you want to continue? (y/n) ",
            "System configuration has been modified. Save? [yes/no]: ",
            "Do you wish to proceed with this command (y/n)?[n]",
            "Destination filename [startup-config]? ",
            "Uncommitted changes found, commit them before exiting(yes/no/cancel)? [cancel]:",
            "The current configuration will be written to the device. Are you sure? [Y/N]:",
            "Delete filename [flash:x]?",
            "Continue? [no]: ",
            "Password: ",
        ] {
            assert!(is_asked(line), "{line}");
        }
        for line in ["r1#", "Building configuration...", "[OK]", "100 packets (5 lost)", "a [b]", ""] {
            assert!(!is_asked(line), "{line}");
        }
    }
}
