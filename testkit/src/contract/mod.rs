//! What every [`Transport`](linecrew_core::transport::Transport) and [`Connector`] promises, as tests for whoever writes one.
//!
//! Write a [`Fixture`]: it hands out a connector, and lets a [`FarEnd`] play its part at the other end of the connection.
//! Then let [`contract_tests!`](crate::contract_tests) make a test of each promise, or call [`run_all`]. A promise that is
//! broken panics and says what it saw; a call that hangs is a broken promise after 30 seconds.
//!
//! ```
//! use linecrew_testkit::contract::{FarEnd, Fixture, Near};
//! use linecrew_core::transport::Target;
//! use linecrew_transports::mock::MockConnector;
//! use std::sync::Mutex;
//!
//! /// The transport in memory.
//! struct Memory;
//!
//! impl Fixture for Memory {
//!     fn near(&self, far_end: FarEnd) -> Near {
//!         let far_end = Mutex::new(Some(far_end));
//!         let connector = MockConnector::new(move |_| Ok(Box::new(far_end.lock().unwrap().take().unwrap())));
//!         Near::new(connector, Target::new("r1"))
//!     }
//!
//!     fn waits(&self) -> bool {
//!         false
//!     }
//! }
//!
//! linecrew_testkit::contract::run_all(&Memory);
//! ```
#![allow(clippy::panic, reason = "a broken promise fails the test")]

mod check;
mod connecting;
mod ending;
mod far_end;
mod reading;
mod writing;

pub use connecting::{
    a_cancel_wakes_a_connect, a_cancelled_token_refuses_a_connect, a_connect_meets_its_deadline,
};
pub use ending::{
    a_close_is_bounded_and_may_be_repeated, a_drop_ends_the_connection_at_once,
    the_end_of_the_stream_comes_after_its_last_words, writes_after_the_end_of_the_stream_fail,
};
pub use far_end::{BadScript, FarEnd, Script};
pub use reading::{
    a_cancel_wakes_a_read, a_read_gives_what_was_said_however_it_arrives,
    a_read_meets_its_deadline_and_may_be_repeated, what_has_arrived_is_read_past_the_deadline,
};
pub use writing::{
    a_cancel_wakes_a_write, a_write_meets_its_deadline, a_write_s_deadline_is_not_extended_by_progress,
    large_data_is_whole_both_ways, small_exchanges_keep_their_order, what_is_held_back_is_not_kept,
};

use linecrew_core::transport::{Connector, Target};
use std::any::Any;

/// Connections of one kind of transport, to far ends that follow the suite's scripts.
pub trait Fixture {
    /// A way to a far end: where `connector` connects to `target`, once, the far end plays its part there.
    ///
    /// Where bytes go to a socket, a pipe or a process, [`FarEnd::play`] does it, on a thread; in memory it is a
    /// [`Peer`](linecrew_transports::mock::Peer). The far end is dropped when it notices the end of the connection. The
    /// credentials that it is offered are any.
    fn near(&self, far_end: FarEnd) -> Near;

    /// A way on which connecting waits for ever. None, the default, where connecting never waits.
    fn stuck(&self) -> Option<Near> {
        None
    }

    /// Bytes that the transport does not carry as they are, such as the line ends of telnet. None unless overridden.
    fn avoids(&self) -> &[u8] {
        &[]
    }

    /// Whether calls wait in real time, the default. Where they do not, the promises about waiting ask less.
    fn waits(&self) -> bool {
        true
    }
}

/// This side of a connection that is yet to be made.
pub struct Near {
    connector: Box<dyn Connector>,
    target: Target,
    keep: Box<dyn Any + Send>,
}

impl Near {
    /// The connector under test, and the target that leads to the far end.
    pub fn new(connector: impl Connector + 'static, target: Target) -> Self {
        Self { connector: Box::new(connector), target, keep: Box::new(()) }
    }

    /// Keeps something, a listener or a folder, until the test is over.
    pub fn keeping(mut self, kept: impl Any + Send) -> Self {
        self.keep = Box::new(kept);
        self
    }
}

/// Makes one `#[test]` of each promise, named for it, on the fixture that the expression gives.
///
/// ```
/// # struct MyFixture;
/// # impl linecrew_testkit::contract::Fixture for MyFixture {
/// #     fn near(&self, _: linecrew_testkit::contract::FarEnd) -> linecrew_testkit::contract::Near { loop {} }
/// # }
/// mod my_transport {
///     use super::*;
///     linecrew_testkit::contract_tests!(MyFixture);
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! contract_tests {
    ($fixture:expr) => {
        $crate::each_promise!([$crate::one_test_each] $fixture);
    };
}

/// Calls a macro with the names of all promises: the one list of them.
#[doc(hidden)]
#[macro_export]
macro_rules! each_promise {
    ([$($call:tt)+] $fixture:expr) => {
        $($call)+! {
            $fixture;
            a_read_gives_what_was_said_however_it_arrives
            what_has_arrived_is_read_past_the_deadline
            a_read_meets_its_deadline_and_may_be_repeated
            a_cancel_wakes_a_read
            a_write_meets_its_deadline
            a_write_s_deadline_is_not_extended_by_progress
            a_cancel_wakes_a_write
            small_exchanges_keep_their_order
            what_is_held_back_is_not_kept
            large_data_is_whole_both_ways
            the_end_of_the_stream_comes_after_its_last_words
            writes_after_the_end_of_the_stream_fail
            a_close_is_bounded_and_may_be_repeated
            a_drop_ends_the_connection_at_once
            a_connect_meets_its_deadline
            a_cancel_wakes_a_connect
            a_cancelled_token_refuses_a_connect
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! one_test_each {
    ($fixture:expr; $($promise:ident)+) => {
        $(#[test]
        fn $promise() {
            $crate::contract::$promise(&$fixture);
        })+
    };
}

macro_rules! one_call_each {
    ($fixture:expr; $($promise:ident)+) => { $($promise($fixture);)+ };
}

/// Checks every promise, one after the other. The first that is broken panics.
pub fn run_all(fixture: &dyn Fixture) {
    each_promise!([one_call_each] fixture);
}
