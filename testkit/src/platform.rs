//! What a simulated device of one kind says and understands, as data.

use crate::action::Action;
use crate::device::LoginStyle;
use crate::facts::Choices;
use crate::platform_file;
use crate::running::Interface;
use serde::Deserialize;
use std::borrow::Cow;

/// A text of a table, built in or read from a file.
pub(crate) type Text = Cow<'static, str>;

/// A kind of device: its modes and prompts, its commands, and how it words a login, a pager and a refusal.
///
/// The built-in ones are found by [`Platform::named`]; [`Platform::from_yaml`] reads one's own.
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
    /// None where output is never paged.
    pub(crate) pager: Option<PagerStyle>,
    pub(crate) refusals: Refusals,
    #[cfg_attr(not(feature = "telnet"), allow(dead_code, reason = "only telnet reads it"))]
    pub(crate) telnet: TelnetStyle,
    /// Whether sessions start in privileged exec, whatever the device says.
    pub(crate) starts_privileged: bool,
    /// Whether sessions over SSH do.
    pub(crate) ssh_is_privileged: bool,
    /// Whether each reply begins with the time.
    pub(crate) stamps: bool,
    /// The interfaces of a new device, `{address}` in a line being one of its own.
    pub(crate) interfaces: Vec<Interface>,
    /// The kinds of interface that can be configured; any name goes where there are none.
    pub(crate) interface_types: Vec<Text>,
    /// What one device has of which others have something else.
    pub(crate) choices: Choices,
    /// None where a line of configuration holds at once.
    pub(crate) candidate: Option<CandidateStyle>,
}

impl Platform {
    /// Every built-in platform's name.
    pub const NAMES: &[&str] = &[
        "cisco_iosxe",
        "cisco_iosxr",
        "cisco_nxos",
        "cisco_asa",
        "arista_eos",
        "juniper_junos",
        "frr",
        "linux",
    ];

    /// The built-in platform of that name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "cisco_iosxe" => Some(Self::cisco_iosxe()),
            "frr" => Some(Self::frr()),
            name => platform_file::embedded(name),
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
    /// The prompt, as a template.
    pub(crate) prompt: Text,
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

/// How a login is worded. The texts are templates.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LoginWords {
    /// Follows the device's banner in every session.
    pub(crate) hello: Text,
    /// Leads to the first prompt of a session that has to log in.
    pub(crate) greeting: Text,
    /// Leads to the first command prompt.
    pub(crate) welcome: Text,
    pub(crate) username: Text,
    pub(crate) password: Text,
    /// Where a user name was asked for too.
    pub(crate) refused_login: Refused,
    /// Where only a password was.
    pub(crate) refused_password: Refused,
}

impl Default for LoginWords {
    fn default() -> Self {
        Self {
            hello: "".into(),
            greeting: "\n".into(),
            welcome: "".into(),
            username: "Username: ".into(),
            password: "Password: ".into(),
            refused_login: Refused::default(),
            refused_password: Refused::default(),
        }
    }
}

/// How a wrong password is answered.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Refused {
    /// Before the device asks again; empty where it only does that.
    pub(crate) again: Text,
    /// When it was the third.
    pub(crate) for_good: Text,
}

/// How `enable` is worded.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct EnableWords {
    /// A template.
    pub(crate) password: Text,
    /// Whether it asks for the user's own password in place of a secret.
    pub(crate) own_password: bool,
    pub(crate) refused: Refused,
    /// Whether the third wrong secret ends the session.
    pub(crate) closes: bool,
    /// What `enable` says on a device without a secret; without such a text it then asks for none.
    pub(crate) unset: Option<Text>,
}

impl Default for EnableWords {
    fn default() -> Self {
        Self {
            password: "Password: ".into(),
            own_password: false,
            refused: Refused::default(),
            closes: false,
            unset: None,
        }
    }
}

/// How long output is paged.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PagerStyle {
    /// `{percent}` in it is how much has been shown.
    pub(crate) prompt: Text,
    /// What makes the prompt invisible again.
    pub(crate) erase: Text,
    /// Whether the page is the client's window, and there is no paging until it tells one (telnet's NAWS).
    #[serde(default)]
    pub(crate) follows_window: bool,
    /// Whether a key with no meaning of its own shows the next page; otherwise it ends the output.
    #[serde(default)]
    pub(crate) any_key_continues: bool,
}

/// How the refusal of a command is worded: as templates, in which `{line}` is the line, `{word}` its first word, and
/// `{caret}` a caret under the first wrong character.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refusals {
    pub(crate) ambiguous: Text,
    pub(crate) incomplete: Text,
    pub(crate) invalid: Text,
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

impl TelnetStyle {
    /// WILL ECHO, WILL SGA, DO TTYPE, DO NAWS (RFC 857, 858, 1091, 1073), before anything else.
    pub(crate) const USUAL: Self =
        Self { offers: &[255, 251, 1, 255, 251, 3, 255, 253, 24, 255, 253, 31], offers_before_prompt: false };
}

/// How a configuration is worded that holds only once it is committed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CandidateStyle {
    /// What is asked when a shared one is left with changes.
    pub(crate) shared: Parting,
    /// What is asked when a private or an exclusive one is.
    pub(crate) held: Parting,
    /// What is said where somebody else has it for himself.
    pub(crate) locked: Text,
}

/// A question at the end of a configuration, and what each answer does.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Parting {
    pub(crate) question: Text,
    pub(crate) yes: Outcome,
    pub(crate) no: Outcome,
    pub(crate) empty: Outcome,
}

/// What becomes of changes that were not committed.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Outcome {
    /// They hold.
    Commit,
    /// They are given up.
    Discard,
    /// They stay for whoever configures next.
    Keep,
    /// Nothing: the configuration goes on.
    Stay,
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
