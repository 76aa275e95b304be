//! What a host's SSH server needs beside the usual, as plain data.

use super::settings::settings;
use std::fmt;
use std::path::PathBuf;

settings! {
    /// How a host is spoken to over SSH; what is `None` is left to the connector.
    ///
    /// The names are those of `ssh_config(5)` where that has one.
    ///
    /// ```
    /// use linecrew_core::transport::{AuthMethod, SshOptions, Target};
    ///
    /// let mut options = SshOptions::default();
    /// options.auth_order = Some(vec![AuthMethod::Password]);
    /// options.legacy_algorithms = Some(true);
    /// let target = Target::new("192.0.2.1").ssh(options);
    /// # assert_eq!(target.ssh.legacy_algorithms, Some(true));
    /// ```
    pub struct SshOptions {
        /// The methods to log in with, the first one first; those left out are not tried. `publickey`,
        /// `keyboard-interactive`, `password` unless set, as OpenSSH has it.
        pub auth_order: Option<Vec<AuthMethod>>,
        /// The socket of the SSH agent: a path, `none`, or `SSH_AUTH_SOCK` for the one that the environment variable names.
        /// `SSH_AUTH_SOCK` unless set.
        pub identity_agent: Option<String>,
        /// Private key files to try after that of the credentials. One that is missing is passed over.
        pub identity_files: Option<Vec<PathBuf>>,
        /// Whether the agent is asked only for the keys that the private key files name, each by the file of the same name
        /// that ends in `.pub`. Off unless set.
        pub identities_only: Option<bool>,
        /// How many keys are offered at most, those of files and of the agent together. Servers count each refused key as
        /// a failed login, so too many lock the password out. 2 unless set, or 5 where there is no password.
        pub max_keys: Option<usize>,
        /// Whether broken algorithms are offered after the modern ones, for devices that have no other. Off unless set.
        pub legacy_algorithms: Option<bool>,
        /// The key exchange algorithms to offer, best first, in place of the built-in list.
        pub kex_algorithms: Option<Vec<String>>,
        /// The host key algorithms to accept, best first, in place of the built-in list.
        pub host_key_algorithms: Option<Vec<String>>,
        /// The ciphers to offer, best first, in place of the built-in list.
        pub ciphers: Option<Vec<String>>,
        /// The message authentication codes to offer, best first, in place of the built-in list.
        pub macs: Option<Vec<String>>,
        /// After how many seconds without a byte from the server it is asked whether it is still there; 2 at least. 0, which
        /// is off, unless set. A jump host is asked as its own options say, while devices are connected to through it.
        pub server_alive_interval: Option<u32>,
        /// How many such questions in a row may stay unanswered before the connection counts as lost. 3 unless set.
        pub server_alive_count_max: Option<u32>,
        /// The terminal's type, `TERM`. `vt100` unless set.
        pub terminal: Option<String>,
        /// The terminal's width in columns; 511 unless set, wide enough that devices do not wrap.
        pub columns: Option<u32>,
        /// The terminal's height in rows; 1,000 unless set, high enough that most devices do not page.
        pub rows: Option<u32>,
    }
}

/// A way to log in over SSH (RFC 4252, RFC 4256).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "inventory",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case")
)]
pub enum AuthMethod {
    /// A key of the agent, then those in files.
    #[cfg_attr(feature = "inventory", serde(rename = "publickey"))]
    PublicKey,
    /// The server's questions, each answered with the password or by a responder.
    KeyboardInteractive,
    /// The password.
    Password,
}

impl SshOptions {
    /// The files that it names, as the inventory gives them.
    #[cfg(feature = "inventory")]
    pub(crate) fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        self.identity_files.iter_mut().flatten()
    }
}

impl AuthMethod {
    /// The order where none is set.
    pub const DEFAULT_ORDER: [Self; 3] = [Self::PublicKey, Self::KeyboardInteractive, Self::Password];

    /// The name in the protocol: `publickey`, `keyboard-interactive`, `password`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PublicKey => "publickey",
            Self::KeyboardInteractive => "keyboard-interactive",
            Self::Password => "password",
        }
    }
}

impl fmt::Display for AuthMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(all(test, feature = "inventory"))]
mod tests {
    use super::*;

    #[test]
    fn methods_have_the_protocols_names_in_an_inventory() {
        let text = "{auth_order: [password, keyboard-interactive, publickey]}";
        let options: SshOptions = serde_saphyr::from_str(text).unwrap();
        let names: Vec<_> = options.auth_order.iter().flatten().map(|method| method.as_str()).collect();
        assert_eq!(names, ["password", "keyboard-interactive", "publickey"]);
    }
}
