//! TextFSM: what is parsed, and who parses it.

mod cases;
mod child;
mod parsers;

pub use cases::{Case, Cases, LARGE};
pub use child::{Child, Work, serve_if_asked};
pub use parsers::NAMES;
