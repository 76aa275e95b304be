//! A simulated AAA server, as TACACS+ or RADIUS is behind a fleet.

use linecrew_core::secret::Secret;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// An AAA server that checks the logins of the devices that share it, counts them by user and device, and locks a user out
/// who was refused too often. Clones are the same server.
///
/// ```
/// use linecrew_testkit::{Aaa, Lab};
///
/// let aaa = Aaa::new().account("admin", "admin").lock_after(3);
/// let lab = Lab::builder().devices(2).aaa(&aaa).start()?;
/// assert_eq!((aaa.logins("admin").refused, aaa.is_locked("admin")), (0, false));
/// # Ok::<(), linecrew_testkit::LabError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Aaa(Arc<Mutex<State>>);

/// How many logins were accepted and refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Logins {
    /// Let in.
    pub accepted: u64,
    /// Not let in: a wrong password, an unknown user, or one who is locked out.
    pub refused: u64,
}

#[derive(Debug, Default)]
struct State {
    accounts: BTreeMap<String, Account>,
    lock_after: Option<u64>,
    /// By user and device.
    logins: BTreeMap<(String, String), Logins>,
}

#[derive(Debug, Default)]
struct Account {
    password: Option<Secret>,
    /// Each is good for one login, and only in its turn.
    one_time: VecDeque<Secret>,
    refused_in_a_row: u64,
    is_locked: bool,
}

impl Aaa {
    /// A server without accounts, which locks nobody out.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a user.
    pub fn account(self, username: impl Into<String>, password: impl Into<String>) -> Self {
        self.state().accounts.entry(username.into()).or_default().password = Some(Secret::new(password));
        self
    }

    /// Adds a user with one-time passwords: each is accepted once, in their order. One that is passed over is of no use any
    /// more, as with a token that counts.
    pub fn one_time<P: Into<String>>(
        self,
        username: impl Into<String>,
        passwords: impl IntoIterator<Item = P>,
    ) -> Self {
        self.state().accounts.entry(username.into()).or_default().one_time =
            passwords.into_iter().map(Secret::new).collect();
        self
    }

    /// Locks a user out who was refused so often in a row, on whatever devices. Never unless set.
    pub fn lock_after(self, refusals: u64) -> Self {
        self.state().lock_after = Some(refusals);
        self
    }

    /// The logins of a user on all devices.
    pub fn logins(&self, username: &str) -> Logins {
        self.sum(|user, _| user == username)
    }

    /// The logins of a user on one device, by its hostname.
    pub fn logins_on(&self, username: &str, device: &str) -> Logins {
        self.sum(|user, on| user == username && on == device)
    }

    /// The users who tried to log in, those who do not exist too.
    pub fn users(&self) -> Vec<String> {
        let mut users: Vec<String> = self.state().logins.keys().map(|(user, _)| user.clone()).collect();
        users.dedup();
        users
    }

    /// Whether a user is locked out.
    pub fn is_locked(&self, username: &str) -> bool {
        self.state().accounts.get(username).is_some_and(|account| account.is_locked)
    }

    /// Checks a login on a device.
    pub(crate) fn admits(&self, username: &str, password: &str, device: &str) -> bool {
        let mut state = self.state();
        let State { accounts, lock_after, logins } = &mut *state;
        let lock_after = lock_after.unwrap_or(u64::MAX);
        let admitted = accounts.get_mut(username).is_some_and(|account| account.admits(password, lock_after));
        let count = logins.entry((username.to_owned(), device.to_owned())).or_default();
        *(if admitted { &mut count.accepted } else { &mut count.refused }) += 1;
        admitted
    }

    fn sum(&self, counts: impl Fn(&str, &str) -> bool) -> Logins {
        let state = self.state();
        let counted = state.logins.iter().filter(|((user, device), _)| counts(user, device));
        counted.fold(Logins::default(), |sum, (_, logins)| Logins {
            accepted: sum.accepted + logins.accepted,
            refused: sum.refused + logins.refused,
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Each change is one assignment, so what a panic left is still whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Account {
    fn admits(&mut self, password: &str, lock_after: u64) -> bool {
        let admitted = !self.is_locked && (self.is_password(password) || self.uses_up(password));
        self.refused_in_a_row = if admitted { 0 } else { self.refused_in_a_row + 1 };
        self.is_locked |= self.refused_in_a_row >= lock_after;
        admitted
    }

    fn is_password(&self, password: &str) -> bool {
        self.password.as_ref().is_some_and(|known| known.expose() == password)
    }

    fn uses_up(&mut self, password: &str) -> bool {
        let at = self.one_time.iter().position(|known| known.expose() == password);
        at.is_some_and(|at| self.one_time.drain(..=at).next().is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_are_counted_by_user_and_device() {
        let aaa = Aaa::new().account("ops", "right");
        assert!(aaa.admits("ops", "right", "r1") && !aaa.admits("ops", "wrong", "r2"));
        assert!(!aaa.admits("nobody", "right", "r1"));
        assert_eq!(aaa.logins("ops"), Logins { accepted: 1, refused: 1 });
        assert_eq!(aaa.logins_on("ops", "r2"), Logins { accepted: 0, refused: 1 });
        assert_eq!(
            (aaa.users(), aaa.is_locked("nobody")),
            (vec!["nobody".to_owned(), "ops".to_owned()], false)
        );
    }

    #[test]
    fn a_user_is_locked_out_after_so_many_refusals_in_a_row_on_whatever_devices() {
        let aaa = Aaa::new().account("ops", "right").lock_after(2);
        assert!(!aaa.admits("ops", "wrong", "r1") && aaa.admits("ops", "right", "r2"));
        assert!(!aaa.admits("ops", "wrong", "r1") && !aaa.is_locked("ops"));
        assert!(!aaa.admits("ops", "wrong", "r2") && aaa.is_locked("ops"));
        assert!(!aaa.admits("ops", "right", "r3"), "whoever is locked out is refused whatever he says");
    }

    #[test]
    fn a_one_time_password_is_good_once_and_in_its_turn() {
        let aaa = Aaa::new().one_time("ops", ["1", "2", "3"]);
        let tries = ["1", "1", "3", "2"].map(|code| aaa.admits("ops", code, "r1"));
        assert_eq!(tries, [true, false, true, false]);
    }

    #[test]
    fn debug_shows_no_secret() {
        let shown = format!("{:?}", Aaa::new().account("ops", "pw-1").one_time("otp", ["pw-2"]));
        assert!(!shown.contains("pw-1") && !shown.contains("pw-2"), "{shown}");
    }
}
