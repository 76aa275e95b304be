//! `~/.ssh/config` (`ssh_config(5)` of OpenSSH).
//!
//! Read as OpenSSH reads it: the first value counts; `Host` and `Match` with patterns and negation; `Include`; quotes;
//! tokens, `~` and `${NAME}`. Keywords of [`HostConfig`] have an effect. What would change the way to a host or whom it
//! trusts, and is not supported, is an error for that host: `ProxyCommand`, `AddressFamily`, `CanonicalizeHostname`,
//! `RevokedHostKeys`, and `Match exec` and its like where the block depends on it. All else is named in
//! [`HostConfig::ignored`], and in the log at the level debug.

mod condition;
mod error;
mod expand;
mod host;
mod line;
mod local;
mod parse;
mod setting;
mod value;

pub use error::ConfigError;
pub use host::{HostConfig, IdentityAgent, Ignored};
pub use value::Jump;

use condition::Facts;
use host::Options;
use local::Local;
use parse::{Directive, Line, Reader};
use std::path::{Path, PathBuf};

/// The file for all users of the machine.
const SYSTEM: &str = "/etc/ssh/ssh_config";

/// A configuration file, or several, of which the earlier ones count more.
///
/// ```no_run
/// use linecrew_transports::ssh::config::SshConfig;
///
/// let config = SshConfig::load("/home/netops/.ssh/config")?;
/// let host = config.query("r1")?;
/// println!("{}:{} through {:?}", host.hostname, host.port.unwrap_or(22), host.proxy_jump);
/// # Ok::<(), linecrew_transports::ssh::config::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SshConfig {
    lines: Vec<Vec<Line>>,
    local: Local,
}

impl SshConfig {
    /// Loads one file, which must exist, and what it includes. Relative names of included files are looked up in
    /// `~/.ssh`, as for `ssh -F`.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let local = Local::new();
        let lines = vec![Reader { local: &local, folder: user_folder(&local) }.file(path.as_ref())?];
        Ok(Self { lines, local })
    }

    /// Parses the text of a file, and loads what it includes; `origin` is the file that errors name. Otherwise as
    /// [`load`](Self::load).
    ///
    /// ```
    /// use linecrew_transports::ssh::config::SshConfig;
    ///
    /// let config = SshConfig::parse("Host r?\nPort 2022\nUser netops\n", "generated")?;
    /// assert_eq!(config.query("r1")?.port, Some(2022));
    /// assert_eq!(config.query("sw1")?.port, None);
    /// # Ok::<(), linecrew_transports::ssh::config::ConfigError>(())
    /// ```
    pub fn parse(text: impl AsRef<[u8]>, origin: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let local = Local::new();
        let reader = Reader { local: &local, folder: user_folder(&local) };
        let lines = vec![reader.lines(origin.as_ref(), text.as_ref(), 0)?];
        Ok(Self { lines, local })
    }

    /// Loads what OpenSSH reads unless told otherwise: [the user's file](Self::default_path), then
    /// `/etc/ssh/ssh_config`. Those that do not exist are empty; an error if somebody else may write one of them.
    pub fn usual() -> Result<Self, ConfigError> {
        let local = Local::new();
        let user = Reader { local: &local, folder: user_folder(&local) };
        let system = Reader { local: &local, folder: Path::new(SYSTEM).parent().map(Path::to_owned) };
        let path = user.folder.as_ref().map(|folder| folder.join("config"));
        let own = path.map_or(Ok(Vec::new()), |path| user.own_file(&path))?;
        let lines = vec![own, system.own_file(Path::new(SYSTEM))?];
        Ok(Self { lines, local })
    }

    /// `~/.ssh/config`; none for a user without a home.
    pub fn default_path() -> Option<PathBuf> {
        user_folder(&Local::new()).map(|folder| folder.join("config"))
    }

    /// What is said of a host that is called `host` on the command line.
    pub fn query(&self, host: &str) -> Result<HostConfig, ConfigError> {
        self.query_as(host, None, None)
    }

    /// The same where user and port are known already, as with `ssh -l` and `-p`: they count in `Match user` and in
    /// tokens.
    pub fn query_as(
        &self,
        host: &str,
        user: Option<&str>,
        port: Option<u16>,
    ) -> Result<HostConfig, ConfigError> {
        let mut walk = Walk {
            local: &self.local,
            original: host,
            given: host.to_owned(),
            user,
            last_pass: false,
            second_pass: false,
            options: Options::default(),
        };
        walk.files(&self.lines)?;
        if walk.second_pass {
            walk.last_pass = true;
            walk.given = walk.options.fix_host(host, &self.local)?;
            walk.options.ignored.clear();
            walk.files(&self.lines)?;
        }
        walk.options.resolve(host, user, port, &self.local)
    }

    /// Who logs in where nothing says so.
    pub(super) fn local_user(&self) -> Option<&str> {
        self.local.name.as_deref()
    }
}

fn user_folder(local: &Local) -> Option<PathBuf> {
    local.home.as_ref().map(|home| home.join(".ssh"))
}

/// A walk through the lines for one host.
struct Walk<'a> {
    local: &'a Local,
    original: &'a str,
    /// What `Host` is compared with.
    given: String,
    user: Option<&'a str>,
    last_pass: bool,
    second_pass: bool,
    options: Options,
}

impl Walk<'_> {
    fn files(&mut self, files: &[Vec<Line>]) -> Result<(), ConfigError> {
        files.iter().try_for_each(|lines| self.lines(lines, true))
    }

    /// `reached`: whether the block applies in which the lines stand.
    fn lines(&mut self, lines: &[Line], reached: bool) -> Result<(), ConfigError> {
        let mut active = reached;
        for Line { place, directive } in lines {
            match directive {
                Directive::Block(condition) => {
                    self.second_pass |= condition.wants_second_pass();
                    active = reached && self.holds(condition).map_err(|error| error.at(place))?;
                }
                Directive::Include(lines) => self.lines(lines, active)?,
                _ if !active => {}
                Directive::Set(setting) => self.options.set(setting.clone(), place),
                Directive::Ignored(keyword) => {
                    self.options.ignored.push(Ignored { place: place.clone(), keyword: keyword.clone() });
                }
            }
        }
        Ok(())
    }

    fn holds(&self, condition: &condition::Condition) -> Result<bool, ConfigError> {
        let host = self.options.host(&self.given, self.local)?;
        condition.holds(&Facts {
            given: &self.given,
            original: self.original,
            host: &host,
            user: self.user.or(self.options.user.as_ref().map(|(user, _)| &**user)),
            local: self.local,
            last_pass: self.last_pass,
        })
    }
}

#[cfg(test)]
mod tests;
