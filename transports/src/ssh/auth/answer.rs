//! Answers to the questions of keyboard-interactive authentication (RFC 4256).

use crate::ssh::session::Session;
use linecrew_core::cx::Cx;
use linecrew_core::secret::Secret;
use ssh2::{KeyboardInteractivePrompt, Prompt};
use std::sync::Arc;

/// How many rounds of questions are answered, so that a server cannot ask for ever.
const MOST_ROUNDS: usize = 16;

/// A question of a server that neither the user name nor the password answers, such as one for a one-time code.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Challenge<'a> {
    /// Which device asks, as [`Target::peer`](linecrew_core::transport::Target::peer) writes it.
    pub peer: &'a str,
    /// Who logs in.
    pub user: &'a str,
    /// What the server says about all questions of this round; often empty.
    pub instructions: &'a str,
    /// The question, as the server words it: it may hold control characters.
    pub prompt: &'a str,
    /// Whether the answer may be shown while it is typed.
    pub echo: bool,
    /// Until when the answer is of use, and whether it still is.
    pub cx: &'a Cx,
}

/// Answers challenges; `None` where it has no answer, which ends the login with an error that names the question.
pub(in crate::ssh) type Responder = Arc<dyn Fn(&Challenge<'_>) -> Option<Secret> + Send + Sync>;

/// Why the server was not answered.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Silence {
    /// It asks what nobody here knows.
    Unknown(String),
    /// It asks for a new password.
    Change(String),
    /// It asks for the password again.
    Again,
}

/// Answers the questions of one attempt. libssh2 sends whatever it is given, so that not to answer means to end the
/// connection.
pub(super) struct Answers<'a> {
    pub(super) session: &'a Session,
    pub(super) user: &'a str,
    pub(super) password: Option<&'a Secret>,
    /// Whether the password was sent, in this attempt or before.
    pub(super) spent: bool,
    pub(super) responder: Option<&'a Responder>,
    pub(super) cx: &'a Cx,
    pub(super) silence: Option<Silence>,
    pub(super) rounds: usize,
}

/// What a prompt asks for, to all appearance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    User,
    Password,
    Other,
}

impl KeyboardInteractivePrompt for Answers<'_> {
    fn prompt(&mut self, _name: &str, instructions: &str, prompts: &[Prompt<'_>]) -> Vec<String> {
        self.rounds += 1;
        match self.answers(instructions, prompts) {
            Ok(answers) => answers.iter().map(|answer| answer.expose().to_owned()).collect(),
            Err(silence) => {
                self.session.abort();
                self.silence.get_or_insert(silence);
                Vec::new()
            }
        }
    }
}

impl Answers<'_> {
    fn answers(&mut self, instructions: &str, prompts: &[Prompt<'_>]) -> Result<Vec<Secret>, Silence> {
        if self.rounds > MOST_ROUNDS {
            return Err(Silence::Unknown(format!("still asked in round {}", self.rounds)));
        }
        if !prompts.is_empty() && demands_change(instructions, prompts) {
            let texts: Vec<_> = prompts.iter().map(|prompt| &*prompt.text).collect();
            return Err(Silence::Change(format!("{instructions}\n{}", texts.join("\n"))));
        }
        prompts.iter().map(|prompt| self.answer(instructions, prompt)).collect()
    }

    fn answer(&mut self, instructions: &str, prompt: &Prompt<'_>) -> Result<Secret, Silence> {
        match (asked(&prompt.text, prompt.echo), self.password) {
            (Asked::User, _) => return Ok(Secret::new(self.user)),
            (Asked::Password, Some(_)) if self.spent => return Err(Silence::Again),
            (Asked::Password, Some(password)) => {
                self.spent = true;
                return Ok(password.clone());
            }
            (Asked::Password, None) | (Asked::Other, _) => {}
        }
        let Session { peer, .. } = self.session;
        let (user, cx) = (self.user, self.cx);
        let challenge = Challenge { peer, user, instructions, prompt: &prompt.text, echo: prompt.echo, cx };
        self.responder
            .and_then(|respond| respond(&challenge))
            .ok_or_else(|| Silence::Unknown(prompt.text.clone().into_owned()))
    }
}

fn asked(prompt: &str, echo: bool) -> Asked {
    const PASSWORD: [&str; 6] = ["password", "passwd", "passwort", "kennwort", "mot de passe", "contraseña"];
    const ONE_TIME: [&str; 5] = ["one-time", "one time", "onetime", "verification", "passcode"];
    const ONE_TIME_WORDS: [&str; 3] = ["otp", "token", "pin"];
    const USER: [&str; 3] = ["username", "user name", "login"];
    let text = prompt.to_lowercase();
    let has = |needles: &[&str]| needles.iter().any(|needle| text.contains(needle));
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    if has(&ONE_TIME) || words.any(|word| ONE_TIME_WORDS.contains(&word)) {
        Asked::Other
    } else if echo {
        if has(&USER) { Asked::User } else { Asked::Other }
    } else if has(&PASSWORD) || text.trim().is_empty() {
        Asked::Password
    } else {
        Asked::Other
    }
}

/// Whether the server wants a new password, as PAM, IOS and others word it.
fn demands_change(instructions: &str, prompts: &[Prompt<'_>]) -> bool {
    const SAID: [&str; 5] = [
        "required to change your password",
        "must change your password",
        "password must be changed",
        "password has expired",
        "password is expired",
    ];
    const ASKED: [&str; 6] =
        ["new password", "new unix password", "current password", "(current)", "old password", "retype"];
    let has = |text: &str, needles: &[&str]| {
        let text = text.to_lowercase();
        needles.iter().any(|needle| text.contains(needle))
    };
    // A PAM module's text comes in either place.
    has(instructions, &SAID)
        || prompts.iter().any(|prompt| has(&prompt.text, &SAID) || has(&prompt.text, &ASKED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts_are_told_apart_by_their_wording() {
        for text in
            ["Password: ", "admin@r1's password:", "Enter passwd", "Kennwort:", "", "(r1) Password for pine:"]
        {
            assert_eq!(asked(text, false), Asked::Password, "{text}");
        }
        for text in [
            "Verification code: ",
            "One-time password (OATH): ",
            "OTP:",
            "Enter PASSCODE:",
            "Token: ",
            "PIN:",
            "Response:",
        ] {
            assert_eq!(asked(text, false), Asked::Other, "{text}");
        }
        assert_eq!(asked("Username: ", true), Asked::User);
        assert_eq!(asked("login: ", true), Asked::User);
        // Never a password where it would be shown.
        assert_eq!(asked("Password: ", true), Asked::Other);
    }

    #[test]
    fn a_demand_for_a_new_password_is_recognised() {
        let demands = |instructions, text: &'static str| {
            demands_change(instructions, &[Prompt { text: text.into(), echo: false }])
        };
        assert!(demands("", "New password: "));
        assert!(demands("", "(current) UNIX password: "));
        assert!(demands("You are required to change your password immediately.", "Password:"));
        assert!(demands("", "Your password has expired.\nPassword: "));
        assert!(!demands("Change passwords often. Unauthorized access is prohibited.", "Password: "));
        assert!(!demands("Your password will expire in 5 days", "Password: "));
    }
}
