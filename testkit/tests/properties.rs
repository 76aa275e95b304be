//! Any device, any chunking, any end: a session gives exactly what the device said, or an error that names the phase.
#![allow(clippy::unwrap_used, reason = "a failure fails the test")]

use linecrew_core::cancel::CancelToken;
use linecrew_core::cx::Cx;
use linecrew_core::deadline::Deadline;
use linecrew_core::platform::Platform;
use linecrew_core::session::{ErrorKind, Session, SessionError};
use linecrew_testkit::strategies::{self, Scripted};
use linecrew_testkit::{Device, Fault, memory};
use proptest::prelude::*;
use std::time::Duration;

fn open(device: Device) -> Result<Session, SessionError> {
    let (platform, target) = (Platform::builtin(device.platform().name()).unwrap(), device.target());
    let cx = Cx::new(Deadline::after(Duration::from_mins(15), "host"), CancelToken::new());
    Session::builder(platform).open(&memory::connector([device.power_on()]), &target, &cx)
}

/// Sends every command, in order, checks each reply against what the device was told to say, and gives its time.
fn converse(scripted: &Scripted, faults: &[Fault]) -> Result<Vec<Duration>, SessionError> {
    let device = faults.iter().cloned().fold(scripted.device.clone(), Device::fault);
    let mut session = open(device)?;
    let mut times = Vec::new();
    for (command, said) in &scripted.replies {
        let reply = session.send_command(command)?;
        assert_eq!(&reply.text, said, "{command}");
        assert!(reply.prompt.contains("R1"), "{}", reply.prompt);
        times.push(reply.elapsed);
    }
    Ok(times)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_arrives_in_any_chunks_is_given_as_it_was_said(
        scripted in strategies::scripted(),
        chunking in strategies::chunking(),
    ) {
        let result = converse(&scripted, &[chunking]);
        prop_assert!(result.is_ok(), "{}", result.unwrap_err());
    }

    #[test]
    fn what_arrives_slowly_is_given_as_it_was_said_and_its_time_is_told(
        scripted in strategies::scripted_without_prompts(),
        chunking in strategies::chunking(),
        slowness in strategies::slowness(),
        latency in 0_u64..1000,
    ) {
        let latency = Duration::from_millis(latency);
        let slow = Scripted { device: scripted.device.latency(latency), ..scripted };
        let faults = [&[chunking], &slowness[..]].concat();
        let times = converse(&slow, &faults);
        prop_assert!(times.is_ok(), "{}", times.unwrap_err());
        prop_assert!(times.unwrap().iter().all(|time| (latency..Duration::from_mins(5)).contains(time)));
    }

    #[test]
    fn a_device_that_ends_anywhere_gives_what_it_said_or_an_error_with_its_phase(
        scripted in strategies::scripted_without_prompts(),
        chunking in strategies::chunking(),
        slowness in strategies::slowness(),
        ending in strategies::ending(),
    ) {
        let hangs_up = matches!(ending, Fault::CloseAfter(_) | Fault::CloseIn(_));
        if let Err(error) = converse(&scripted, &[&[chunking, ending], &slowness[..]].concat()) {
            let expected = if hangs_up { ErrorKind::Closed } else { ErrorKind::TimedOut };
            prop_assert_eq!(error.kind(), expected, "{}", error);
            let shown = error.to_string();
            prop_assert!(shown.starts_with(&format!("R1: {}: ", error.phase())), "{}", shown);
            prop_assert!(hangs_up || shown.contains(" limit)"), "{}", shown);
        }
    }
}
