//! Logins on threads of their own.

use std::panic::resume_unwind;
use std::thread;

/// Runs a login on a thread that ends with it.
///
/// A thread keeps the pages of the deepest stack that it had, what malloc has put aside for it, and OpenSSL's random
/// numbers for private keys. A login needs most of all that, and a thread that holds the session afterwards would have it
/// for as long as it lives: 16 KB of 148, where thousands are open (`open_sessions` in `benches/`). A thread that takes the
/// next session instead has it anyway: 100 such with a login's thread each took 44 MB in place of 38 (`main_job`).
///
/// Where the system refuses the thread, the caller's serves. A panic goes on in the caller.
pub(super) fn apart<T: Send>(login: impl Fn() -> T + Sync) -> T {
    thread::scope(|scope| {
        let thread = thread::Builder::new().name("linecrew-login".into()).spawn_scoped(scope, &login);
        match thread {
            Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
            Err(_) => login(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_has_a_thread_of_its_own() {
        let ran_in = apart(|| thread::current().id());
        assert_ne!(ran_in, thread::current().id());
    }

    #[test]
    fn a_panic_of_a_login_goes_on_in_its_caller() {
        let panicked = std::panic::catch_unwind(|| apart(|| panic!("no key")));
        assert_eq!(panicked.unwrap_err().downcast_ref(), Some(&"no key"));
    }
}
