//! The words of a login dialogue, as devices of all kinds write them.

use crate::platform::Pattern;

pub(super) struct Usual {
    pub(super) username: Pattern,
    pub(super) password: Pattern,
    pub(super) change: Pattern,
    pub(super) decline: Pattern,
    pub(super) agree: Pattern,
    key: Pattern,
    refusal: Pattern,
}

pub(super) static USUAL: Usual = Usual {
    // `Username:`, `login:`, `r1 login:`, `User name:`, `User:`, `Login name:`, `login as:`, `>>User name:`.
    username: Pattern::ours(r"^>{0,2}(\S{1,64} |please enter )?(user ?name|user|login( name| as)?) ?: ?$"),
    // `Password:`, `admin@r1's password:`, `Password for admin:`, `Enter PASSCODE:`, `Enable Password:`.
    password: Pattern::ours(r"^[^:]{0,80}\b(password|passcode)( for [^\s:]{1,64})? ?: ?$"),
    // `New password:`, `Enter old password:`, `Retype new password:`, `(current) UNIX password:`.
    change: Pattern::ours(
        r"^[^:]{0,40}\b(new|old|current|retype|re-enter|confirm)\b[^:]{0,30}\bpassword[^:]{0,20}: ?$",
    ),
    // `The password needs to be changed. Change now? [Y/N]:`, `Do you want to see the software license? [Y/n]:`.
    decline: Pattern::ours(r"\b(change|license)\b.{0,60}[\[(]y(es)?/no?[\])]\s?:?\s?$"),
    // `Do you accept? [y/n]`, `I agree (yes/no):`, `Type 'yes' to continue:`, `Continue? [Y]`.
    agree: Pattern::ours(
        r"\b(accept|agree|acknowledge|consent|understand|continue|proceed)\b.{0,60}[\[(]y(es)?(/no?)?[\])]\s?[:?]?\s?$|\b(type|enter|press) \W?y(es)?\W? to (accept|agree|acknowledge|consent|continue|proceed)\b.{0,40}$",
    ),
    key: Pattern::ours(r"\b(press|hit|strike)\b.{0,20}\b(return|enter|any key|a key)\b.{0,60}$"),
    refusal: Pattern::ours(
        r"^\s*(%+ ?|error: ?)?(login (invalid|incorrect|failed)|invalid (login|user|password|credentials)\b.{0,40}|bad (enable )?(passwords?|secrets)\b.{0,40}|(user )?authentication (failed|failure|rejected)|error in authentication|access (is )?denied|permission denied|password incorrect|incorrect password|login failure|username or password (is )?(invalid|incorrect)|wrong (password|login).{0,40})[.!,]?$",
    ),
};

/// Compiles the words now, if they are not.
pub(in crate::channel) fn warm() {
    let Usual { username, password, change, decline, agree, key, refusal } = &USUAL;
    [username, password, change, decline, agree, key, refusal].into_iter().for_each(Pattern::warm);
}

/// Whether a line asks for a password.
pub(crate) fn is_password_prompt(line: &str) -> bool {
    USUAL.password.find_at_end(line).is_some()
}

/// Whether a line says that a password was refused.
pub(crate) fn is_refusal(line: &str) -> bool {
    USUAL.refusal.find_at_end(line).is_some()
}

/// Whether a line asks for a key to be pressed.
pub(super) fn asks_for_key(line: &str) -> bool {
    USUAL.key.find_at_end(line).is_some()
}

/// Whether a line tells of the last login, as Unix does behind a password: until the rest of it has come it looks like the
/// question of a host called Last.
pub(super) fn tells_last_login(line: &str) -> bool {
    line.starts_with("Last ")
}

/// What agrees to a line that wants it: the word that the line itself names.
pub(super) fn agreement(line: &str) -> &'static str {
    let line = line.to_ascii_lowercase();
    let whole =
        ["yes/", "[yes]", "(yes)", "'yes'", "\"yes\"", " yes to "].iter().any(|word| line.contains(word));
    if whole { "yes" } else { "y" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_prompts_are_known_and_text_around_the_words_is_not() {
        let usual = &USUAL;
        let asks = |pattern: &Pattern, line: &str| pattern.find_at_end(line).is_some();
        for line in ["Username:", "login: ", "sw1 login: ", "User Name :", "User:", ">>User name:"] {
            assert!(asks(&usual.username, line) && !asks(&usual.password, line), "{line}");
        }
        for line in [
            "Password: ",
            "password:",
            "admin@r1's password: ",
            "Password for admin:",
            "Enter PASSCODE:",
            "Enable Password: ",
        ] {
            assert!(asks(&usual.password, line) && !asks(&usual.username, line), "{line}");
        }
        for line in
            ["Never tell your password", "Last login: Mon", "This login is logged.", "Password: x", "r1>"]
        {
            assert!(!asks(&usual.username, line) && !asks(&usual.password, line), "{line}");
        }
        assert!(asks(&usual.username, "Last login:") && tells_last_login("Last login:"));
        for line in
            ["New password: ", "Enter old password:", "Retype new password:", "(current) UNIX password: "]
        {
            assert!(asks(&usual.change, line), "{line}");
        }
        assert!(!asks(&usual.change, "Password:"));
        for line in
            ["The password needs to be changed. Change now? [Y/N]:", "see the software license? [Y/n]: "]
        {
            assert!(asks(&usual.decline, line), "{line}");
        }
        for line in ["Do you accept? [y/n]", "I agree to all of it (yes/no): ", "Type 'yes' to continue:"] {
            assert!(asks(&usual.agree, line) && !asks(&usual.decline, line), "{line}");
        }
        for line in ["If you do not agree, leave now.", "Users who accept [y/n] are logged.", "to continue"] {
            assert!(!asks(&usual.agree, line), "{line}");
        }
    }

    #[test]
    fn the_agreement_is_the_word_that_the_line_names() {
        assert_eq!(agreement("Do you accept? [y/n]"), "y");
        assert_eq!(agreement("I agree (yes/no): "), "yes");
        assert_eq!(agreement("Type 'YES' to continue:"), "yes");
    }

    #[test]
    fn a_refusal_is_known_by_its_whole_line() {
        for line in [
            "% Login invalid",
            "Login incorrect",
            "% Bad passwords, too many failures!",
            "% Bad passwords",
            "% Bad secrets",
            "% Access denied",
            "% Authentication failed.",
            "% User Authentication failed",
            "% Error in authentication.",
        ] {
            assert!(is_refusal(line), "{line}");
        }
        for line in ["Last login: never", "Access denied to those who are not authorized users", "% Bad"] {
            assert!(!is_refusal(line), "{line}");
        }
    }

    #[test]
    fn a_request_for_a_key_is_known() {
        assert!(asks_for_key("Press RETURN to get started!"));
        assert!(asks_for_key("Press any key to continue"));
        assert!(!asks_for_key("r1>"));
    }
}
