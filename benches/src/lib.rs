//! The executor measured beside the pools that a user would pick in its place. `README.md` says how to run it and how
//! to read it.
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::cast_precision_loss,
    reason = "for programs that print figures, or fail"
)]

mod linecrew;
pub mod machine;
mod pool;
pub mod process;
#[cfg(feature = "rivals")]
mod rivals;
mod samples;
mod table;
mod work;

pub use linecrew::Linecrew;
pub use pool::Pool;
pub use samples::{Contender, Samples, alternate, rate};
pub use table::{Bar, Better, Ratios, Table, verdict};
pub use work::{Candidate, Work, candidate, candidates, scopes};

#[cfg(feature = "rivals")]
pub use rivals::python;
