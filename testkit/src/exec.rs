//! What commands do at a console.

use crate::action::Action;
use crate::catalog::{self, Found};
use crate::console::{Console, State, terminal_lines};
use crate::faults::{Fault, Stage};
use crate::platform::Text;
use std::sync::Arc;

impl Console {
    /// Runs a line as a command of `mode`. `column` is where on the screen the line begins, for IOS's caret.
    pub(crate) fn execute(&mut self, line: &str, mode: &str, column: usize) {
        if line.trim().is_empty() {
            return;
        }
        let node = Arc::clone(&self.node);
        let device = node.device();
        let mut mode = device.platform.mode(mode);
        loop {
            let commands = device.commands.iter().chain(&device.platform.commands);
            let known = commands.filter(|known| known.modes.is_empty() || known.modes.contains(&mode.name));
            match (catalog::find(known, line), &mode.above) {
                (Found::Command(command, values), _) => {
                    let run = Run { line, mode: mode.name.clone(), column, values };
                    return self.act(&command.action, &run);
                }
                (Found::Invalid(_), Some(above)) if mode.inherits => mode = device.platform.mode(above),
                (refused, _) => return self.refuse(&refused, line, column),
            }
        }
    }

    /// Goes on with a command where its question was answered so.
    pub(crate) fn take_answer(&mut self, answer: &str, then: &Action) {
        let agreed = ["", "y", "yes"].iter().any(|yes| yes.eq_ignore_ascii_case(answer.trim()));
        if agreed {
            let run = Run { line: "", mode: self.mode.clone(), column: 0, values: Vec::new() };
            self.act(then, &run);
        }
    }

    /// Begins an input of several lines, unless its first line ends it already.
    fn begin_lines(&mut self, run: &Run<'_>) {
        let Some(end) = run.values.last().and_then(|text| text.chars().next()).map(String::from) else {
            return;
        };
        if run.line.matches(&end).count() > 1 {
            return self.change(|config| config.add(None, run.line));
        }
        self.say(&format!("Enter TEXT message.  End with the character '{end}'.\n"));
        self.state = State::MultiLine { end, lines: vec![run.line.to_owned()] };
    }

    /// Takes the next line of such an input.
    pub(crate) fn take_line(&mut self, line: &str, end: String, mut lines: Vec<String>) {
        lines.push(line.to_owned());
        if line.contains(&end) {
            self.change(|config| config.add(None, &lines.join("\n")));
        } else {
            self.state = State::MultiLine { end, lines };
        }
    }

    /// Out of any configuration mode.
    pub(crate) fn leave_configuration(&mut self) {
        let platform = &self.node.device().platform;
        if self.mode != platform.user_mode {
            self.mode = platform.exec_mode.clone();
        }
        self.interface = None;
        self.candidate = None;
        self.edit.clear();
    }

    fn act(&mut self, action: &Action, run: &Run<'_>) {
        match action {
            Action::Show(bytes) => self.show_reply(terminal_lines(bytes)),
            Action::Report(report) => self.show_reply(terminal_lines(report(&self.node).as_bytes())),
            Action::Template(text) => {
                let shown = self.filled(text);
                self.show_reply(terminal_lines(shown.as_bytes()));
            }
            Action::Ask(text, then) => {
                self.state = State::Question { text: text.clone(), then: Arc::clone(then) };
            }
            Action::Enter(mode) => self.mode.clone_from(mode),
            Action::Save(words) => {
                self.node.save();
                self.say(words);
            }
            Action::Erase => self.node.erase(),
            Action::Reload => {
                self.node.reload();
                self.state = State::Closed;
            }
            Action::Enable => self.enable(),
            Action::Disable => self.mode = self.node.device().platform.user_mode.clone(),
            Action::Configure(words, hold) => self.configure(words, *hold),
            Action::Exit => self.exit(),
            Action::End => self.end(),
            Action::Abort => self.leave_configuration(),
            Action::Commit(words) => {
                self.commit();
                self.say_filled(words);
            }
            Action::RollBack(words) => {
                self.roll_back(usize::from(run.number()));
                self.say_filled(words);
            }
            Action::Undo(words) => {
                self.node.undo();
                self.say_filled(words);
            }
            Action::Statement { delete } => self.statement(run.first(), *delete),
            Action::Edit => self.edit.extend(run.first().split_whitespace().map(str::to_owned)),
            Action::Up => drop(self.edit.pop()),
            Action::Top => self.edit.clear(),
            Action::Unstamped => self.stamps = false,
            Action::Logout => self.state = State::Closed,
            Action::Do => self.do_exec(run),
            Action::PageLength => self.set_page(run.number()),
            Action::Accept => {}
            Action::Hostname => self.change(|config| run.first().clone_into(&mut config.hostname)),
            Action::Interface(mode) => self.open_interface(mode, run),
            Action::Configured => self.configured(run),
            Action::MultiLine => self.begin_lines(run),
            Action::Unconfigured => self.unconfigured(run),
        }
    }

    fn show_reply(&mut self, text: Vec<u8>) {
        if self.stamps {
            self.say_filled("\n{stamp}\n");
        }
        let node = Arc::clone(&self.node);
        let faults = &node.device().faults;
        let mut reply = self.noise.spoil(text, faults);
        if Stage::Reply.trip(faults).is_some() {
            // The pager must not keep the session from the stage.
            self.page = None;
            reply.truncate(reply.len() / 2);
        }
        self.show(reply);
        if !self.trips(Stage::Reply) && faults.contains(&Fault::Endless) {
            self.state = State::Endless;
        }
    }

    fn exit(&mut self) {
        let platform = &self.node.device().platform;
        // Out of the candidate, not out of a part of it.
        if self.candidate.is_some() && self.mode == platform.config_mode {
            if self.edit.pop().is_none() {
                self.end();
            }
            return;
        }
        let above = platform.mode(&self.mode).above.clone();
        self.interface = None;
        match above {
            Some(above) => self.mode = above,
            None => self.state = State::Closed,
        }
    }

    fn do_exec(&mut self, run: &Run<'_>) {
        let command = run.first();
        let typed_before = run.line.trim_end().len() - command.len();
        let node = Arc::clone(&self.node);
        self.execute(command, &node.device().platform.exec_mode, run.column + typed_before);
    }

    fn set_page(&mut self, lines: u16) {
        self.page = (lines > 0).then_some(usize::from(lines));
    }

    fn open_interface(&mut self, mode: &Text, run: &Run<'_>) {
        let Some(name) = self.interface_name(run.first()) else {
            let wrong = Found::Invalid(run.line.trim_end().len() - run.first().len());
            return self.refuse(&wrong, run.line, run.column);
        };
        self.change(|config| config.declare(&name));
        self.interface = Some(name);
        self.mode.clone_from(mode);
    }

    /// The full name of the interface that was typed, perhaps abbreviated or with a space before its number.
    fn interface_name(&self, typed: &str) -> Option<String> {
        let kinds = &self.node.device().platform.interface_types;
        if kinds.is_empty() {
            return (!typed.contains(' ')).then(|| typed.to_owned());
        }
        let number_at = typed.find(|c: char| c.is_ascii_digit())?;
        let (kind, number) = typed.split_at(number_at);
        let kind = kind.trim_end();
        let fits = |full: &&Text| full.get(..kind.len()).is_some_and(|head| head.eq_ignore_ascii_case(kind));
        let full = kinds.iter().filter(|_| !kind.is_empty()).find(fits)?;
        let is_number = number.chars().all(|c| c.is_ascii_digit() || matches!(c, '/' | '.'));
        is_number.then(|| format!("{full}{number}"))
    }

    fn configured(&mut self, run: &Run<'_>) {
        self.enter_mode_of(run);
        let interface = self.interface.clone();
        self.change(|config| config.add(interface.as_deref(), run.line.trim()));
    }

    fn unconfigured(&mut self, run: &Run<'_>) {
        self.enter_mode_of(run);
        let interface = self.interface.clone();
        self.change(|config| config.remove(interface.as_deref(), run.first()));
    }

    /// A command of the mode above leads back to it.
    fn enter_mode_of(&mut self, run: &Run<'_>) {
        if run.mode != self.mode {
            self.mode.clone_from(&run.mode);
            self.interface = None;
        }
    }

    fn refuse(&mut self, refused: &Found<'_>, line: &str, column: usize) {
        let node = Arc::clone(&self.node);
        let words = &node.device().platform.refusals;
        let (words, caret) = match refused {
            Found::Ambiguous => (&words.ambiguous, column),
            Found::Incomplete => (&words.incomplete, column + line.trim_end().len()),
            Found::Invalid(at) => (&words.invalid, column + at),
            Found::Command(..) => return,
        };
        let line = line.trim();
        let filled = words
            .replace("{caret}", &format!("{:caret$}^", ""))
            .replace("{word}", line.split(' ').next().unwrap_or_default())
            .replace("{line}", line);
        self.say(&filled);
    }
}

/// A command that was found in a line.
struct Run<'a> {
    line: &'a str,
    mode: Text,
    column: usize,
    values: Vec<&'a str>,
}

impl<'a> Run<'a> {
    /// The value of the first parameter; the tables give one to every action that asks.
    fn first(&self) -> &'a str {
        self.values.first().copied().unwrap_or_default()
    }

    fn number(&self) -> u16 {
        self.first().parse().unwrap_or_default()
    }
}
