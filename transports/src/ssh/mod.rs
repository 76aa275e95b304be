//! SSH on libssh2, which never blocks here: every step of a login waits in [`poll`](crate::poll), keeps its
//! deadline and notices a cancel.
//!
//! The host key is checked before anything is said about the user; a password is sent once per connection.

mod algorithms;
mod auth;
mod connector;
mod greeting;
mod host_key;
mod jump;
pub mod known_hosts;
mod session;
mod shell;

pub use connector::SshConnector;
pub use jump::Jump;
pub use shell::SshTransport;

/// The port where none is given (RFC 4253, section 4.1).
pub const PORT: u16 = 22;
