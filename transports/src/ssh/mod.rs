//! SSH on libssh2, which never blocks here: every step of a login waits in [`poll`](crate::poll), keeps its
//! deadline and notices a cancel.
//!
//! The host key is checked before anything is said about the user; a password is sent once per connection.
//!
//! What differs from host to host is data:
//! [`SshOptions`](linecrew_core::transport::SshOptions), in an inventory under the key `ssh`:
//!
//! ```yaml
//! hosts:
//!   r1:
//!     ssh:
//!       auth_order: [publickey, keyboard-interactive]
//!       legacy_algorithms: true
//!       server_alive_interval: 30
//! ```

mod algorithm_list;
mod algorithms;
mod apart;
mod auth;
pub mod config;
mod configured;
mod connection;
mod connector;
mod greeting;
mod host_key;
mod jump;
mod keepalive;
pub mod known_hosts;
mod known_hosts_file;
mod offer;
mod pattern;
mod proxy_jump;
mod scan;
mod session;
mod shell;
mod watch;

pub use algorithm_list::{AlgorithmList, AlgorithmLists};
pub use auth::Challenge;
pub use connection::SshConnection;
pub use connector::SshConnector;
pub use jump::Jump;
pub use scan::{Forgotten, Scan, ScannedKey, Standing};
pub use shell::SshTransport;

/// The port where none is given (RFC 4253, section 4.1).
pub const PORT: u16 = 22;
