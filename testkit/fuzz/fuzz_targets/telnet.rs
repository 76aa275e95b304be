//! Telnet decoding: whatever comes, in whatever pieces, the text and the answers are those of the plain reference of
//! RFC 854, and text that is sent is encoded as it does.
#![no_main]

use libfuzzer_sys::fuzz_target;
use linecrew_testkit::rfc854::{self, BINARY, DO, WILL};
use linecrew_transports::telnet::fuzz::{decode, encode};

const ECHO: u8 = 1;
const SGA: u8 = 3;
const TTYPE: u8 = 24;
const NAWS: u8 = 31;

fuzz_target!(|input: &[u8]| {
    // The first bytes say how long the pieces are.
    let (cuts, stream) = input.split_at(input.len().min(4));
    let cuts: Vec<usize> = cuts.iter().map(|&cut| usize::from(cut % 16) + 1).collect();
    let (text, answers) = decode(stream, &cuts);
    assert_eq!(text, rfc854::text(stream), "the text");
    assert_eq!(rfc854::negotiations(&answers), rfc854::answers(stream, wants), "the answers");
    assert_eq!(encode(stream), rfc854::encode(stream), "what is sent");
});

/// What a default connector asks of the device, and does for it.
fn wants(verb: u8, option: u8) -> bool {
    matches!((verb, option), (WILL, BINARY | ECHO | SGA) | (DO, BINARY | SGA | TTYPE | NAWS))
}
