//! Modes and commands as files write them.

use crate::action::Action;
use crate::candidate::Hold;
use crate::device::LoginStyle;
use crate::platform::{Command, Mode, Text};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum WrittenLogin {
    UserPassword,
    Password,
    None,
}

impl WrittenLogin {
    pub(crate) fn style(self) -> LoginStyle {
        match self {
            Self::UserPassword => LoginStyle::UserPassword,
            Self::Password => LoginStyle::Password,
            Self::None => LoginStyle::None,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WrittenMode {
    pub(crate) name: String,
    prompt: String,
    pub(crate) above: Option<String>,
    #[serde(default)]
    inherits: bool,
}

impl WrittenMode {
    /// With the hostname before its prompt, unless that has it already.
    pub(crate) fn behind_hostname(&self) -> Mode {
        let mode = self.mode();
        if mode.prompt.contains("{hostname}") {
            return mode;
        }
        Mode { prompt: format!("{{hostname}}{}", self.prompt).into(), ..mode }
    }

    pub(crate) fn mode(&self) -> Mode {
        Mode {
            name: self.name.clone().into(),
            prompt: self.prompt.clone().into(),
            above: self.above.clone().map(Text::from),
            inherits: self.inherits,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WrittenCommand {
    command: String,
    #[serde(default)]
    modes: Vec<String>,
    reply: Option<String>,
    enter: Option<String>,
    does: Option<Deed>,
    /// What the deed is accompanied by.
    says: Option<String>,
    confirm: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Deed {
    Abort,
    Accept,
    Commit,
    Configure,
    ConfigureExclusive,
    ConfigurePrivate,
    Delete,
    Disable,
    Do,
    Edit,
    Enable,
    End,
    Erase,
    Exit,
    Hostname,
    Interface,
    Logout,
    PageLength,
    Reload,
    Rollback,
    Save,
    Set,
    Statement,
    Top,
    Undo,
    Unset,
    Unstamped,
    Up,
}

impl WrittenCommand {
    /// The command; the modes that it names must be among these.
    pub(crate) fn command(&self, modes: &[Mode]) -> Result<Command, String> {
        let words = self.command.split_whitespace().collect::<Vec<_>>().join(" ");
        if words.is_empty() {
            return Err("a command has no words".to_owned());
        }
        self.modes.iter().chain(&self.enter).try_for_each(|mode| known_mode(modes, mode))?;
        let action =
            self.action().ok_or_else(|| format!("command {words}: expected one of reply, enter, does"))?;
        let action = match &self.confirm {
            Some(question) => Action::Ask(question.clone().into(), Arc::new(action)),
            None => action,
        };
        let modes = self.modes.iter().map(|mode| mode.clone().into()).collect();
        Ok(Command { words: words.into(), modes, action })
    }

    fn action(&self) -> Option<Action> {
        match (&self.reply, &self.enter, self.does) {
            (Some(reply), None, None) => Some(Action::Template(reply.as_str().into())),
            (None, Some(mode), None) => Some(Action::Enter(mode.clone().into())),
            (None, Some(mode), Some(Deed::Interface)) => Some(Action::Interface(mode.clone().into())),
            (None, None, Some(deed)) => deed.action(self.says.clone().unwrap_or_default().into()),
            _ => None,
        }
    }
}

impl Deed {
    /// What it does; `None` where it needs more than its words.
    fn action(self, says: Text) -> Option<Action> {
        Some(match self {
            Self::Abort => Action::Abort,
            Self::Accept => Action::Accept,
            Self::Commit => Action::Commit(says),
            Self::Configure => Action::Configure(says, Hold::Shared),
            Self::ConfigureExclusive => Action::Configure(says, Hold::Exclusive),
            Self::ConfigurePrivate => Action::Configure(says, Hold::Private),
            Self::Delete => Action::Statement { delete: true },
            Self::Disable => Action::Disable,
            Self::Do => Action::Do,
            Self::Edit => Action::Edit,
            Self::Enable => Action::Enable,
            Self::End => Action::End,
            Self::Erase => Action::Erase,
            Self::Exit => Action::Exit,
            Self::Hostname => Action::Hostname,
            Self::Interface => return None,
            Self::Logout => Action::Logout,
            Self::PageLength => Action::PageLength,
            Self::Reload => Action::Reload,
            Self::Rollback => Action::RollBack(says),
            Self::Save => Action::Save(says),
            Self::Set => Action::Configured,
            Self::Statement => Action::Statement { delete: false },
            Self::Top => Action::Top,
            Self::Undo => Action::Undo(says),
            Self::Unset => Action::Unconfigured,
            Self::Unstamped => Action::Unstamped,
            Self::Up => Action::Up,
        })
    }
}

pub(crate) fn known_mode(modes: &[Mode], name: &str) -> Result<(), String> {
    if modes.iter().any(|mode| mode.name == name) {
        return Ok(());
    }
    let known: Vec<&str> = modes.iter().map(|mode| &*mode.name).collect();
    Err(format!("mode {name}: expected one of {}", known.join(", ")))
}
