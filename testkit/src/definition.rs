//! Devices described by YAML files.

use crate::device::Device;
use crate::platform::{Platform, Text};
use crate::written::{WrittenCommand, WrittenLogin, WrittenMode, known_mode};
use serde::Deserialize;
use std::borrow::Cow;
use std::path::{Path, PathBuf};

impl Device {
    /// Reads a device from a YAML file; see [`from_yaml`](Self::from_yaml).
    pub fn load(path: impl AsRef<Path>) -> Result<Self, DefinitionError> {
        let path = path.as_ref();
        let unreadable = |source| DefinitionError::Read { path: path.to_owned(), source };
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        let invalid = |reason| DefinitionError::Invalid { path: path.to_owned(), reason };
        parse(&text).map_err(invalid)
    }

    /// Reads a device from YAML. All that is not said is as in the built-in platform under `like`, `cisco_iosxe`
    /// unless named; where `modes` are given, they and `commands` take the place of the built-in ones.
    ///
    /// The first mode is the one after the login, the second one (where there is one) that behind `enable`, the third
    /// one configuration. A command has a `reply`, in which `{hostname}` and `{running-config}` stand for what they
    /// are at that time, or leads into a mode with `enter`, or `does` one of: `accept`, `disable`, `do`, `enable`,
    /// `end`, `erase`, `exit`, `hostname`, `logout`, `page-length`, `reload`, `save`, `set`, `unset`, or one of those that
    /// [`Platform::from_yaml`] has beyond them. With `confirm` it asks first. Its words may be abbreviated; `WORD`,
    /// `NUMBER` and `LINE` are parameters. A prompt has the hostname before it unless it says `{hostname}` itself.
    ///
    /// ```
    /// use linecrew_testkit::Device;
    ///
    /// let device = Device::from_yaml(r##"
    /// platform: acme_os
    /// hostname: sw1
    /// username: ops
    /// password: ops
    /// login: user-password      # or password, none
    /// banner: "Authorized use only\n"
    /// modes:
    ///   - {name: exec, prompt: "> "}
    ///   - {name: enable, prompt: "# "}
    ///   - {name: config, prompt: "(config)# ", above: enable}
    /// commands:
    ///   - {command: show version, reply: "ACME OS 4.2, {hostname}\n"}
    ///   - {command: show running-config, modes: [enable], reply: "{running-config}"}
    ///   - {command: enable, modes: [exec], does: enable}
    ///   - {command: configure, modes: [enable], enter: config}
    ///   - {command: hostname WORD, modes: [config], does: hostname}
    ///   - {command: ntp server WORD, modes: [config], does: set}
    ///   - {command: end, modes: [config], does: end}
    ///   - {command: restart, modes: [enable], confirm: "Really restart? [y/n] ", does: reload}
    ///   - {command: quit, does: logout}
    /// "##)?;
    /// assert_eq!(device.platform().name(), "acme_os");
    /// # Ok::<(), linecrew_testkit::DefinitionError>(())
    /// ```
    pub fn from_yaml(text: &str) -> Result<Self, DefinitionError> {
        parse(text).map_err(|reason| DefinitionError::Invalid { path: PathBuf::from("<text>"), reason })
    }
}

/// Why a device's file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DefinitionError {
    /// The file cannot be read.
    #[error("{}: cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// What it says is no device.
    #[error("{}: {reason}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What was expected.
        reason: String,
    },
}

/// A file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    platform: Option<String>,
    like: Option<String>,
    hostname: String,
    username: Option<String>,
    password: Option<String>,
    enable_secret: Option<String>,
    login: Option<WrittenLogin>,
    #[serde(default)]
    privileged: bool,
    #[serde(default)]
    banner: String,
    username_prompt: Option<String>,
    password_prompt: Option<String>,
    enable_prompt: Option<String>,
    #[serde(default)]
    modes: Vec<WrittenMode>,
    #[serde(default)]
    commands: Vec<WrittenCommand>,
}

fn parse(text: &str) -> Result<Device, String> {
    let written: Written =
        serde_saphyr::from_str(text).map_err(|error| error.to_string().replace('\n', " "))?;
    let platform = platform(&written)?;
    let mut device = Device::new(platform, &written.hostname).banner(written.banner);
    let username = written.username.unwrap_or_else(|| device.username.clone());
    let password = written.password.unwrap_or_else(|| device.password.expose().to_owned());
    device = device.credentials(username, password);
    device.privileged = written.privileged;
    if let Some(secret) = written.enable_secret {
        device = device.enable_secret(secret);
    }
    Ok(match written.login {
        Some(login) => device.login(login.style()),
        None => device,
    })
}

fn platform(written: &Written) -> Result<Platform, String> {
    let like = written.like.as_deref().unwrap_or("cisco_iosxe");
    let expected = || format!("like: {like}: expected one of {}", Platform::NAMES.join(", "));
    let mut platform = Platform::named(like).ok_or_else(expected)?;
    let set = |into: &mut Text, text: &Option<String>| {
        if let Some(text) = text {
            *into = Cow::Owned(text.clone());
        }
    };
    set(&mut platform.name, &written.platform);
    set(&mut platform.login.username, &written.username_prompt);
    set(&mut platform.login.password, &written.password_prompt);
    set(&mut platform.enable.password, &written.enable_prompt);
    if !written.modes.is_empty() {
        replace_modes(&mut platform, &written.modes)?;
    }
    let commands: Result<Vec<_>, _> =
        written.commands.iter().map(|known| known.command(&platform.modes)).collect();
    // Of several with the same words the first one counts.
    platform.commands.splice(0..0, commands?);
    Ok(platform)
}

fn replace_modes(platform: &mut Platform, modes: &[WrittenMode]) -> Result<(), String> {
    platform.commands.clear();
    platform.modes = modes.iter().map(WrittenMode::behind_hostname).collect();
    let named = |at: usize| Text::from(modes[at.min(modes.len() - 1)].name.clone());
    (platform.user_mode, platform.exec_mode, platform.config_mode) = (named(0), named(1), named(2));
    modes
        .iter()
        .filter_map(|mode| mode.above.as_ref())
        .try_for_each(|above| known_mode(&platform.modes, above))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Console, Entry};

    fn reason(text: &str) -> String {
        Device::from_yaml(text).unwrap_err().to_string()
    }

    #[test]
    fn a_platform_of_ones_own_is_served_by_its_own_words() {
        let device = Device::from_yaml(
            "{platform: acme, hostname: sw1, login: none, modes: [{name: x, prompt: '> '}, \
             {name: y, prompt: ' * ', above: x}], commands: [{command: show version, reply: \"v4 {hostname}\\n\"}, \
             {command: deeper, modes: [x], enter: y}, {command: hostname WORD, modes: [y], does: hostname}, \
             {command: restart, modes: [y], confirm: 'sure? ', does: reload}]}",
        );
        let mut console = Console::new(&device.unwrap().power_on(), Entry::Login);
        console.greet();
        let said = String::from_utf8(console.input(b"sh ver\ndeep\nhostname sw2\nrestart\nn\nrestart\ny\n"))
            .unwrap();
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(lines[..3], ["sh ver", "v4 sw1", "sw1> deep"], "{said}");
        assert_eq!(lines[4..], ["sw2 * restart", "sure? n", "sw2 * restart", "sure? y"], "{said}");
        assert!(console.is_closed());
    }

    #[test]
    fn a_command_added_to_a_built_in_platform_counts_before_its_own() {
        let text = "{hostname: r1, login: none, commands: [{command: show clock, reply: \"noon\\n\"}]}";
        let mut console = Console::new(&Device::from_yaml(text).unwrap().power_on(), Entry::Login);
        console.greet();
        assert_eq!(console.input(b"show clock\n"), b"show clock\r\nnoon\r\nr1>");
    }

    #[test]
    fn what_is_wrong_is_told_with_what_was_expected() {
        assert!(
            reason("{hostname: r, like: vms}")
                .contains("like: vms: expected one of cisco_iosxe, cisco_iosxr")
        );
        let two = "{hostname: r, commands: [{command: a, reply: b, does: end}]}";
        assert!(reason(two).ends_with("command a: expected one of reply, enter, does"));
        let mode = "{hostname: r, modes: [{name: x, prompt: '>', above: z}]}";
        assert!(reason(mode).ends_with("mode z: expected one of x"));
        assert!(reason("{hostname: r, colour: red}").contains("colour"));
        assert!(Device::load("/nonexistent/x.yaml").unwrap_err().to_string().contains("cannot be read"));
    }
}
