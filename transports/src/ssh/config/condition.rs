//! What the lines of a block depend on: `Host` and `Match`.

use super::error::ConfigError;
use super::local::Local;
use crate::ssh::pattern::Patterns;

/// The condition of a block.
#[derive(Clone, Debug)]
pub(super) enum Condition {
    /// `Host`: the name as given, letter for letter.
    Host(Patterns),
    /// `Match`: all criteria.
    Match(Vec<Criterion>),
}

#[derive(Clone, Debug)]
pub(super) struct Criterion {
    negated: bool,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    All,
    /// `canonical` and `final`: in the second pass only.
    Final {
        wanted: bool,
    },
    Host(Patterns),
    OriginalHost(Patterns),
    User(Patterns),
    LocalUser(Patterns),
    /// One that is not decided here.
    Other(String),
}

/// What the conditions are about, as it is when a line is reached.
pub(super) struct Facts<'a> {
    /// The name of the host as given; in the second pass, as the first one found it.
    pub(super) given: &'a str,
    pub(super) original: &'a str,
    /// The name so far.
    pub(super) host: &'a str,
    /// The user so far.
    pub(super) user: Option<&'a str>,
    pub(super) local: &'a Local,
    pub(super) last_pass: bool,
}

impl Condition {
    pub(super) fn host(words: &[String]) -> Result<Self, ConfigError> {
        if words.iter().any(String::is_empty) {
            return Err(ConfigError::new("Host: an empty pattern"));
        }
        Ok(Self::Host(Patterns::new(words.iter().map(String::as_str))))
    }

    pub(super) fn criteria(words: &[String]) -> Result<Self, ConfigError> {
        // `host=name` is one word and means two.
        let mut words = words.iter().flat_map(|word| match word.split_once('=') {
            Some((criterion, value)) if is_criterion(criterion) => vec![criterion, value],
            _ => vec![word.as_str()],
        });
        let mut criteria = Vec::new();
        while let Some(word) = words.next() {
            let (negated, name) = word.strip_prefix('!').map_or((false, word), |name| (true, name));
            criteria.push(Criterion { negated, what: What::parse(name, &mut words)? });
        }
        let others = |criterion: &Criterion| !matches!(criterion.what, What::All | What::Final { .. });
        let all = criteria.iter().any(|criterion| matches!(criterion.what, What::All));
        if all && criteria.iter().any(others) {
            return Err(ConfigError::new("Match: all stands alone, or after canonical or final"));
        }
        if criteria.is_empty() {
            return Err(ConfigError::new("Match: no criterion"));
        }
        Ok(Self::Match(criteria))
    }

    /// Whether the block counts; an error where that depends on what is not decided here.
    pub(super) fn holds(&self, facts: &Facts<'_>) -> Result<bool, ConfigError> {
        let criteria = match self {
            Self::Host(patterns) => return Ok(patterns.contain(facts.given)),
            Self::Match(criteria) => criteria,
        };
        let mut undecided = None;
        for criterion in criteria {
            match criterion.what.holds(facts)? {
                Some(holds) if holds == criterion.negated => return Ok(false),
                Some(_) => {}
                None => undecided = undecided.or(Some(&criterion.what)),
            }
        }
        match undecided {
            Some(What::Other(name)) => Err(ConfigError::new(format!("Match {name} is not supported"))),
            _ => Ok(true),
        }
    }

    /// Whether a second pass has to follow, in which `final` holds.
    pub(super) fn wants_second_pass(&self) -> bool {
        let wants = |criterion: &Criterion| matches!(criterion.what, What::Final { wanted: true });
        matches!(self, Self::Match(criteria) if criteria.iter().any(wants))
    }
}

impl What {
    fn parse<'a>(name: &str, words: &mut impl Iterator<Item = &'a str>) -> Result<Self, ConfigError> {
        let name = name.to_ascii_lowercase();
        if !is_criterion(&name) {
            return Err(ConfigError::new(format!("Match: no such criterion: {name}")));
        }
        match &*name {
            "all" => return Ok(Self::All),
            "canonical" => return Ok(Self::Final { wanted: false }),
            "final" => return Ok(Self::Final { wanted: true }),
            _ => {}
        }
        let missing = || ConfigError::new(format!("Match {name}: no argument"));
        let argument = words.next().filter(|argument| !argument.is_empty()).ok_or_else(missing)?;
        // Names of hosts are compared in small letters.
        let hosts = || Patterns::new(argument.to_ascii_lowercase().split(','));
        let users = || Patterns::new(argument.split(','));
        Ok(match &*name {
            "host" => Self::Host(hosts()),
            "originalhost" => Self::OriginalHost(hosts()),
            "user" => Self::User(users()),
            "localuser" => Self::LocalUser(users()),
            _ => Self::Other(name),
        })
    }

    /// None if it is not decided here.
    fn holds(&self, facts: &Facts<'_>) -> Result<Option<bool>, ConfigError> {
        let local = || {
            facts.local.name.as_deref().ok_or_else(|| {
                ConfigError::new("Match: the user who runs this program has no name in the system")
            })
        };
        Ok(Some(match self {
            Self::All => true,
            Self::Final { .. } => facts.last_pass,
            Self::Host(patterns) => patterns.contain(&facts.host.to_ascii_lowercase()),
            Self::OriginalHost(patterns) => patterns.contain(&facts.original.to_ascii_lowercase()),
            Self::User(patterns) => patterns.contain(facts.user.map_or_else(local, Ok)?),
            Self::LocalUser(patterns) => patterns.contain(local()?),
            Self::Other(_) => return Ok(None),
        }))
    }
}

fn is_criterion(name: &str) -> bool {
    const DECIDED: [&str; 7] = ["all", "canonical", "final", "host", "originalhost", "user", "localuser"];
    const OTHERS: [&str; 6] = ["exec", "localnetwork", "tagged", "command", "sessiontype", "version"];
    let name = name.strip_prefix('!').unwrap_or(name);
    DECIDED.iter().chain(&OTHERS).any(|known| known.eq_ignore_ascii_case(name))
}
