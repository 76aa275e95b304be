//! The groups of an inventory.

/// A group: a name that hosts and other groups inherit from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Group {
    /// Its name.
    pub name: String,
    /// The groups that it inherits from itself.
    pub parents: Vec<String>,
}
