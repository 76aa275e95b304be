//! The platforms that a program knows: the embedded ones, and its user's.

use super::detect::{self, Guess, Said};
use super::{Platform, PlatformError, builtin};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The embedded platforms, and before them those of a user's own files. It is cheap to clone.
///
/// ```
/// use linecrew_core::platform::{Platforms, Said};
///
/// let platforms = Platforms::default();
/// assert_eq!(platforms.find("nxos")?.name(), "cisco_nxos");
///
/// let said = Said { prompt: "RP/0/RP0/CPU0:core1#", ..Said::default() };
/// let guesses = platforms.detect(said);
/// assert_eq!(guesses[0].platform, "cisco_iosxr");
/// assert!(guesses[0].is_sure());
/// # Ok::<(), linecrew_core::platform::PlatformError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Platforms {
    own: Arc<Vec<Arc<Platform>>>,
    /// What was loaded by path; shared by the clones.
    files: Arc<Mutex<HashMap<PathBuf, Arc<Platform>>>>,
}

impl Platforms {
    /// Adds every definition of a folder, the files that end in `.yaml` or `.yml`. Where a name is known already, the
    /// definition that was added last counts. A file that cannot be used is an error.
    pub fn folder(mut self, folder: impl AsRef<Path>) -> Result<Self, PlatformError> {
        let mut own = definitions_in(folder.as_ref())?
            .into_iter()
            .map(Platform::load)
            .collect::<Result<Vec<_>, _>>()?;
        own.extend(self.own.iter().cloned());
        self.own = Arc::new(own);
        Ok(self)
    }

    /// The platform of that name or alias; an unknown name is an error that lists what is near it.
    pub fn find(&self, name: &str) -> Result<Arc<Platform>, PlatformError> {
        let named = |platform: &&Arc<Platform>| builtin::is_same(platform.name(), name);
        let called =
            |platform: &&Arc<Platform>| platform.aliases().iter().any(|alias| builtin::is_same(alias, name));
        let found = self.own.iter().find(named).or_else(|| self.own.iter().find(called));
        found.map_or_else(|| builtin::find(name), |platform| Ok(Arc::clone(platform)))
    }

    /// The platform of a definition file, read once: a fleet asks for the same one for each of its hosts.
    pub fn load(&self, path: impl AsRef<Path>) -> Result<Arc<Platform>, PlatformError> {
        let path = path.as_ref();
        // Whole platforms go in, so a poisoned map is still good.
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = files.get(path) {
            return Ok(Arc::clone(known));
        }
        let platform = Platform::load(path)?;
        files.insert(path.to_owned(), Arc::clone(&platform));
        Ok(platform)
    }

    /// All platforms, each once: the user's, then the embedded ones that none of the user's takes the name of.
    pub fn all(&self) -> Result<Vec<Arc<Platform>>, PlatformError> {
        self.names().iter().map(|name| self.find(name)).collect()
    }

    /// The names of all platforms, in the order of [`all`](Self::all).
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let own = self.own.iter().map(|platform| platform.name().to_owned());
        for name in own.chain(builtin::names().map(str::to_owned)) {
            if !names.iter().any(|known| builtin::is_same(known, &name)) {
                names.push(name);
            }
        }
        names
    }

    /// The platforms that something of what a device has said speaks for, the likeliest first.
    pub fn detect(&self, said: Said<'_>) -> Vec<Guess> {
        let own = self.own.iter().filter_map(|platform| Some((platform.name(), platform.clues.as_ref()?)));
        let is_own = |name: &str| self.own.iter().any(|platform| builtin::is_same(platform.name(), name));
        let embedded = builtin::clues().filter(|(name, _)| !is_own(name));
        detect::detect(own.chain(embedded), said)
    }
}

/// The definition files of a folder, by name.
pub(super) fn definitions_in(folder: &Path) -> Result<Vec<PathBuf>, PlatformError> {
    let unreadable = |error: std::io::Error| {
        PlatformError::new(&folder.display().to_string(), format!("cannot be read: {error}"))
    };
    let entries = fs::read_dir(folder).map_err(unreadable)?;
    let mut files = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(unreadable)?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "yaml" || extension == "yml"));
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACME: &str = "{prompt_pattern: '>$', default_mode: cli, modes: [{name: cli, prompt_pattern: '^acme>$'}], \
                        aliases: [acme_os], detect: {banner: [{pattern: ACME, sure: 95}]}}";

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    #[test]
    fn a_folder_adds_platforms_that_count_before_the_embedded_ones() {
        let folder = folder(&[("acme.yaml", ACME), ("frr.yml", ACME), ("README.md", "no definition")]);
        let platforms = Platforms::default().folder(folder.path()).unwrap();
        assert_eq!(platforms.find("acme_os").unwrap().name(), "acme");
        assert_eq!(platforms.find("frr").unwrap().default_mode(), "cli");
        assert_eq!(platforms.find("ios").unwrap().name(), "cisco_iosxe");
        let all = platforms.all().unwrap();
        assert_eq!(all.iter().filter(|platform| platform.name() == "frr").count(), 1);
        assert_eq!(platforms.detect(Said { banner: "ACME", ..Said::default() })[0].platform, "acme");
    }

    #[test]
    fn a_file_is_read_once() {
        let folder = folder(&[("acme.yaml", ACME)]);
        let (file, platforms) = (folder.path().join("acme.yaml"), Platforms::default());
        let first = platforms.load(&file).unwrap();
        fs::remove_file(&file).unwrap();
        assert!(Arc::ptr_eq(&first, &platforms.clone().load(&file).unwrap()));
        assert!(Platforms::default().load(&file).is_err());
    }

    #[test]
    fn a_file_that_cannot_be_used_is_told_with_its_place() {
        let bad = ACME.replace("'^acme>$'", "'^(acme>$'");
        let folder = folder(&[("acme.yaml", &bad)]);
        let error = Platforms::default().folder(folder.path()).unwrap_err().to_string();
        assert!(error.contains("acme.yaml:1: mode cli: bad pattern"), "{error}");
        let error = Platforms::default().folder("/nowhere").unwrap_err().to_string();
        assert!(error.starts_with("/nowhere: cannot be read"), "{error}");
    }
}
