//! Sessions with real devices, as they were recorded (`transcripts`, by the real-device tests with
//! `LINECREW_TRANSCRIPTS=DIR`), served again: what fitted then must fit now, however the bytes arrive.
#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use linecrew_core::cancel::CancelToken;
use linecrew_core::cx::Cx;
use linecrew_core::deadline::Deadline;
use linecrew_core::platform::Platform;
use linecrew_core::session::{Check, CheckOutcome, SelfTest, Session};
use linecrew_core::transport::{Connector, Credentials, Target, Transport, TransportError};
use linecrew_testkit::{Device, Fault, Recording};
use proptest::prelude::*;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const TRANSCRIPTS: [(&str, &str); 3] =
    [("frr_zebra_telnet", "frr"), ("frr_vtysh_ssh", "frr"), ("bash_ssh", "linux")];

/// Serves the sessions of a recorded device, one after the other.
struct Recorded {
    sessions: Vec<Recording>,
    fault: Fault,
    next: AtomicUsize,
}

impl Recorded {
    fn load(name: &str, fault: Fault) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
        let files = [format!("{name}.txt"), format!("{name}-2.txt")];
        let sessions = files.map(|file| Recording::load(folder.join(file)).unwrap()).to_vec();
        Self { sessions, fault, next: AtomicUsize::new(0) }
    }
}

impl Connector for Recorded {
    fn connect(&self, _: &Target, _: &Cx) -> Result<Box<dyn Transport>, TransportError> {
        let recording = self.sessions[self.next.fetch_add(1, Ordering::Relaxed)].clone();
        let device = Device::frr("R1").replay(recording).fault(self.fault.clone());
        Ok(Box::new(device.connect_in_memory()))
    }
}

fn self_test(name: &str, platform: &str, fault: Fault) -> Vec<Check> {
    let credentials = Credentials::user("root").password("x").enable("y");
    let cx = Cx::new(Deadline::after(Duration::from_mins(15), "host"), CancelToken::new());
    let test = SelfTest::new(Session::builder(Platform::builtin(platform).unwrap())).allow_write();
    test.run(&Recorded::load(name, fault), &Target::new("R1").credentials(credentials), &cx)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_fitted_when_it_was_recorded_fits_still(
        chunk in prop_oneof![Just(1), 2_usize..30, Just(4096)],
    ) {
        for (name, platform) in TRANSCRIPTS {
            let checks = self_test(name, platform, Fault::Chunks(chunk));
            let misfits: Vec<_> = checks.iter().filter(|check| check.outcome == CheckOutcome::DoesNotFit).collect();
            prop_assert!(misfits.is_empty() && checks.len() >= 7, "{}: {:#?}", name, checks);
        }
    }
}
