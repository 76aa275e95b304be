//! Simulated network devices over telnet, SSH and in memory.
//!
//! A [`Device`] is data: [platform](Platform), hostname, credentials, commands, latency and [faults](Fault). It is switched on
//! to a [`Node`], whose sessions share one running configuration, and is reached in memory by
//! [`Device::connect_in_memory`] or [`memory::connector`], or on loopback ports from a `Lab`.
//!
//! Whoever writes a transport of his own finds in [`contract`] what it has to promise, as tests.

mod aaa;
mod action;
#[cfg(any(feature = "ssh", feature = "telnet"))]
mod alarm;
mod candidate;
mod catalog;
mod clock;
mod console;
pub mod contract;
mod curly;
mod definition;
mod device;
mod exec;
mod factor;
mod facts;
mod faults;
mod fill;
mod frr;
#[cfg(feature = "ssh")]
mod host_key;
#[cfg(any(feature = "ssh", feature = "telnet"))]
mod inventory;
mod ios;
#[cfg(any(feature = "ssh", feature = "telnet"))]
mod lab;
mod lag;
mod login;
pub mod memory;
#[cfg(any(feature = "ssh", feature = "telnet"))]
mod meter;
#[cfg(feature = "telnet")]
mod negotiation;
mod node;
#[cfg(feature = "oracle")]
pub mod oracle;
mod pager;
mod platform;
mod platform_file;
mod recorder;
mod recording;
mod redact;
mod replay;
pub mod rfc854;
mod running;
mod show_version;
#[cfg(feature = "ssh")]
mod ssh;
#[cfg(feature = "proptest")]
pub mod strategies;
#[cfg(feature = "telnet")]
mod telnet;
#[cfg(any(feature = "ssh", feature = "telnet"))]
mod wire;
mod written;

pub use aaa::{Aaa, Logins};
pub use console::{Console, Entry};
pub use definition::DefinitionError;
pub use device::{Device, LoginStyle, SshAlgorithms};
pub use factor::{Factor, Question};
pub use facts::Facts;
pub use faults::{Fault, Stage};
#[cfg(any(feature = "ssh", feature = "telnet"))]
pub use lab::{Lab, LabBuilder, LabError, RunningDevice, Service};
#[cfg(any(feature = "ssh", feature = "telnet"))]
pub use meter::Peaks;
pub use node::{Counters, Node};
pub use platform::Platform;
pub use recorder::{Recorder, RecordingConnector};
pub use recording::{Event, Recording, RecordingError, Speaker};
