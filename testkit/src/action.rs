//! What a command of a simulated device does.

use crate::candidate::Hold;
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
    /// Shows a text with its places filled.
    Template(Arc<str>),
    /// Asks a question, and goes on where the answer is the Enter key, `y` or `yes`.
    Ask(Text, Arc<Action>),
    /// Into a mode.
    Enter(Text),
    /// Makes the running configuration the one that a reload comes up with, with these words.
    Save(Text),
    /// Forgets what was saved.
    Erase,
    /// Comes up anew, with the configuration that was saved; every session ends.
    Reload,
    /// Asks for the enable secret.
    Enable,
    /// Back to the mode without privileges.
    Disable,
    /// Into configuration, with these words, for everybody or for this session.
    Configure(Text, Hold),
    /// One mode up, or out.
    Exit,
    /// Out of configuration; asks first where changes are not committed.
    End,
    /// Out of configuration, and what was not committed is given up.
    Abort,
    /// Lets the candidate hold, with these words.
    Commit(Text),
    /// Takes an earlier configuration into the candidate, with these words: of so many commits ago as its argument says.
    RollBack(Text),
    /// Lets the configuration before the last commit hold again, with these words.
    Undo(Text),
    /// Sets a statement, or deletes it.
    Statement { delete: bool },
    /// To a level of the candidate.
    Edit,
    /// One level up.
    Up,
    /// To the highest level.
    Top,
    /// Replies no longer begin with the time.
    Unstamped,
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
