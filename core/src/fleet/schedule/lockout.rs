//! Credentials that are refused are not tried until an account is locked.

use std::collections::HashMap;

/// So many refusals end the use of a credential.
const MOST_REFUSALS: u32 = 2;

/// The credentials of a run.
#[derive(Default)]
pub(super) struct Credentials {
    ids: HashMap<String, usize>,
    known: Vec<Known>,
}

#[derive(Default)]
struct Known {
    name: String,
    login: Refusals,
    enable: Refusals,
}

#[derive(Default)]
struct Refusals(u32);

impl Refusals {
    fn have_stopped(&self) -> bool {
        self.0 >= MOST_REFUSALS
    }
}

impl Credentials {
    pub(super) fn id(&mut self, name: &str) -> usize {
        if let Some(id) = self.ids.get(name) {
            return *id;
        }
        self.known.push(Known { name: name.to_owned(), ..Known::default() });
        self.ids.insert(name.to_owned(), self.known.len() - 1);
        self.known.len() - 1
    }

    pub(super) fn name(&self, id: usize) -> &str {
        &self.known[id].name
    }

    /// Notes a refused login; whether that was one too many.
    pub(super) fn login_refused(&mut self, id: usize) -> bool {
        self.known[id].login.0 += 1;
        self.has_stopped(id)
    }

    /// Notes a refused enable secret.
    pub(super) fn enable_refused(&mut self, id: usize) {
        self.known[id].enable.0 += 1;
    }

    /// Whether it is not used any more.
    pub(super) fn has_stopped(&self, id: usize) -> bool {
        self.known[id].login.have_stopped()
    }

    /// Whether its enable secret is not used any more.
    pub(super) fn enable_has_stopped(&self, id: usize) -> bool {
        self.known[id].enable.have_stopped()
    }
}
