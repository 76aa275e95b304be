//! Turns the replies of devices into tables, by TextFSM templates.
//!
//! A template declares values, the columns of the table, and states with rules. Each line of the text is tried
//! against the rules of the current state in order; the first that matches fills values, may record a row, and may
//! go to another state. The rules are those of Python's `textfsm` 2.1, to the letter, its expressions those of
//! Python's `re`; templates written for it, ntc-templates' among them, give the same tables here.
//!
//! ```
//! use linecrew_core::textfsm::Template;
//!
//! let template = Template::parse(r"
//! Value Required INTERFACE (\S+)
//! Value ADDRESS (\d+(?:\.\d+){3})
//!
//! Start
//!   ^${INTERFACE} +is up -> Continue
//!   ^.* address ${ADDRESS} -> Record
//! ".trim_start())?;
//! let table = template.parse_text("Gi1 is up, address 192.0.2.1\nGi2 is down\n")?;
//!
//! assert_eq!(table.header(), ["INTERFACE", "ADDRESS"]);
//! assert_eq!(table.rows()[0].text("ADDRESS"), "192.0.2.1");
//! assert_eq!(table.len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A template comes from a text ([`Template::parse`]) or a file ([`Template::load`]). [`Templates`] finds the one for a
//! command of a platform: in ntc-templates, where the machine has it, or in the built-in set ([`mod@templates`]).
//! A text that is too long to hold is parsed row by row ([`Template::rows`]).
//!
//! What each part of a template means stands, case by case, in [`mod@reference`].
//!
//! Neither a template nor a text can make it panic, hang or take unbounded memory. A text costs linear time whatever
//! the expressions are; those with look-around, references, what does not give back, or more than 100 groups in one
//! another have a limit of steps for each match and one for all of a text, and may try 500 matches within one another. The
//! rows that are held, into which a value that fills down is copied, may take 1 GiB, and the automata of a template 64 MiB.
//! Passing a limit is an error.
//!
//! Where this differs from Python, and why:
//!
//! - Groups and conditions nest at most 491 deep. Python's own limit is that of its recursion: in 3.11 so many groups where
//!   `textfsm` is called from a script, fewer where the script's functions call each other, and more conditions.
//! - Where a possessive repetition of groups gives up an iteration, Python (seen from 3.11 to 3.13) leaves behind where its
//!   groups began, and may give a group that begins behind its end. Here they are as they were before it.
//! - Characters have their names, and are letters, digits or small, as Unicode 16 says; Python goes by the Unicode of its release.

mod builtin;
mod engine;
mod error;
mod library;
mod line_reader;
mod lines;
mod python_re;
mod record;
mod rows;
mod rule;
mod table;
mod template;
mod value;

#[doc = include_str!("../../docs/textfsm.md")]
pub mod reference {}

#[doc = include_str!("../../docs/templates.md")]
#[allow(clippy::doc_markdown, reason = "the columns of a table are plain")]
pub mod templates {}

pub use error::{ParseError, ParseErrorKind, TemplateError};
pub use library::{LookupError, Parser, Templates};
pub use rows::{Rows, RowsError};
pub use table::{Row, Table, Value};
pub use template::Template;
