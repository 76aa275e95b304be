//! Faults in any mix.

use crate::session::{ask, device};
use linecrew_core::session::ErrorKind;
use linecrew_testkit::strategies;
use linecrew_testkit::{Device, Fault};
use proptest::prelude::*;
use std::time::Duration;

/// Faults that change no byte of a reply's text.
fn harmless() -> impl Strategy<Value = Fault> {
    prop_oneof![
        (1_usize..40).prop_map(Fault::Chunks),
        (1_usize..40).prop_map(Fault::RandomChunks),
        Just(Fault::Drip(Duration::from_millis(1))),
        Just(Fault::SplitEscapes),
        Just(Fault::LostEcho),
        (43_usize..120).prop_map(Fault::WrappedEcho),
    ]
}

/// Faults that end a session, or add to a reply.
fn any_other() -> impl Strategy<Value = Fault> {
    prop_oneof![
        (0_usize..800).prop_map(Fault::CloseAfter),
        (0_usize..800).prop_map(Fault::StallAfter),
        (0_usize..800).prop_map(Fault::HalfOpenAfter),
        strategies::stage().prop_map(Fault::StallIn),
        strategies::stage().prop_map(Fault::CloseIn),
        (0_u32..3).prop_map(Fault::RefuseLogins),
        Just(Fault::DoubledEcho),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(Fault::Garbage),
        (0_usize..40).prop_map(Fault::Ones),
        (0_usize..40).prop_map(Fault::RandomBytes),
        (0_usize..4000).prop_map(Fault::HugeLine),
        Just(Fault::InvalidUtf8),
        (0_usize..4).prop_map(Fault::Syslog),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn harmless_faults_together_are_harmless(
        faults in prop::collection::vec(harmless(), 0..5),
        seed: u64,
    ) {
        let reply = ask(device(faults).seed(seed), "show it").unwrap();
        prop_assert_eq!(reply.text.as_str(), "one\ntwo\nthree");
    }

    #[test]
    fn any_faults_together_end_in_a_reply_or_in_an_error_that_names_the_device(
        faults in prop::collection::vec(prop_oneof![harmless(), any_other()], 0..6),
        seed: u64,
    ) {
        let device: Device = device(faults).seed(seed);
        match ask(device, "show it") {
            Ok(reply) => prop_assert!(!reply.prompt.is_empty()),
            Err(error) => {
                prop_assert!(error.to_string().starts_with("R1"), "{}", error);
                prop_assert_ne!(error.kind(), ErrorKind::Cancelled);
            }
        }
    }
}
