//! Follows a platform's instructions, and the way from mode to mode.

use super::failure::is_unauthorized;
use super::prompt::PromptFinder;
use super::{ErrorKind, Phase, Session, SessionError};
use crate::channel::{self, Ended, Exchange, FindPrompt, Shown, Stop, Trouble};
use crate::cx::Cx;
use crate::platform::{Instruction, Pattern, Response, Tail};
use crate::secret::Secret;
use crate::transport;
use std::sync::Arc;

impl Session {
    /// Follows instructions in order. Inputs that stand together go out in one write where the platform allows it.
    pub(super) fn run(
        &mut self,
        instructions: &[&Instruction],
        phase: Phase,
        cx: &Cx,
    ) -> Result<(), SessionError> {
        self.send_put_off(cx)?;
        let mut rest = instructions;
        while let Some((&instruction, others)) = rest.split_first() {
            rest = others;
            match instruction {
                Instruction::SendInput { input } => rest = self.send_inputs(input, others, phase, cx)?,
                Instruction::SendPrompted { input, prompt, response } => {
                    self.send_prompted(input, prompt, response, phase, cx)?;
                }
                Instruction::EnterMode { mode } => self.walk_to(mode, phase, cx)?,
                Instruction::Write { bytes } => {
                    let line = [bytes.as_slice(), b"\n"].concat();
                    let sent = self.channel.send_bytes(&line, cx);
                    sent.map_err(|trouble| self.trouble(trouble, phase, "the device to take the line"))?;
                }
            }
        }
        Ok(())
    }

    /// Sends an input, and those behind it where the platform pipelines; gives the instructions that remain.
    ///
    /// What the device says to them is not looked at: where paging cannot be switched off, the pager is answered.
    fn send_inputs<'i>(
        &mut self,
        first: &str,
        others: &'i [&'i Instruction],
        phase: Phase,
        cx: &Cx,
    ) -> Result<&'i [&'i Instruction], SessionError> {
        let mut inputs = vec![first];
        if self.platform.pipelines_reads && self.channel.echoes() {
            inputs.extend(others.iter().map_while(|instruction| match instruction {
                Instruction::SendInput { input } => Some(input.as_str()),
                _ => None,
            }));
        }
        self.check(&inputs, phase)?;
        self.exchange(&inputs, phase, cx, self.timeouts.command)?;
        Ok(&others[inputs.len() - 1..])
    }

    /// Walks to a mode by the shortest way.
    pub(super) fn walk_to(&mut self, name: &str, phase: Phase, cx: &Cx) -> Result<(), SessionError> {
        let platform = Arc::clone(&self.platform);
        let Some(goal) = platform.modes.position(name) else { return Err(self.no_mode(name, phase)) };
        let way = self.mode.and_then(|from| platform.modes.way(from, goal));
        let Some(way) = way else { return Err(self.no_way(name, phase)) };
        for hop in way {
            self.run(&hop.instructions.iter().collect::<Vec<_>>(), phase, cx)?;
            self.note_prompt(Some(hop.to));
            if self.mode != Some(hop.to) {
                return Err(self.stayed(hop.to, phase));
            }
        }
        Ok(())
    }

    #[cold]
    fn no_mode(&self, name: &str, phase: Phase) -> SessionError {
        let known = self.platform.modes().collect::<Vec<_>>().join(", ");
        let what = format!("platform {} has no mode {name}", self.platform.name());
        self.error(ErrorKind::Platform, phase, what).hint(format!("its modes are {known}"))
    }

    #[cold]
    fn no_way(&self, name: &str, phase: Phase) -> SessionError {
        let from = self.mode().unwrap_or("an unknown mode");
        let what = format!("platform {} has no way from {from} to {name}", self.platform.name());
        self.error(ErrorKind::Platform, phase, what)
    }

    /// Whether following an instruction from the present mode sends a secret.
    pub(super) fn needs_secret(&self, instruction: &Instruction) -> bool {
        match instruction {
            Instruction::SendPrompted { response, .. } => matches!(response, Response::Secret(_)),
            Instruction::EnterMode { mode } => self.way_needs_secret(mode),
            Instruction::SendInput { .. } | Instruction::Write { .. } => false,
        }
    }

    /// Whether a secret is asked for on the way to a mode.
    pub(super) fn way_needs_secret(&self, mode: &str) -> bool {
        let modes = &self.platform.modes;
        let ends = self.mode.zip(modes.position(mode));
        let way = ends.and_then(|(from, to)| modes.way(from, to)).unwrap_or_default();
        way.iter().flat_map(|hop| hop.instructions).any(|step| self.needs_secret(step))
    }

    #[cold]
    fn stayed(&self, goal: usize, phase: Phase) -> SessionError {
        let goal = &self.platform.modes.get(goal).name;
        let what = format!(
            "the device stayed in {}",
            self.mode().map_or("an unknown mode".to_owned(), |mode| format!("mode {mode}"))
        );
        let said = String::from_utf8_lossy(self.channel.last_bytes());
        let kind = if is_unauthorized(&said) { ErrorKind::Unauthorized } else { ErrorKind::Privilege };
        self.error(kind, phase, what)
            .expected(format!("the prompt of mode {goal}"))
            .seen(self.channel.seen())
            .hint("its last words say why; check the rights of the user, and that the mode has a secret")
    }

    /// Sends an input and, if the device asks, the response. A secret is sent once: if the device asks again, or its
    /// prompt is the same as before, it was refused.
    fn send_prompted(
        &mut self,
        input: &str,
        question: &Pattern,
        response: &Response,
        phase: Phase,
        cx: &Cx,
    ) -> Result<(), SessionError> {
        self.check(&[input], phase)?;
        let finder = PromptFinder::new(self);
        let find_prompt = |tail: Tail<'_>| finder.find(tail);
        let is_secret = matches!(response, Response::Secret(_));
        // Some definitions describe the question in a way that never matches.
        let asks = |line: &str| {
            question.find_at_end(line).is_some() || (is_secret && channel::is_password_prompt(line))
        };
        let mut stop = |shown: Shown<'_>| if asks(shown.line) { Stop::Settled } else { Stop::No };
        let mut exchange =
            Exchange::new(&self.channel, std::slice::from_ref(&input), &find_prompt, &self.prompt);
        let channel = &mut self.channel;
        let ended = exchange.send(channel, cx).and_then(|()| exchange.wait(channel, &mut stop, cx));
        let asked = ended.map_err(|trouble| self.trouble(trouble, phase, "the question or the prompt"))?
            == Ended::Stopped;
        if asked {
            self.respond(response, phase, cx)?;
            self.await_prompt(&find_prompt, &asks, cx)
                .map_err(|trouble| self.response_error(trouble, is_secret, phase))?;
        }
        self.note_prompt(None);
        if asked && is_secret && self.refused_in_text() {
            return Err(self.refused(is_secret, phase));
        }
        Ok(())
    }

    fn respond(&mut self, response: &Response, phase: Phase, cx: &Cx) -> Result<(), SessionError> {
        let sent = match response {
            Response::Text(text) => self.channel.answer(text, cx),
            Response::Secret(name) => {
                let secret = self.secret(name, phase)?;
                self.channel.answer_secret(&secret, cx)
            }
        };
        sent.map_err(|trouble| self.trouble(trouble, phase, "the device to take the response"))
    }

    fn secret(&mut self, name: &str, phase: Phase) -> Result<Secret, SessionError> {
        let secret = match name {
            "enable" => self.credentials.enable.clone(),
            "password" => self.credentials.password.clone(),
            _ => None,
        };
        secret.ok_or_else(|| {
            self.broken = true;
            let what = format!("the device asks for the {name} secret and none was given");
            self.error(ErrorKind::MissingCredential, phase, what)
                .seen(self.channel.seen())
                .hint("give one in the credentials")
        })
    }

    /// Waits for the prompt behind a response; an error without trouble is a refusal: the device asks again, or said no
    /// and hung up.
    fn await_prompt(
        &mut self,
        find_prompt: FindPrompt<'_>,
        asks: &dyn Fn(&str) -> bool,
        cx: &Cx,
    ) -> Result<(), Option<Trouble>> {
        loop {
            let at_prompt = self.channel.at_end(|tail| find_prompt(tail).is_some());
            if !at_prompt && !asks(&self.channel.line()) {
                let waited = self.channel.advance(cx);
                let refused = self.refused_in_text();
                waited.map_err(|trouble| {
                    Some(trouble).filter(|it| !refused || it.is(transport::ErrorKind::Cancelled))
                })?;
            } else if self.channel.settled(cx).map_err(Some)? {
                return if at_prompt { Ok(()) } else { Err(None) };
            }
        }
    }

    #[cold]
    fn response_error(&mut self, trouble: Option<Trouble>, is_secret: bool, phase: Phase) -> SessionError {
        let Some(trouble) = trouble else {
            self.broken = true;
            return self.refused(is_secret, phase);
        };
        self.trouble(trouble, phase, "the prompt")
    }

    fn refused_in_text(&self) -> bool {
        self.channel.text().lines().any(channel::is_refusal)
    }

    #[cold]
    fn refused(&self, is_secret: bool, phase: Phase) -> SessionError {
        let error = if is_secret {
            self.error(ErrorKind::SecretRefused, phase, "the secret was refused")
                .hint("check the enable secret")
        } else {
            self.error(ErrorKind::Privilege, phase, "the device asks again")
                .hint("check the platform's response")
        };
        error.seen(self.channel.seen())
    }
}
