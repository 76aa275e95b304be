//! The user who runs the program, for what depends on him.

use nix::unistd::{Uid, User};
use std::path::PathBuf;

/// The user who runs the program, and his environment.
#[derive(Clone, Debug)]
pub(super) struct Local {
    pub(super) name: Option<String>,
    pub(super) home: Option<PathBuf>,
    pub(super) uid: u32,
    /// Looks a variable of the environment up.
    pub(super) env: fn(&str) -> Option<String>,
    /// Looks up where another user is at home.
    pub(super) home_of: fn(&str) -> Option<PathBuf>,
}

impl Local {
    /// As the system has it: like OpenSSH, which does not ask `HOME`.
    pub(super) fn new() -> Self {
        let uid = Uid::current();
        let user = User::from_uid(uid).ok().flatten();
        let (name, home) = user.map(|user| (user.name, user.dir)).unzip();
        Self {
            name,
            home: home.or_else(std::env::home_dir),
            uid: uid.as_raw(),
            env: |name| std::env::var(name).ok(),
            home_of: |name| User::from_name(name).ok().flatten().map(|user| user.dir),
        }
    }
}
