//! Logging in: the public key first, then the password, by the one method that the server offers for it.

use super::session::{Fault, Session, code};
use linecrew_core::cx::Cx;
use linecrew_core::secret::Secret;
use linecrew_core::transport::{Credentials, ErrorKind, Phase, TransportError};
use ssh2::{Error, ErrorCode, KeyboardInteractivePrompt, Prompt};
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Logs in.
pub(super) fn authenticate(
    session: &Session,
    credentials: &Credentials,
    cx: &Cx,
) -> Result<(), TransportError> {
    let Some(user) = credentials.username.as_deref() else {
        return Err(configuration(session, "no user name").hint("name the user in the credentials"));
    };
    let login = Login { session, user, cx };
    // None: the server wants no proof.
    let Some(methods) = login.methods()? else { return Ok(()) };
    let offers = |method| methods.split(',').any(|offered| offered == method);
    let mut tried = Vec::new();
    if let Some(file) = credentials.private_key.as_deref()
        && offers("publickey")
    {
        tried.push("public key");
        if login.public_key(file, credentials.passphrase.as_ref())? {
            return Ok(());
        }
    }
    if let Some(password) = &credentials.password
        && (offers("password") || offers("keyboard-interactive"))
    {
        tried.push("password");
        if login.password(password, offers("password"))? {
            return Ok(());
        }
    }
    Err(login.refused(&tried, &methods))
}

struct Login<'a> {
    session: &'a Session,
    user: &'a str,
    cx: &'a Cx,
}

impl Login<'_> {
    /// The methods that the server offers, comma-separated; none if the user is in already.
    fn methods(&self) -> Result<Option<String>, TransportError> {
        let ssh = &self.session.ssh;
        let offered = self.session.run(self.cx, || {
            // The crate panics where the list is not UTF-8.
            catch_unwind(AssertUnwindSafe(|| ssh.auth_methods(self.user).map(str::to_owned)))
                .unwrap_or_else(|_| Err(Error::new(ErrorCode::Session(0), "the list of methods is not text")))
        });
        match offered {
            Ok(_) if ssh.authenticated() => Ok(None),
            Ok(methods) => Ok(Some(methods)),
            Err(fault) => Err(self.session.failure(fault, Phase::Authentication, self.cx)),
        }
    }

    fn public_key(&self, file: &Path, passphrase: Option<&Secret>) -> Result<bool, TransportError> {
        // libssh2 says the same of a missing file, a foreign format and a wrong passphrase.
        File::open(file).map_err(|source| self.unusable(file).source(source))?;
        let passphrase = passphrase.map(Secret::expose);
        let ssh = &self.session.ssh;
        let signed =
            self.session.run(self.cx, || ssh.userauth_pubkey_file(self.user, None, file, passphrase));
        accepted(signed).map_err(|fault| match fault {
            Fault::Ssh(error) if error.code() == ErrorCode::Session(code::FILE) => {
                self.unusable(file).source(error).hint("check the passphrase and the format of the file")
            }
            other => self.session.failure(other, Phase::Authentication, self.cx),
        })
    }

    /// Sends the password once, by the method of that name or else as the answer to a hidden prompt.
    fn password(&self, password: &Secret, plain: bool) -> Result<bool, TransportError> {
        let ssh = &self.session.ssh;
        let sent = if plain {
            self.session.run(self.cx, || ssh.userauth_password(self.user, password.expose()))
        } else {
            let mut answer = Answer(Some(password));
            self.session.run(self.cx, || ssh.userauth_keyboard_interactive(self.user, &mut answer))
        };
        accepted(sent).map_err(|fault| match fault.code() {
            Some(code::PASSWORD_EXPIRED) => {
                self.failed("the password has expired").hint("log in by hand and change it")
            }
            _ => self.session.failure(fault, Phase::Authentication, self.cx),
        })
    }

    fn refused(&self, tried: &[&str], methods: &str) -> TransportError {
        let methods = methods.escape_debug();
        if tried.is_empty() {
            return self
                .failed("no credential fits")
                .expected(format!("one of the methods {methods}"))
                .hint("give a password or a private key");
        }
        self.failed(&format!("{} refused", tried.join(" and "))).hint(format!(
            "check the credentials of user {}; the server takes {methods}",
            self.user.escape_debug()
        ))
    }

    fn failed(&self, what: &str) -> TransportError {
        let peer = &self.session.peer;
        TransportError::new(ErrorKind::Authentication, Phase::Authentication, peer, what.to_owned())
    }

    fn unusable(&self, file: &Path) -> TransportError {
        configuration(self.session, format!("cannot use the private key {}", file.display()))
    }
}

fn configuration(session: &Session, what: impl Into<String>) -> TransportError {
    TransportError::new(ErrorKind::Configuration, Phase::Authentication, &session.peer, what.into())
}

/// Tells a refusal from a failure.
fn accepted(result: Result<(), Fault>) -> Result<bool, Fault> {
    match result {
        Ok(()) => Ok(true),
        Err(fault)
            if matches!(fault.code(), Some(code::AUTHENTICATION_FAILED | code::PUBLICKEY_UNVERIFIED)) =>
        {
            Ok(false)
        }
        Err(fault) => Err(fault),
    }
}

/// Answers one hidden prompt with the password, once; everything else with nothing.
struct Answer<'a>(Option<&'a Secret>);

impl KeyboardInteractivePrompt for Answer<'_> {
    fn prompt(&mut self, _: &str, _: &str, prompts: &[Prompt<'_>]) -> Vec<String> {
        let secret = match prompts {
            [Prompt { echo: false, .. }] => self.0.take(),
            _ => None,
        };
        let answer = secret.map_or(String::new(), |secret| secret.expose().to_owned());
        prompts.iter().map(|_| answer.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prompt(echo: bool) -> Prompt<'static> {
        Prompt { text: "Password: ".into(), echo }
    }

    #[test]
    fn a_hidden_prompt_gets_the_password_once() {
        let secret = Secret::new("pw");
        let mut answer = Answer(Some(&secret));
        assert_eq!(answer.prompt("", "", &[]), Vec::<String>::new());
        assert_eq!(answer.prompt("", "", &[prompt(true)]), [""]);
        assert_eq!(answer.prompt("", "", &[prompt(false), prompt(false)]), ["", ""]);
        assert_eq!(answer.prompt("", "", &[prompt(false)]), ["pw"]);
        assert_eq!(answer.prompt("", "", &[prompt(false)]), [""]);
    }
}
