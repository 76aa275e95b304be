//! How replies become tables.

use crate::args::ParserArgs;
use crate::exit::Usage;
use linecrew_core::platform::Platform;
use linecrew_core::textfsm::{LookupError, Parser as Found, Template, Templates};
use std::path::Path;

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
    /// `platform` is the name that ntc-templates has.
    pub(crate) fn find(&self, platform: &str, command: &str) -> Result<Option<Found>, LookupError> {
        match self {
            Self::None => Ok(None),
            Self::Template(template) => Ok(Some(template.clone())),
            Self::Templates(templates) => templates.find(platform, command).map(Some),
        }
    }
}

/// What ntc-templates calls the platform of that name; a name that is none of ours may be one of theirs.
pub(crate) fn ntc_name(platform: &str) -> String {
    Platform::builtin_ntc_templates_platform(platform).unwrap_or(platform).to_owned()
}

/// What ntc-templates calls a platform; its own name where the definition does not say.
pub(crate) fn ntc_name_of(platform: &Platform) -> &str {
    platform.ntc_templates_platform().unwrap_or(platform.name())
}
