//! What a command of a simulated device does.

use crate::node::Node;
use std::sync::Arc;

/// The effect of a command.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// Shows fixed bytes.
    Show(Arc<[u8]>),
    /// Shows what the device's present state gives.
    Report(fn(&Node) -> String),
    /// Asks for the enable secret.
    Enable,
    /// Back to the mode without privileges.
    Disable,
    /// Into configuration, with these words.
    Configure(&'static str),
    /// One mode up, or out.
    Exit,
    /// Out of configuration.
    End,
    /// Out.
    Logout,
    /// Runs its argument as a command of privileged exec.
    Do,
    /// Sets the page length; zero switches paging off.
    PageLength,
    /// Takes its argument and does nothing with it.
    Accept,
    /// Changes the hostname.
    Hostname,
    /// Into the configuration of an interface.
    Interface(&'static str),
    /// Adds the line to the running configuration.
    Configured,
    /// Takes a line out of the running configuration.
    Unconfigured,
}
