//! What the bench of fleet runs is made of.

mod faults;
mod lab;

pub use faults::{End, Kind, Wrong, kinds};
pub use lab::{Counted, GROUPS, Serving, behind, serve_if_asked};
