//! Drives whole fleets of network devices at once.
//!
//! - [`executor`]: a work-stealing pool of threads with the feature set of Python's `concurrent.futures`.
//! - [`transport`]: the byte stream to a device; SSH, telnet and in-memory ones are in `linecrew-transports`.
//! - [`session`]: logs in, reaches a privilege level, sends commands and tells their replies apart.
//! - [`platform`]: what a session must know of a kind of device, as data.
//! - [`textfsm`]: turns replies into tables; [`native`]: takes the structure that devices give by themselves.
//! - [`inventory`] and [`fleet`]: which devices, and running a job over all of them.
//!
//! It compiles without network, crypto or async dependencies. Each module beyond the executor is a feature, all on
//! by default.

pub mod cancel;
pub mod clock;
pub mod cx;
pub mod deadline;
pub mod executor;
#[cfg(feature = "fleet")]
pub mod fleet;
#[cfg(feature = "inventory")]
pub mod inventory;
#[cfg(feature = "native")]
pub mod native;
#[cfg(feature = "platform")]
#[cfg_attr(
    not(feature = "session"),
    allow(dead_code, unused_imports, reason = "a session is what uses the parts of a definition")
)]
pub mod platform;
#[cfg(feature = "transport")]
pub mod secret;
pub mod seen;
#[cfg(feature = "session")]
pub mod session;
#[cfg(feature = "textfsm")]
pub mod textfsm;
#[cfg(feature = "transport")]
pub mod transport;

#[cfg(feature = "transport")]
mod account;
#[cfg(feature = "session")]
mod channel;
#[cfg(any(feature = "inventory", feature = "platform"))]
mod yaml;

mod timer;
