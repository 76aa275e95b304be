//! The codec without a socket, for `cargo fuzz` and the tests alone.
#![allow(clippy::expect_used, reason = "a codec in memory does no I/O")]

use super::codec::Codec;
use linecrew_core::transport::TelnetOptions;

/// The text of a stream that arrives in pieces of these sizes, over and over, and what is answered to it.
pub fn decode(stream: &[u8], cuts: &[usize]) -> (Vec<u8>, Vec<u8>) {
    let (mut codec, mut text, mut rest) = (Codec::new(&TelnetOptions::default()), Vec::new(), stream);
    for &cut in cuts.iter().cycle() {
        let (piece, later) = rest.split_at(cut.min(rest.len()));
        codec.decode(piece, &mut text).expect("no I/O");
        rest = later;
        if rest.is_empty() {
            break;
        }
    }
    (text, codec.take_leaving())
}

/// The wire form of a text.
pub fn encode(text: &[u8]) -> Vec<u8> {
    let mut codec = Codec::new(&TelnetOptions::default());
    codec.encode(text).expect("no I/O");
    codec.take_leaving()
}
