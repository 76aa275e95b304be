//! Reads the secrets of an inventory, each once.

use super::secret_source::SecretSource;
use crate::secret::Secret;
use std::collections::HashMap;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Answers prompts.
pub(super) type Asker = dyn Fn(&str) -> io::Result<Secret> + Send + Sync;

/// What was read so far, and who answers prompts. A command runs once and a prompt is asked once, for all hosts.
#[derive(Default)]
pub(super) struct Secrets {
    asker: Option<Arc<Asker>>,
    known: Mutex<HashMap<SecretSource, Result<Secret, String>>>,
    /// Held while somebody is asked, so that one prompt is on the screen at a time.
    asking: Mutex<()>,
}

impl Secrets {
    pub(super) fn new(asker: Option<Arc<Asker>>) -> Self {
        Self { asker, ..Self::default() }
    }

    /// Reads a secret; the error says what is wrong with the source.
    pub(super) fn read(&self, source: &SecretSource) -> Result<Secret, String> {
        if !matches!(source, SecretSource::Command(_) | SecretSource::Prompt(_)) {
            return source.read();
        }
        // Whoever waits here waits for one command or one answer, whose result is then known.
        let mut known = lock(&self.known);
        known.entry(source.clone()).or_insert_with(|| self.read_anew(source)).clone()
    }

    /// Reads a secret whatever was read before.
    pub(super) fn read_anew(&self, source: &SecretSource) -> Result<Secret, String> {
        match (source, &self.asker) {
            (SecretSource::Prompt(text), Some(asker)) => {
                let _one = lock(&self.asking);
                asker(text).map_err(|error| format!("{source} was not answered: {error}"))
            }
            _ => source.read(),
        }
    }
}

/// Nothing under these locks leaves a value half made.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn asked() -> (Secrets, Arc<AtomicUsize>) {
        let count = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&count);
        let asker =
            move |text: &str| Ok(Secret::new(format!("{text}{}", counter.fetch_add(1, Ordering::Relaxed))));
        (Secrets::new(Some(Arc::new(asker))), count)
    }

    #[test]
    fn a_prompt_is_asked_once_unless_it_is_read_anew() {
        let (secrets, count) = asked();
        let source = SecretSource::Prompt("pw".to_owned());
        let first = secrets.read(&source).unwrap();
        assert_eq!((first.expose(), secrets.read(&source).unwrap().expose()), ("pw0", "pw0"));
        assert_eq!(secrets.read_anew(&source).unwrap().expose(), "pw1");
        assert_eq!(count.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn a_command_runs_once_for_all_hosts() {
        let folder = tempfile::tempdir().unwrap();
        let ran = folder.path().join("ran");
        let source = SecretSource::Command(format!("echo x >> '{}'; echo s3cret", ran.display()));
        let secrets = Secrets::default();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| assert_eq!(secrets.read(&source).unwrap().expose(), "s3cret"));
            }
        });
        assert_eq!(std::fs::read_to_string(ran).unwrap(), "x\n");
    }

    #[test]
    fn a_prompt_that_nobody_answers_is_an_error() {
        let error = Secrets::default().read(&SecretSource::Prompt("Token".to_owned())).unwrap_err();
        assert_eq!(error, "the prompt \"Token\" has to be asked for, and nobody is there to answer");
    }
}
