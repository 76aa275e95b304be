//! Where passwords come from: a prompt, the environment, a file. Never an argument.

use crate::args::LoginArgs;
use crate::exit::Usage;
use crate::interrupt::{asking, is_watched};
use crate::progress::without_bar;
use crate::prompt;
use linecrew_core::cx::Cx;
use linecrew_core::deadline::Deadline;
use linecrew_core::inventory::{Host, Inventory, Loader, SecretSource};
use linecrew_core::secret::Secret;
use linecrew_core::transport::Credentials;
use std::io::{self, IsTerminal, stdin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const PASSWORD: &str = "LINECREW_PASSWORD";
const ENABLE_SECRET: &str = "LINECREW_ENABLE_SECRET";

/// What hosts log in with that name nothing of their own.
pub(crate) fn credentials(args: &LoginArgs, inventory: &Inventory) -> Result<Credentials, Usage> {
    given(args, needs_password(args, inventory))
}

/// What the arguments, a file and the environment give; asked for where it is wanted and a terminal is there to answer.
pub(crate) fn given(args: &LoginArgs, is_wanted: bool) -> Result<Credentials, Usage> {
    let mut credentials = Credentials::default();
    credentials.username.clone_from(&args.username);
    credentials.private_key.clone_from(&args.private_key);
    let (password, enable) = if args.ask_pass {
        ask(args.prompt_timeout)?
    } else if let Some(file) = &args.password_file {
        SecretSource::File(file.clone()).read_lines().map(two_lines).map_err(Usage::new)?
    } else {
        match (from_environment(PASSWORD)?, from_environment(ENABLE_SECRET)?) {
            (None, None) if is_wanted && stdin().is_terminal() => ask(args.prompt_timeout)?,
            found => found,
        }
    };
    credentials.password = password;
    credentials.enable = enable;
    Ok(credentials)
}

fn needs_password(args: &LoginArgs, inventory: &Inventory) -> bool {
    let has_own = |host: &Host| host.has_password() || host.has_private_key() || args.private_key.is_some();
    !inventory.hosts().iter().all(|host| has_own(host))
}

fn from_environment(name: &str) -> Result<Option<Secret>, Usage> {
    if std::env::var_os(name).is_none() {
        return Ok(None);
    }
    SecretSource::Env(name.to_owned()).read().map(Some).map_err(Usage::new)
}

fn ask(limit: Duration) -> Result<(Option<Secret>, Option<Secret>), Usage> {
    let password = optional("Password: ", limit)?;
    let enable = optional("Enable secret (Enter if it is the same): ", limit)?;
    Ok((password.clone(), enable.or(password)))
}

fn optional(text: &str, limit: Duration) -> Result<Option<Secret>, Usage> {
    let typed = asked(text, limit)?
        .map_err(|error| Usage::new(format!("no password could be asked for: {error}; set {PASSWORD}")))?;
    Ok((!typed.is_empty()).then(|| Secret::new(typed)))
}

/// Reads inventories whose prompts for secrets are on the terminal, each to be answered within the limit.
pub(crate) fn loader(limit: Duration) -> Loader {
    let nobody_is_there = AtomicBool::new(false);
    Loader::default().on_prompt(move |text| {
        // A one-time password is asked for at each login: thousands of them would wait for somebody who has left.
        if nobody_is_there.load(Ordering::Relaxed) {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "nobody answered the prompt before it"));
        }
        let answer = for_host(text, limit);
        let is_late = answer.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::TimedOut);
        nobody_is_there.fetch_or(is_late, Ordering::Relaxed);
        answer
    })
}

/// The answer to a prompt of the inventory.
fn for_host(text: &str, limit: Duration) -> io::Result<Secret> {
    match without_bar(|| asked(&format!("{text}: "), limit)) {
        Ok(typed) => typed.map(Secret::new),
        // Nobody who asks for secrets of single hosts could end the run: the process does.
        Err(Usage::Interrupted) => std::process::exit(130),
        Err(error) => Err(io::Error::other(error.to_string())),
    }
}

/// Asks on the terminal, without showing what is typed.
fn asked(text: &str, limit: Duration) -> Result<io::Result<String>, Usage> {
    match asking(|cancel| prompt::ask(text, &Cx::new(Deadline::after(limit, "prompt"), cancel)))? {
        // Within a run the host fails that it was asked for.
        Err(error) if error.kind() == io::ErrorKind::Interrupted && !is_watched() => Err(Usage::Interrupted),
        answer => Ok(answer),
    }
}

/// The password, then the enable secret; an empty line means none.
fn two_lines(lines: Vec<Option<Secret>>) -> (Option<Secret>, Option<Secret>) {
    let mut lines = lines.into_iter();
    (lines.next().flatten(), lines.next().flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_first_line_means_no_password() {
        let (password, enable) = two_lines(vec![None, Some(Secret::new("enable"))]);
        assert!(password.is_none() && enable.is_some());
    }
}
