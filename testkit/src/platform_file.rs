//! Kinds of device described by YAML files, the built-in ones among them.

use crate::definition::DefinitionError;
use crate::device::LoginStyle;
use crate::facts::Choices;
use crate::platform::{
    CandidateStyle, EnableWords, LoginWords, Mode, PagerStyle, Platform, Refusals, TelnetStyle, Text,
};
use crate::running::Interface;
use crate::written::{WrittenCommand, WrittenLogin, WrittenMode, known_mode};
use serde::Deserialize;
use std::path::PathBuf;
use std::sync::OnceLock;

/// A built-in platform that is a file, read once.
struct Embedded {
    name: &'static str,
    text: &'static str,
    platform: OnceLock<Option<Platform>>,
}

impl Embedded {
    const fn new(name: &'static str, text: &'static str) -> Self {
        Self { name, text, platform: OnceLock::new() }
    }
}

static EMBEDDED: [Embedded; 6] = [
    Embedded::new("cisco_iosxr", include_str!("platforms/cisco_iosxr.yaml")),
    Embedded::new("cisco_nxos", include_str!("platforms/cisco_nxos.yaml")),
    Embedded::new("cisco_asa", include_str!("platforms/cisco_asa.yaml")),
    Embedded::new("arista_eos", include_str!("platforms/arista_eos.yaml")),
    Embedded::new("juniper_junos", include_str!("platforms/juniper_junos.yaml")),
    Embedded::new("linux", include_str!("platforms/linux.yaml")),
];

impl Platform {
    /// Reads a kind of device from YAML; the files of the built-in ones (`testkit/src/platforms`) are models.
    ///
    /// Beyond what [`Device::from_yaml`](crate::Device::from_yaml) knows of modes and commands, it says how everything is worded, which serial
    /// numbers, versions and hardware there are, and which interfaces. `{hostname}`, `{username}`, `{version}`, `{serial}`,
    /// `{uptime}`, `{running-config}` and the like in a text stand for what they are at the time.
    ///
    /// With `candidate`, lines of configuration hold once they are committed. The deeds for that: `configure`,
    /// `configure-private`, `configure-exclusive`, `commit`, `rollback`, `undo`, `abort`; and for a configuration of
    /// statements `statement`, `delete`, `edit`, `up`, `top`.
    ///
    /// ```
    /// use linecrew_testkit::{Device, Platform};
    ///
    /// let platform = Platform::from_yaml(r##"
    /// platform: acme_os
    /// login_words: {greeting: "\nACME OS\n\n", username: "{hostname} login: "}
    /// refusals:
    ///   ambiguous: "ambiguous: {line}\n"
    ///   incomplete: "incomplete: {line}\n"
    ///   invalid: "{caret}\nunknown: {word}\n"
    /// facts: {serials: [ACM], versions: ["4.2", "4.3"], hardware: [A100]}
    /// modes:
    ///   - {name: exec, prompt: "{username}@{hostname}> "}
    /// commands:
    ///   - {command: show version, reply: "ACME OS {version}, serial {serial}\n"}
    ///   - {command: quit, does: logout}
    /// "##)?;
    /// assert_eq!(Device::new(platform, "sw1").platform().name(), "acme_os");
    /// # Ok::<(), linecrew_testkit::DefinitionError>(())
    /// ```
    pub fn from_yaml(text: &str) -> Result<Self, DefinitionError> {
        parse(text).map_err(|reason| DefinitionError::Invalid { path: PathBuf::from("<text>"), reason })
    }
}

/// The built-in platform of that name, where it is a file.
pub(crate) fn embedded(name: &str) -> Option<Platform> {
    let embedded = EMBEDDED.iter().find(|embedded| embedded.name == name)?;
    // They parse, as a test shows.
    embedded.platform.get_or_init(|| parse(embedded.text).ok()).clone()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    platform: String,
    login: Option<WrittenLogin>,
    #[serde(default)]
    login_words: LoginWords,
    #[serde(default)]
    enable: EnableWords,
    pager: Option<PagerStyle>,
    refusals: Refusals,
    #[serde(default)]
    starts_privileged: bool,
    #[serde(default)]
    ssh_is_privileged: bool,
    #[serde(default)]
    stamps: bool,
    facts: Choices,
    #[serde(default)]
    interfaces: Vec<Interface>,
    #[serde(default)]
    interface_types: Vec<Text>,
    candidate: Option<CandidateStyle>,
    modes: Vec<WrittenMode>,
    roles: Option<Roles>,
    #[serde(default)]
    commands: Vec<WrittenCommand>,
}

/// Which mode is which; without it the first one is the user's, the second one privileged, the third one configuration.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Roles {
    user: Text,
    privileged: Text,
    configuration: Text,
}

fn parse(text: &str) -> Result<Platform, String> {
    let written: Written =
        serde_saphyr::from_str(text).map_err(|error| error.to_string().replace('\n', " "))?;
    let modes: Vec<Mode> = written.modes.iter().map(WrittenMode::mode).collect();
    let above = written.modes.iter().filter_map(|mode| mode.above.as_ref());
    above.into_iter().try_for_each(|above| known_mode(&modes, above))?;
    let roles = roles(written.roles, &modes)?;
    let facts = [&written.facts.serials, &written.facts.versions, &written.facts.hardware];
    if facts.iter().any(|choices| choices.is_empty()) {
        return Err("facts: expected at least one of serials, versions and hardware".to_owned());
    }
    let commands =
        written.commands.iter().map(|command| command.command(&modes)).collect::<Result<_, _>>()?;
    Ok(Platform {
        name: written.platform.into(),
        usual_login: written.login.map_or(LoginStyle::UserPassword, WrittenLogin::style),
        user_mode: roles.user,
        exec_mode: roles.privileged,
        config_mode: roles.configuration,
        modes,
        commands,
        login: written.login_words,
        enable: written.enable,
        pager: written.pager,
        refusals: written.refusals,
        telnet: TelnetStyle::USUAL,
        starts_privileged: written.starts_privileged,
        ssh_is_privileged: written.ssh_is_privileged,
        stamps: written.stamps,
        interfaces: written.interfaces,
        interface_types: written.interface_types,
        choices: written.facts,
        candidate: written.candidate,
    })
}

fn roles(written: Option<Roles>, modes: &[Mode]) -> Result<Roles, String> {
    let last = modes.len().checked_sub(1).ok_or("modes: expected at least one")?;
    let named = |at: usize| modes[at.min(last)].name.clone();
    let roles =
        written.unwrap_or_else(|| Roles { user: named(0), privileged: named(1), configuration: named(2) });
    for mode in [&roles.user, &roles.privileged, &roles.configuration] {
        known_mode(modes, mode)?;
    }
    Ok(roles)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_files_parse() {
        for Embedded { name, text, .. } in &EMBEDDED {
            assert_eq!(parse(text).unwrap_or_else(|reason| panic!("{name}: {reason}")).name(), *name);
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_what_was_expected() {
        let base = "{platform: x, refusals: {ambiguous: a, incomplete: b, invalid: c}, \
                    facts: {serials: [S], versions: [v], hardware: [h]}, modes: [{name: m, prompt: '> '}]}";
        assert!(parse(base).is_ok());
        let reason = |from: &str, to: &str| parse(&base.replace(from, to)).err().unwrap();
        assert!(reason("serials: [S]", "serials: []").starts_with("facts: expected at least one"));
        assert!(reason("[{name: m, prompt: '> '}]", "[]").starts_with("modes: expected at least one"));
        assert!(reason("'> '}", "'> ', above: z}").starts_with("mode z: expected one of m"));
        let commands =
            "modes: [{name: m, prompt: '> '}], commands: [{command: interface LINE, does: interface}]";
        assert!(
            reason("modes: [{name: m, prompt: '> '}]", commands)
                .contains("expected one of reply, enter, does")
        );
    }
}
