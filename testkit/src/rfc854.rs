//! Telnet as its RFCs have it, written to be plainly right and not to be fast: a reference to test a codec against.
//!
//! It takes whole streams only, knows nothing of reads and chunks, and shares no code with
//! [`linecrew_transports`]. The rules are those of RFC 854 (commands, the data 255, CR NUL), 855 (options and their
//! subnegotiations), 856 (binary) and 1143 (when an answer is due).

use std::collections::HashMap;

/// Interpret as command.
pub const IAC: u8 = 255;
/// The other side asks that an option be dropped.
pub const DONT: u8 = 254;
/// The other side asks for an option.
pub const DO: u8 = 253;
/// The other side does without an option.
pub const WONT: u8 = 252;
/// The other side offers an option.
pub const WILL: u8 = 251;
/// A subnegotiation begins.
pub const SB: u8 = 250;
/// A subnegotiation ends.
pub const SE: u8 = 240;
/// The option of RFC 856.
pub const BINARY: u8 = 0;

/// One thing that a stream says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A byte of data; 255 stands for two of them.
    Data(u8),
    /// A command without an option.
    Command(u8),
    /// `WILL`, `WONT`, `DO` or `DONT`, and the option.
    Negotiation(u8, u8),
    /// The option and its parameters. One that lost its end is left out.
    Subnegotiation(Vec<u8>),
}

/// What a stream says. A command that is unfinished at its end is left out.
pub fn items(stream: &[u8]) -> Vec<Item> {
    let (mut items, mut rest) = (Vec::new(), stream);
    while let Some((item, later)) = next(rest) {
        items.extend(item);
        rest = later;
    }
    items
}

/// The negotiations of a stream alone: each verb with its option.
pub fn negotiations(stream: &[u8]) -> Vec<(u8, u8)> {
    let negotiation = |item| match item {
        Item::Negotiation(verb, option) => Some((verb, option)),
        _ => None,
    };
    items(stream).into_iter().filter_map(negotiation).collect()
}

/// What the stream begins with, if anything is meant by it, and what follows. Nothing where no more is whole.
fn next(stream: &[u8]) -> Option<(Option<Item>, &[u8])> {
    match stream {
        [IAC, IAC, rest @ ..] => Some((Some(Item::Data(IAC)), rest)),
        [IAC, SB, rest @ ..] => after_subnegotiation(rest),
        [IAC, verb @ (WILL | WONT | DO | DONT), option, rest @ ..] => {
            Some((Some(Item::Negotiation(*verb, *option)), rest))
        }
        [] | [IAC] | [IAC, WILL | WONT | DO | DONT] => None,
        [IAC, command, rest @ ..] => Some((Some(Item::Command(*command)), rest)),
        [data, rest @ ..] => Some((Some(Item::Data(*data)), rest)),
    }
}

/// What follows `IAC SB`. A command in its middle means that the end was lost.
fn after_subnegotiation(stream: &[u8]) -> Option<(Option<Item>, &[u8])> {
    let (mut body, mut rest) = (Vec::new(), stream);
    loop {
        rest = match rest {
            [IAC, SE, rest @ ..] => return Some((Some(Item::Subnegotiation(body)), rest)),
            [] | [IAC] => return None,
            [IAC, IAC, more @ ..] => {
                body.push(IAC);
                more
            }
            [IAC, ..] => return Some((None, rest)),
            [byte, more @ ..] => {
                body.push(*byte);
                more
            }
        };
    }
}

/// The text of a stream: its data, without the NUL that follows a CR, unless the sender has said that it sends binary.
/// The receiver is taken to agree to that at once.
pub fn text(stream: &[u8]) -> Vec<u8> {
    let (mut text, mut binary, mut after_cr) = (Vec::new(), false, false);
    for item in items(stream) {
        match item {
            Item::Negotiation(WILL, BINARY) => binary = true,
            Item::Negotiation(WONT, BINARY) => binary = false,
            Item::Data(0) if after_cr && !binary => after_cr = false,
            Item::Data(byte) => {
                text.push(byte);
                after_cr = byte == b'\r' && !binary;
            }
            Item::Command(_) | Item::Negotiation(..) | Item::Subnegotiation(_) => {}
        }
    }
    text
}

/// The wire form of a text whose lines end in LF or CR LF: each line end as CR LF, a CR alone as CR NUL, 255 twice.
pub fn encode(text: &[u8]) -> Vec<u8> {
    let (mut wire, mut rest) = (Vec::new(), text);
    loop {
        let (sent, later): (&[u8], &[u8]) = match rest {
            [] => return wire,
            [b'\r', b'\n', later @ ..] | [b'\n', later @ ..] => (b"\r\n", later),
            [b'\r', later @ ..] => (b"\r\0", later),
            [IAC, later @ ..] => (&[IAC, IAC], later),
            [_, later @ ..] => (&rest[..1], later),
        };
        wire.extend_from_slice(sent);
        rest = later;
    }
}

/// The answers that a stream's negotiations are due, of a side that wants only what `wants(verb, option)` names, offers
/// nothing of itself, and refuses the rest once each. A request for what is so already is not answered.
pub fn answers(stream: &[u8], wants: impl Fn(u8, u8) -> bool) -> Vec<(u8, u8)> {
    // Per side and option: the last answer. None yet stands for an option that is not in use.
    let mut last: HashMap<(bool, u8), u8> = HashMap::new();
    let mut due = Vec::new();
    for item in items(stream) {
        let Item::Negotiation(verb, option) = item else { continue };
        let is_ours = matches!(verb, DO | DONT);
        let (accept, refuse) = if is_ours { (WILL, WONT) } else { (DO, DONT) };
        let before = last.get(&(is_ours, option)).copied();
        let in_use = before == Some(accept);
        let answer = match verb {
            DO | WILL if in_use => continue,
            DO | WILL if wants(verb, option) => accept,
            DO | WILL if before == Some(refuse) => continue,
            DONT | WONT if !in_use => continue,
            _ => refuse,
        };
        last.insert((is_ours, option), answer);
        due.push((answer, option));
    }
    due
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_taken_apart() {
        let stream = b"a\xff\xff\xff\xfb\x01\xff\xf1\xff\xfa\x18\xff\xff\xff\xf0\r\0\0\xff\xfd";
        let data = Item::Data;
        let expected = [
            data(b'a'),
            data(IAC),
            Item::Negotiation(WILL, 1),
            Item::Command(241),
            Item::Subnegotiation(vec![24, IAC]),
            data(b'\r'),
            data(0),
            data(0),
        ];
        assert_eq!(items(stream), expected);
        assert_eq!(text(stream), b"a\xff\r\0");
        assert_eq!(text(b"\xff\xfb\x00\r\0\xff\xfc\x00\r\0"), b"\r\0\r");
    }

    #[test]
    fn a_subnegotiation_without_end_gives_way_to_the_next_command() {
        assert_eq!(items(b"\xff\xfa\x18\x01\xff\xfb\x01x"), [Item::Negotiation(WILL, 1), Item::Data(b'x')]);
        assert_eq!(items(b"\xff\xfa\x18\x01"), []);
    }

    #[test]
    fn text_is_encoded_line_by_line() {
        assert_eq!(encode(b"a\nb\r\nc\rd\xff"), b"a\r\nb\r\nc\r\0d\xff\xff");
    }

    #[test]
    fn an_answer_is_due_for_a_change_only() {
        let asked = b"\xff\xfd\x18\xff\xfd\x18\xff\xfe\x18\xff\xfd\x22\xff\xfd\x22\xff\xfc\x01";
        let due = answers(asked, |verb, option| (verb, option) == (DO, 24));
        assert_eq!(due, [(WILL, 24), (WONT, 24), (WONT, 34)]);
    }
}
