//! The beginning of a session: log in, reach the default mode, prepare the command line.

use super::{ErrorKind, Phase, Session, SessionError, log_file};
use crate::channel::{Log, Login, LoginTrouble};
use crate::cx::Cx;
use crate::platform::Instruction;
use crate::transport::Permit;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How often an empty line is sent to learn a prompt.
const LEARNING_TRIES: usize = 5;

/// How long nothing may follow what is taken for a prompt that nobody has described.
const LEARNING_QUIET: Duration = Duration::from_millis(200);

impl Session {
    /// Begins to write down what is said.
    #[inline(never)]
    pub(super) fn start_log(&mut self, folder: &Path, name: &str) -> Result<(), SessionError> {
        let file = log_file::open(folder, name).map_err(|error| {
            let what = format!("{}: the session log cannot be written: {error}", folder.display());
            self.error(ErrorKind::Log, Phase::Login, what)
        })?;
        let known = &self.credentials;
        let secrets = [&known.password, &known.enable, &known.passphrase, &known.private_key_text];
        self.channel.log_to(Log::new(Box::new(file), secrets.into_iter().flatten().cloned().collect()));
        Ok(())
    }

    /// In a frame of its own, as each step of the opening: what one of them has on the stack must not lie below the others, and
    /// there may be thousands of threads.
    #[inline(never)]
    pub(super) fn log_in(&mut self, attempts: u32, permit: &Permit) -> Result<(), SessionError> {
        let cx = self.cx.within(self.timeouts.authentication, "authentication");
        let may_answer = || permit.ask(&self.host);
        let login = Login::new(&self.platform, &self.credentials, attempts, &may_answer);
        let modes = &self.platform.modes;
        let done = login.run(&mut self.channel, |tail| modes.recognise(tail, None).is_some(), &cx);
        done.map_err(|trouble| self.login_error(trouble))?;
        self.note_prompt(None);
        Ok(())
    }

    #[cold]
    fn login_error(&mut self, trouble: LoginTrouble) -> SessionError {
        let (kind, what, hint) = match trouble {
            LoginTrouble::Wait(trouble) => {
                return self.trouble(trouble, Phase::Login, "a login prompt or the device's prompt");
            }
            LoginTrouble::WaitAfterPassword(trouble) => {
                let error = self.trouble(trouble, Phase::Login, "the device's prompt");
                return error.password_sent();
            }
            LoginTrouble::Refused => (
                ErrorKind::Authentication,
                "authentication refused".to_owned(),
                "check user name and password",
            ),
            LoginTrouble::Missing(what) => (
                ErrorKind::MissingCredential,
                format!("the device asks for a {what} and none was given"),
                "give one in the credentials",
            ),
            LoginTrouble::PasswordChange => (
                ErrorKind::PasswordChange,
                "the device demands a new password".to_owned(),
                "change it by hand first",
            ),
        };
        self.broken = true;
        self.error(kind, Phase::Login, what).seen(self.channel.seen()).hint(hint)
    }

    /// Reaches the default mode and prepares the command line. Inputs at the end of the opening are put off until the first
    /// command, which they go out with: that saves a wait.
    #[inline(never)]
    pub(super) fn prepare(&mut self) -> Result<(), SessionError> {
        let platform = Arc::clone(&self.platform);
        let cx = self.cx.within(self.timeouts.command, "command");
        if platform.learns_prompt {
            self.learn_prompt(&cx)?;
        }
        if !(self.unprivileged && self.way_needs_secret(&platform.default_mode)) {
            self.walk_to(&platform.default_mode, Phase::Privilege, &cx)?;
        }
        let steps = if self.skips_opening { Vec::new() } else { platform.opening.steps(self.persistent) };
        if steps.len() > platform.opening.steps(false).len() {
            self.about_to_write("the platform's opening steps", Phase::Open)?;
        }
        let inputs = if platform.pipelines_reads && self.channel.echoes() {
            trailing_inputs(&steps)
        } else {
            Vec::new()
        };
        self.run(&steps[..steps.len() - inputs.len()], Phase::Open, &cx)?;
        self.put_off = inputs;
        Ok(())
    }

    /// Finds the prompt of a device that nobody has described, as netmiko's `find_prompt` does: it is what an empty line is
    /// answered with twice.
    pub(super) fn learn_prompt(&mut self, cx: &Cx) -> Result<(), SessionError> {
        let mut before = self.channel.line();
        for _ in 0..LEARNING_TRIES {
            let line = self.channel.ask_for_line(LEARNING_QUIET, cx);
            let line = line.map_err(|trouble| self.trouble(trouble, Phase::Open, "the prompt"))?;
            if !line.trim().is_empty() && line == before {
                self.note_prompt(None);
                return Ok(());
            }
            before = line;
        }
        self.broken = true;
        let error = self.error(
            ErrorKind::Platform,
            Phase::Open,
            "no prompt was found: an empty line is answered with another one each time",
        );
        Err(error.seen(self.channel.seen()).hint("name the platform, or write a definition"))
    }
}

/// The inputs at the end of some steps.
fn trailing_inputs(steps: &[&Instruction]) -> Vec<String> {
    let input = |step: &&Instruction| match step {
        Instruction::SendInput { input } => Some(input.clone()),
        _ => None,
    };
    let mut inputs: Vec<String> = steps.iter().rev().map_while(input).collect();
    inputs.reverse();
    inputs
}
