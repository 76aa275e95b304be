//! How replies become tables.

use crate::args::ParserArgs;
use crate::exit::Usage;
use linecrew_core::inventory::{Host, Inventory};
use linecrew_core::platform::{Platform, Platforms};
use linecrew_core::textfsm::{LookupError, Parser as Found, Template, Templates};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// How replies become tables.
#[derive(Clone)]
pub(crate) enum Parser {
    /// Not at all.
    None,
    /// By the template for the platform and the command.
    Templates(Templates),
    /// By one template of the user's.
    Template(Found),
}

/// How replies become data.
#[derive(Clone)]
pub(crate) struct Structure {
    pub(crate) parser: Parser,
    /// Whether devices are asked for JSON; the parser is then for those that give none.
    pub(crate) native: bool,
}

impl From<Parser> for Structure {
    fn from(parser: Parser) -> Self {
        Self { parser, native: false }
    }
}

impl Parser {
    /// Reads what the arguments name; `wanted` says whether replies are parsed where they name nothing.
    pub(crate) fn new(args: &ParserArgs, wanted: bool) -> Result<Self, Usage> {
        match (&args.template, &args.templates) {
            (Some(file), _) => Ok(Self::Template(Template::load(file).map_err(Usage::new)?.into())),
            (None, Some(folder)) if folder == Path::new("builtin") => {
                Ok(Self::Templates(Templates::builtin()))
            }
            (None, Some(folder)) => Ok(Self::Templates(Templates::installed().with_folder(folder))),
            (None, None) if wanted => Ok(Self::Templates(Templates::installed())),
            (None, None) => Ok(Self::None),
        }
    }

    /// What parses a command's reply, if replies are to be parsed; an error if there is nothing for it.
    ///
    /// `platforms` are the names that the platform goes by, that of ntc-templates last.
    pub(crate) fn find(&self, platforms: &[&str], command: &str) -> Result<Option<Found>, LookupError> {
        match self {
            Self::None => Ok(None),
            Self::Template(template) => Ok(Some(template.clone())),
            Self::Templates(templates) => templates.find_as(platforms, command).map(Some),
        }
    }

    /// What parses the commands' replies on the platforms of these hosts, as far as both are known.
    pub(crate) fn find_all(
        &self,
        inventory: &Inventory,
        platforms: &Platforms,
        commands: &[String],
    ) -> Vec<Found> {
        if matches!(self, Self::None) {
            return Vec::new();
        }
        let asked_for: BTreeSet<_> = inventory.hosts().iter().filter_map(|host| asked_for(host)).collect();
        // An unknown platform is told host by host, and a command without a template too.
        let found = asked_for.into_iter().filter_map(|name| Some((name, platforms.find(name).ok()?)));
        let of_platform = |(name, platform): (&str, Arc<Platform>)| -> Vec<Found> {
            let names = names_of(Some(name), &platform);
            commands.iter().filter_map(|command| self.find(&names, command).ok()?).collect()
        };
        found.flat_map(of_platform).collect()
    }
}

/// The names that a platform goes by: as it was asked for, and, where it is one of ours, those that templates may have.
pub(crate) fn names(asked_for: &str) -> Vec<&str> {
    let known = Platform::builtin_template_names(asked_for);
    std::iter::once(asked_for).chain(known.into_iter().flatten()).collect()
}

/// The same of a host's platform, which is known.
pub(crate) fn names_of<'p>(asked_for: Option<&'p str>, platform: &'p Platform) -> Vec<&'p str> {
    asked_for.into_iter().chain(platform.template_names()).collect()
}

/// The name by which a host's platform was asked for, if it is not to be found out and not a file.
pub(crate) fn asked_for(host: &Host) -> Option<&str> {
    host.platform().filter(|name| *name != "auto" && host.settings().platform_file().is_none())
}
