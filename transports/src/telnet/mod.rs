//! Telnet: RFC 854 with the options that network devices use, on the parser of the crate `telnet`.
//!
//! That parser keeps no state between reads, so it is fed [whole commands](align) only; which options are agreed on is
//! decided [here](option).

mod align;
mod codec;
mod connector;
#[cfg(any(fuzzing, test))]
pub mod fuzz;
mod line;
mod option;
mod parser;
mod transport;

pub use connector::TelnetConnector;
pub use transport::TelnetTransport;

/// The port where none is given (RFC 854).
pub const PORT: u16 = 23;
