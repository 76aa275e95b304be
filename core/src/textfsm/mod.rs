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
//! A template comes from a text ([`Template::parse`]), a file ([`Template::load`]) or the built-in set ([`builtin()`]).
//! Neither a template nor a text can make it panic, hang or take unbounded memory: expressions run in linear time,
//! those with look-around or back-references within a limit of steps for each match and one for all of a text.
//!
//! Where this differs from Python:
//!
//! - `\N{...}` in expressions is refused, and groups nest at most 60 deep.
//! - A repeated group that can match nothing, as in `(\S*)*`, keeps its last iteration that matched something; Python
//!   makes one empty iteration more and keeps that.
//! - A condition on the group that it stands in, as in `((?(1)a|b))`, is taken as false in every iteration.

mod builtin;
mod engine;
mod error;
mod lines;
mod pattern;
mod python_re;
mod rule;
mod table;
mod template;
mod value;

pub use builtin::{Builtin, builtin, builtins};
pub use error::{ParseError, ParseErrorKind, TemplateError};
pub use table::{Row, Table, Value};
pub use template::Template;
