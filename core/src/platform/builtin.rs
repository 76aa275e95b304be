//! The platforms that come with the program.

use super::Platform;
use super::definition::{Definition, Origin};
use super::detect::Clues;
use super::error::PlatformError;
use serde::Deserialize;
use std::sync::{Arc, OnceLock};

struct Builtin {
    name: &'static str,
    text: &'static str,
    /// What others call it: read without the rest.
    names: OnceLock<Names>,
    /// What tells it from others: compiled without the rest too.
    clues: OnceLock<Option<Clues>>,
    parsed: OnceLock<Arc<Platform>>,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
struct Names {
    aliases: Vec<String>,
    ntc_templates_platform: Option<String>,
}

impl Builtin {
    const fn new(name: &'static str, text: &'static str) -> Self {
        Self { name, text, names: OnceLock::new(), clues: OnceLock::new(), parsed: OnceLock::new() }
    }

    fn is_called(&self, name: &str) -> bool {
        self.names().aliases.iter().any(|alias| is_same(alias, name))
    }

    fn names(&self) -> &Names {
        // They stand on a line each and parse, as a test shows. Reading the whole definition takes twenty times as long.
        let is_name =
            |line: &&str| ["aliases:", "ntc_templates_platform:"].iter().any(|key| line.starts_with(key));
        let lines = || self.text.lines().filter(is_name).collect::<Vec<_>>().join("\n");
        self.names.get_or_init(|| serde_saphyr::from_str(&lines()).unwrap_or_default())
    }

    fn origin(&self) -> Origin<'static> {
        Origin::Embedded(self.name)
    }

    fn clues(&self) -> Option<&Clues> {
        let compile =
            || Clues::compile(&Definition::parse(self.text, self.origin()).ok()?.detect?, self.origin()).ok();
        self.clues.get_or_init(compile).as_ref()
    }

    fn platform(&self) -> Result<Arc<Platform>, PlatformError> {
        if let Some(platform) = self.parsed.get() {
            return Ok(Arc::clone(platform));
        }
        let platform = Arc::new(Platform::compile(self.text, self.origin())?);
        Ok(Arc::clone(self.parsed.get_or_init(|| platform)))
    }
}

macro_rules! builtins {
    ($($name:literal),+) => {
        [$(Builtin::new($name, include_str!(concat!("definitions/", $name, ".yaml")))),+]
    };
}

static BUILTINS: [Builtin; 9] = builtins![
    "cisco_iosxe",
    "cisco_iosxr",
    "cisco_nxos",
    "cisco_asa",
    "arista_eos",
    "juniper_junos",
    "frr",
    "linux",
    "generic"
];

pub(super) fn names() -> impl Iterator<Item = &'static str> {
    BUILTINS.iter().map(|builtin| builtin.name)
}

pub(super) fn find(name: &str) -> Result<Arc<Platform>, PlatformError> {
    entry(name).map_or_else(|| Err(unknown(name)), Builtin::platform)
}

/// The clues of all that have some, by name.
pub(super) fn clues<'a>() -> impl Iterator<Item = (&'a str, &'a Clues)> {
    BUILTINS.iter().filter_map(|builtin| Some((builtin.name, builtin.clues()?)))
}

/// The names by which an index of templates may know an embedded platform, which is not compiled.
pub(super) fn template_names(name: &str) -> Option<[&'static str; 2]> {
    let builtin = entry(name)?;
    Some([builtin.name, builtin.names().ntc_templates_platform.as_deref().unwrap_or(builtin.name)])
}

/// The file of an embedded platform.
pub(super) fn source(name: &str) -> Option<&'static str> {
    entry(name).map(|builtin| builtin.text)
}

/// Whether two names are the same: in any case, with hyphens or underscores.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    let plain = |byte: u8| if byte == b'-' { b'_' } else { byte.to_ascii_lowercase() };
    one.bytes().map(plain).eq(other.bytes().map(plain))
}

fn entry(name: &str) -> Option<&'static Builtin> {
    let called = |name: &str| {
        let named = BUILTINS.iter().find(|builtin| is_same(builtin.name, name));
        named.or_else(|| BUILTINS.iter().find(|builtin| builtin.is_called(name)))
    };
    called(name).or_else(|| called(without_transport(name)?))
}

/// Any of netmiko's names may end in a transport: `arista_eos_ssh`.
fn without_transport(name: &str) -> Option<&str> {
    let ends = |end: &&str| {
        name.len().checked_sub(end.len()).filter(|at| name.get(*at..).is_some_and(|it| is_same(it, end)))
    };
    ["_ssh", "_telnet", "_serial"].iter().find_map(|end| name.get(..ends(end)?))
}

/// Names what begins alike, if anything does, and all that is known.
fn unknown(name: &str) -> PlatformError {
    let head = name.get(..3).unwrap_or(name).to_ascii_lowercase();
    let all = BUILTINS.iter().flat_map(|builtin| {
        std::iter::once(builtin.name).chain(builtin.names().aliases.iter().map(String::as_str))
    });
    let near = all.filter(|known| known.starts_with(&head)).collect::<Vec<_>>();
    let known = names().collect::<Vec<_>>().join(", ");
    let reason = if near.is_empty() {
        format!("unknown platform; known are {known}")
    } else {
        format!("unknown platform; near it are {}; known are {known}", near.join(", "))
    };
    PlatformError::new(name, reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::Tail;

    fn mode(platform: &Platform, line: &str) -> Option<String> {
        let (mode, _) = platform.modes.recognise(Tail { previous: "", line }, None)?;
        Some(platform.modes.get(mode).name.clone())
    }

    #[test]
    fn every_platform_is_found_under_its_own_name_and_its_aliases() {
        for builtin in &BUILTINS {
            for name in builtin.names().aliases.iter().map(String::as_str).chain([builtin.name]) {
                assert_eq!(find(name).unwrap().name(), builtin.name, "{name}");
                assert_eq!(
                    find(&name.to_uppercase().replace('_', "-")).unwrap().name(),
                    builtin.name,
                    "{name}"
                );
                let platform = builtin.platform().unwrap();
                assert_eq!(template_names(name), Some(platform.template_names()), "{name}");
            }
        }
    }

    #[test]
    fn every_definition_would_load_as_a_file() {
        for builtin in &BUILTINS {
            // That compiles each pattern, and tells the first that is bad.
            assert_eq!(Platform::parse(builtin.text, builtin.name).map(|_| ()), Ok(()));
        }
    }

    #[test]
    fn names_are_those_of_the_definition() {
        for builtin in &BUILTINS {
            let definition = Definition::parse(builtin.text, builtin.origin()).unwrap();
            let ntc_templates_platform = definition.ntc_templates_platform.map(|name| name.value);
            assert_eq!(builtin.names(), &Names { aliases: definition.aliases, ntc_templates_platform });
        }
    }

    #[test]
    fn every_mode_that_a_platform_names_exists() {
        for builtin in &BUILTINS {
            let platform = builtin.platform().unwrap();
            let default = platform.modes.position(platform.default_mode()).unwrap();
            for to in 0..platform.modes.iter().count() {
                assert!(platform.modes.way(default, to).is_some(), "{}", builtin.name);
            }
        }
    }

    #[test]
    fn an_unknown_name_is_told_what_is_near_and_what_is_known() {
        let error = find("cisco_oisxe").unwrap_err().to_string();
        assert!(error.starts_with("cisco_oisxe: unknown platform; near it are cisco_iosxe"), "{error}");
        let error = find("\u{e9}").unwrap_err().to_string();
        assert!(error.contains("unknown platform; known are cisco_iosxe, cisco_iosxr, "), "{error}");
    }

    #[test]
    fn prompts_of_ios_xe() {
        let platform = find("cisco_iosxe").unwrap();
        for (line, expected) in [
            ("R1>", Some("exec")),
            ("sw-1.ams#", Some("privileged_exec")),
            ("sw1# ", Some("privileged_exec")),
            ("R1(config)#", Some("configuration")),
            ("R1(config-if-range)#", Some("configuration")),
            ("R1(ca-trustpoint)#", Some("configuration")),
            ("R1#show", None),
            ("##########", None),
            ("Password:", None),
            ("description uplink#", None),
            ("Proceed with reload? [confirm]", None),
        ] {
            assert_eq!(mode(&platform, line).as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn prompts_of_frr() {
        let platform = find("frr").unwrap();
        for (line, expected) in [
            ("R101> ", Some("exec")),
            ("R101# ", Some("privileged_exec")),
            ("R101(config)# ", Some("configuration")),
            ("R101(config-router-af)# ", Some("configuration")),
            ("Password: ", None),
            ("R101# show", None),
        ] {
            assert_eq!(mode(&platform, line).as_deref(), expected, "{line}");
        }
    }
}
