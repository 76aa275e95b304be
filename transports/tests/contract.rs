//! What every transport promises, of ours.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a failure fails the test")]

#[cfg(feature = "ssh")]
#[path = "contract/ssh.rs"]
mod ssh;
#[cfg(feature = "telnet")]
#[path = "contract/telnet.rs"]
mod telnet;

/// In memory.
mod memory {
    use linecrew_core::transport::Target;
    use linecrew_testkit::contract::{FarEnd, Fixture, Near};
    use linecrew_testkit::contract_tests;
    use linecrew_transports::mock::MockConnector;
    use std::sync::Mutex;

    struct Memory;

    impl Fixture for Memory {
        fn near(&self, far_end: FarEnd) -> Near {
            let far_end = Mutex::new(Some(far_end));
            let connector =
                MockConnector::new(move |_| Ok(Box::new(far_end.lock().unwrap().take().unwrap())));
            Near::new(connector, Target::new("r1"))
        }

        fn waits(&self) -> bool {
            false
        }
    }

    contract_tests!(Memory);
}
