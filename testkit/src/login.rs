//! Login and `enable` at a console.

use crate::console::{Console, Entry, State};
use crate::device::LoginStyle;
use crate::node::Node;
use crate::platform::{EnableWords, LoginWords};
use crate::replay::Replay;
use std::sync::Arc;

/// Wrong answers after which a device gives up.
const TRIES: u32 = 3;

impl State {
    /// What a new session waits for.
    pub(crate) fn first(node: &Node, entry: Entry) -> Self {
        if let Some(recording) = &node.device().recording {
            return Self::Replay(Replay::new(recording));
        }
        match (entry, node.device().login) {
            (Entry::Authenticated, _) | (_, LoginStyle::None) => Self::Command,
            (_, LoginStyle::Password) => Self::Password { username: None },
            (_, LoginStyle::UserPassword) => Self::Username,
        }
    }
}

impl Console {
    pub(crate) fn take_username(&mut self, name: &str) {
        self.state = match name.trim() {
            "" => State::Username,
            name => State::Password { username: Some(name.into()) },
        };
    }

    pub(crate) fn take_password(&mut self, username: Option<&str>, password: &str) {
        let node = Arc::clone(&self.node);
        if self.node.admits(username, password) {
            self.wrong_answers = 0;
            return self.say_filled(&node.device().platform.login.welcome);
        }
        let LoginWords { refused_login, refused_password, .. } = &node.device().platform.login;
        let words = if username.is_some() { refused_login } else { refused_password };
        self.state = match username {
            Some(_) => State::Username,
            None => State::Password { username: None },
        };
        if self.refuse_answer(&words.again, &words.for_good) {
            self.state = State::Closed;
        }
    }

    /// `enable`: asks for the secret, where there is one and it is needed.
    pub(crate) fn enable(&mut self) {
        let node = Arc::clone(&self.node);
        let device = node.device();
        match (&device.enable_secret, &device.platform.enable.unset) {
            _ if self.mode != device.platform.user_mode => {}
            _ if device.platform.enable.own_password => self.state = State::EnableSecret,
            (Some(_), _) => self.state = State::EnableSecret,
            (None, Some(refusal)) => self.say(refusal),
            (None, None) => self.mode.clone_from(&device.platform.exec_mode),
        }
    }

    pub(crate) fn take_enable_secret(&mut self, typed: &str) {
        let node = Arc::clone(&self.node);
        let device = node.device();
        let EnableWords { refused, closes, own_password, .. } = &device.platform.enable;
        let secret = if *own_password { Some(&device.password) } else { device.enable_secret.as_ref() };
        if secret.is_some_and(|secret| secret.expose() == typed) {
            self.mode.clone_from(&device.platform.exec_mode);
            self.wrong_answers = 0;
        } else if !self.refuse_answer(&refused.again, &refused.for_good) {
            self.state = State::EnableSecret;
        } else if *closes {
            self.state = State::Closed;
        }
    }

    /// Words one wrong answer, and says whether it was one too many.
    fn refuse_answer(&mut self, again: &str, for_good: &str) -> bool {
        self.wrong_answers += 1;
        let too_many = self.wrong_answers >= TRIES;
        self.say(if too_many { for_good } else { again });
        if too_many {
            self.wrong_answers = 0;
        }
        too_many
    }
}
