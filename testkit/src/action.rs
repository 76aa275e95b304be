//! What a command of a simulated device does.

use crate::node::Node;
use crate::platform::Text;
use std::sync::Arc;

/// The effect of a command.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// Shows fixed bytes.
    Show(Arc<[u8]>),
    /// Shows what the device's present state gives.
    Report(fn(&Node) -> String),
    /// Shows a text with `{hostname}` and `{running-config}` as they are now.
    Template(Arc<str>),
    /// Asks a question, and goes on where the answer is the Enter key, `y` or `yes`.
    Ask(Text, Arc<Action>),
    /// Into a mode.
    Enter(Text),
    /// Makes the running configuration the one that a reload comes up with, with these words.
    Save(&'static str),
    /// Forgets what was saved.
    Erase,
    /// Comes up anew, with the configuration that was saved; every session ends.
    Reload,
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
    Interface(Text),
    /// Adds the line to the running configuration.
    Configured,
    /// Adds an input of several lines to the running configuration: up to its delimiter, the first character of the
    /// argument.
    MultiLine,
    /// Takes a line out of the running configuration.
    Unconfigured,
}
