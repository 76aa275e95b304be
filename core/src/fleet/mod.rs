//! Runs a job over every host of an inventory.
