//! What a simulated device of one kind says and understands, as data.

use crate::action::Action;
use crate::device::LoginStyle;
use crate::facts::Facts;
use crate::running::Interface;
use std::borrow::Cow;

/// A text of a table, built in or read from a file.
pub(crate) type Text = Cow<'static, str>;

/// A kind of device: its modes and prompts, its commands, and how it words a login, a pager and a refusal.
///
/// The built-in ones are [`Platform::cisco_iosxe`] and [`Platform::frr`].
#[derive(Clone, Debug)]
pub struct Platform {
    pub(crate) name: Text,
    pub(crate) modes: Vec<Mode>,
    /// What is asked for before the first prompt unless the device says otherwise.
    pub(crate) usual_login: LoginStyle,
    /// The mode of a session that logged in without privileges.
    pub(crate) user_mode: Text,
    /// The mode behind `enable`.
    pub(crate) exec_mode: Text,
    /// The mode behind `configure terminal`.
    pub(crate) config_mode: Text,
    pub(crate) commands: Vec<Command>,
    pub(crate) login: LoginWords,
    pub(crate) enable: EnableWords,
    pub(crate) pager: PagerStyle,
    pub(crate) refusal: RefusalStyle,
    #[cfg_attr(not(feature = "telnet"), allow(dead_code, reason = "only telnet reads it"))]
    pub(crate) telnet: TelnetStyle,
    /// Whether sessions over SSH start in privileged exec.
    pub(crate) ssh_is_privileged: bool,
    /// The interfaces of a new device.
    pub(crate) interfaces: fn(&Facts) -> Vec<Interface>,
    /// The kinds of interface that can be configured; any name goes where there are none.
    pub(crate) interface_types: &'static [&'static str],
}

impl Platform {
    /// Every built-in platform's name.
    pub const NAMES: &[&str] = &["cisco_iosxe", "frr"];

    /// The built-in platform of that name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "cisco_iosxe" => Some(Self::cisco_iosxe()),
            "frr" => Some(Self::frr()),
            _ => None,
        }
    }

    /// The name, as inventories write it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The mode of that name. The tables name none that they do not declare; should one ever do so, the first mode
    /// serves.
    pub(crate) fn mode(&self, name: &str) -> &Mode {
        self.modes.iter().find(|mode| mode.name == name).unwrap_or(&self.modes[0])
    }
}

/// A mode of the command line.
#[derive(Clone, Debug)]
pub(crate) struct Mode {
    pub(crate) name: Text,
    /// What follows the hostname in the prompt.
    pub(crate) suffix: Text,
    /// Where `exit` leads; it ends the session where there is nothing above.
    pub(crate) above: Option<Text>,
    /// Whether the commands of the mode above are understood too, and lead back to it.
    pub(crate) inherits: bool,
}

/// A command: which words it is made of, in which modes it exists, and what it does.
///
/// Words are keywords, which may be abbreviated, or parameters: `WORD`, `NUMBER` (0 to 65535) and `LINE` (the rest).
#[derive(Clone, Debug)]
pub(crate) struct Command {
    pub(crate) words: Text,
    /// None stand for all.
    pub(crate) modes: Vec<Text>,
    pub(crate) action: Action,
}

impl Command {
    pub(crate) fn new(words: &'static str, modes: &[&'static str], action: Action) -> Self {
        let modes = modes.iter().map(|mode| Cow::Borrowed(*mode)).collect();
        Self { words: Cow::Borrowed(words), modes, action }
    }
}

/// How a login is worded.
#[derive(Clone, Debug)]
pub(crate) struct LoginWords {
    /// Follows the device's banner in every session.
    pub(crate) hello: &'static str,
    /// Leads to the first prompt of a session that has to log in.
    pub(crate) greeting: &'static str,
    pub(crate) username: Text,
    pub(crate) password: Text,
    /// Where a user name was asked for too.
    pub(crate) refused_login: Refused,
    /// Where only a password was.
    pub(crate) refused_password: Refused,
}

/// How a wrong password is answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refused {
    /// Before the device asks again; empty where it only does that.
    pub(crate) again: &'static str,
    /// When it was the third.
    pub(crate) for_good: &'static str,
}

/// How `enable` is worded.
#[derive(Clone, Debug)]
pub(crate) struct EnableWords {
    pub(crate) password: Text,
    pub(crate) refused: Refused,
    /// Whether the third wrong secret ends the session.
    pub(crate) closes: bool,
    /// What `enable` says on a device without a secret; without such a text it then asks for none.
    pub(crate) unset: Option<&'static str>,
}

/// How long output is paged.
#[derive(Clone, Debug)]
pub(crate) struct PagerStyle {
    pub(crate) prompt: &'static [u8],
    /// What makes the prompt invisible again.
    pub(crate) erase: &'static [u8],
    /// Whether the page is the client's window, and there is no paging until it tells one (telnet's NAWS).
    pub(crate) follows_window: bool,
    /// Whether a key with no meaning of its own shows the next page; otherwise it ends the output.
    pub(crate) any_key_continues: bool,
}

/// Whose wording the refusal of a command has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RefusalStyle {
    /// A caret under the first wrong character, and three texts.
    Ios,
    /// The daemon's name and the line.
    Frr,
}

/// How the platform opens telnet.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "telnet"), allow(dead_code, reason = "only telnet sends it"))]
pub(crate) struct TelnetStyle {
    /// The option commands that it sends unasked.
    pub(crate) offers: &'static [u8],
    /// Whether they follow the greeting, glued to the first prompt, in place of leading it.
    pub(crate) offers_before_prompt: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_platform_is_found_under_its_own_name() {
        for name in Platform::NAMES {
            assert_eq!(Platform::named(name).unwrap().name(), *name);
        }
        assert!(Platform::named("vms").is_none());
    }

    #[test]
    fn tables_name_only_modes_that_exist() {
        for platform in Platform::NAMES.iter().map(|name| Platform::named(name).unwrap()) {
            let known = |name: &str| platform.modes.iter().any(|mode| mode.name == name);
            assert!(known(&platform.user_mode) && known(&platform.exec_mode) && known(&platform.config_mode));
            assert!(platform.modes.iter().all(|mode| mode.above.as_deref().is_none_or(known)));
            assert!(platform.commands.iter().flat_map(|command| &command.modes).all(|mode| known(mode)));
        }
    }
}
