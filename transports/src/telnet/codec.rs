//! Between the bytes on the wire and the text of a session, with no socket.

use super::align::{Aligner, Unit};
use super::line::{self, Decoder};
use super::option::{BINARY, NAWS, Options, TTYPE};
use super::parser::Parser;
use linecrew_core::transport::{LineEnd, TelnetOptions};
use std::io;
use telnet::{Action, Event};

/// What a terminal type subnegotiation says (RFC 1091).
const TTYPE_IS: u8 = 0;
const TTYPE_SEND: u8 = 1;

/// Wide enough that devices do not wrap, high enough that most do not page. No byte of them is 255, which would have to be
/// doubled, and not every device knows.
const COLUMNS: u16 = 500;
const ROWS: u16 = 1000;

/// The bytes of one connection.
pub(super) struct Codec {
    /// None on a port that speaks no telnet.
    protocol: Option<Protocol>,
    line_end: LineEnd,
    /// What is to be sent where there is no protocol.
    leaving: Vec<u8>,
}

/// The telnet protocol of one connection.
struct Protocol {
    aligner: Aligner,
    parser: Parser,
    options: Options,
    decoder: Decoder,
    terminal: String,
    window: Option<(u16, u16)>,
}

impl Codec {
    pub(super) fn new(options: &TelnetOptions) -> Self {
        let raw = options.raw == Some(true);
        let usual_end = if raw { LineEnd::Cr } else { LineEnd::CrLf };
        Self {
            protocol: (!raw).then(|| Protocol::new(options)),
            line_end: options.line_end.unwrap_or(usual_end),
            leaving: Vec::new(),
        }
    }

    /// Takes what arrived, and appends what it says to `text`.
    pub(super) fn decode(&mut self, bytes: &[u8], text: &mut Vec<u8>) -> io::Result<()> {
        if let Some(protocol) = &mut self.protocol {
            return protocol.decode(bytes, text);
        }
        text.extend_from_slice(bytes);
        Ok(())
    }

    /// Encodes text.
    pub(super) fn encode(&mut self, text: &[u8]) -> io::Result<()> {
        if let Some(protocol) = &mut self.protocol {
            return protocol.encode(text, self.line_end);
        }
        line::encode(self.line_end, b"\r", text, &mut self.leaving);
        Ok(())
    }

    /// Takes the bytes to send: encoded text and answers.
    pub(super) fn take_leaving(&mut self) -> Vec<u8> {
        match &mut self.protocol {
            Some(protocol) => protocol.parser.take_leaving(),
            None => std::mem::take(&mut self.leaving),
        }
    }
}

impl Protocol {
    fn new(options: &TelnetOptions) -> Self {
        let columns = options.columns.unwrap_or(COLUMNS);
        let window = (columns > 0).then(|| (columns, options.rows.unwrap_or(ROWS)));
        Self {
            aligner: Aligner::default(),
            parser: Parser::new(),
            options: Options::new(window.is_some()),
            decoder: Decoder::default(),
            terminal: options.terminal.clone().unwrap_or_else(|| "vt100".to_owned()),
            window,
        }
    }

    fn decode(&mut self, bytes: &[u8], text: &mut Vec<u8>) -> io::Result<()> {
        self.aligner.push(bytes);
        while let Some(unit) = self.aligner.pop() {
            self.take(unit, text)?;
        }
        Ok(())
    }

    fn encode(&mut self, text: &[u8], line_end: LineEnd) -> io::Result<()> {
        if self.options.ours(BINARY) {
            return self.parser.write(text);
        }
        let mut wire = Vec::with_capacity(text.len() + 2);
        line::encode(line_end, b"\r\0", text, &mut wire);
        self.parser.write(&wire)
    }

    fn take(&mut self, unit: Unit, text: &mut Vec<u8>) -> io::Result<()> {
        let command = match unit {
            Unit::Data(data) => {
                self.decoder.decode(&data, self.options.theirs(BINARY), text);
                return Ok(());
            }
            Unit::Command(command) => command,
        };
        match self.parser.parse(command)? {
            Event::Negotiation(action, option) => self.answer(action, option.as_byte()),
            Event::Subnegotiation(option, data) if option.as_byte() == TTYPE && *data == [TTYPE_SEND] => {
                self.tell_terminal()
            }
            // Go-ahead, are-you-there and the like: nothing that a client has to answer.
            _ => Ok(()),
        }
    }

    fn answer(&mut self, action: Action, option: u8) -> io::Result<()> {
        let Some(answer) = self.options.receive(action, option) else { return Ok(()) };
        self.parser.negotiate(answer, option)?;
        match self.window {
            Some((columns, rows)) if option == NAWS && answer == Action::Will => {
                let ([a, b], [c, d]) = (columns.to_be_bytes(), rows.to_be_bytes());
                self.parser.subnegotiate(NAWS, &[a, b, c, d])
            }
            _ => Ok(()),
        }
    }

    fn tell_terminal(&mut self) -> io::Result<()> {
        if !self.options.ours(TTYPE) {
            return Ok(());
        }
        let mut told = vec![TTYPE_IS];
        told.extend_from_slice(self.terminal.as_bytes());
        self.parser.subnegotiate(TTYPE, &told)
    }
}

#[cfg(test)]
#[allow(clippy::expect_used, reason = "a failure fails the test")]
mod tests {
    use super::super::align::{DO, DONT, IAC, LONGEST_SUBNEGOTIATION, SB, SE, WILL, WONT};
    use super::super::fuzz::{decode as decoded, encode};
    use super::super::option::{ECHO, SGA};
    use super::super::transport::READ_SIZE;
    use super::*;
    use linecrew_testkit::rfc854;
    use proptest::prelude::*;

    fn codec() -> Codec {
        Codec::new(&TelnetOptions::default())
    }

    /// How many streams are tried; `LINECREW_STREAMS` makes it more.
    fn cases() -> u32 {
        std::env::var("LINECREW_STREAMS").map_or(4000, |count| count.parse().expect("a number of streams"))
    }

    /// The options that are wanted of the device and of this side, by what a default connector documents.
    fn wants(verb: u8, option: u8) -> bool {
        matches!((verb, option), (WILL, BINARY | ECHO | SGA) | (DO, BINARY | SGA | TTYPE | NAWS))
    }

    /// Streams in which what matters is frequent.
    fn streams() -> impl Strategy<Value = Vec<u8>> {
        let special = [IAC, IAC, IAC, WILL, WONT, DO, DONT, SB, SE, 241, 249, 0, 1, 3, 24, 31, b'\r', b'\n'];
        let byte = prop_oneof![3 => prop::sample::select(special.to_vec()), 1 => any::<u8>()];
        let run = (prop::sample::select(vec![IAC, 0, b'\r']), 1usize..40)
            .prop_map(|(byte, count)| vec![byte; count]);
        let piece = prop_oneof![8 => prop::collection::vec(byte, 1..40), 1 => run];
        prop::collection::vec(piece, 1..6).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_stream_cut_anywhere_says_what_the_reference_says(
            stream in streams(),
            cuts in prop::collection::vec(1usize..9, 1..9),
        ) {
            let (text, answers) = decoded(&stream, &cuts);
            prop_assert_eq!(&text, &rfc854::text(&stream));
            prop_assert_eq!(rfc854::negotiations(&answers), rfc854::answers(&stream, wants));
            prop_assert_eq!((text, answers), decoded(&stream, &[READ_SIZE]));
        }

        #[test]
        fn any_text_is_encoded_as_the_reference_does(text in streams()) {
            prop_assert_eq!(encode(&text), rfc854::encode(&text));
        }
    }

    #[test]
    fn a_run_of_escaped_bytes_as_long_as_a_read_is_whole() {
        let stream = vec![IAC; 4 * READ_SIZE];
        for cuts in [&[READ_SIZE][..], &[1, READ_SIZE], &[READ_SIZE - 1]] {
            assert_eq!(decoded(&stream, cuts).0, vec![IAC; 2 * READ_SIZE], "{cuts:?}");
        }
    }

    #[test]
    fn the_longest_subnegotiation_and_a_longer_one_leave_the_data_behind_them_whole() {
        for doubled in [LONGEST_SUBNEGOTIATION - 1, LONGEST_SUBNEGOTIATION, 4 * LONGEST_SUBNEGOTIATION] {
            let body = vec![IAC; 2 * doubled];
            let stream = [&[b'a', IAC, SB, TTYPE][..], &body, &[IAC, SE, b'b']].concat();
            assert_eq!(decoded(&stream, &[READ_SIZE]), (b"ab".to_vec(), Vec::new()), "{doubled}");
        }
    }

    #[test]
    fn a_terminal_type_is_told_when_asked_for() {
        let (text, answers) = decoded(b"\xff\xfd\x18\xff\xfa\x18\x01\xff\xf0", &[1]);
        assert_eq!(text, b"");
        assert_eq!(answers, b"\xff\xfb\x18\xff\xfa\x18\x00vt100\xff\xf0");
        assert_eq!(decoded(b"\xff\xfa\x18\x01\xff\xf0", &[9]).1, b"", "it was not agreed on");
    }

    /// What is answered where a device asks for the window.
    fn window(columns: Option<u16>, rows: Option<u16>) -> Vec<u8> {
        let mut options = TelnetOptions::default();
        (options.columns, options.rows) = (columns, rows);
        let mut codec = Codec::new(&options);
        codec.decode(b"\xff\xfd\x1f", &mut Vec::new()).unwrap();
        codec.take_leaving()
    }

    #[test]
    fn the_window_is_wide_unless_it_is_set_or_kept_back() {
        assert_eq!(window(None, None), b"\xff\xfb\x1f\xff\xfa\x1f\x01\xf4\x03\xe8\xff\xf0");
        assert_eq!(window(Some(80), Some(24)), b"\xff\xfb\x1f\xff\xfa\x1f\x00\x50\x00\x18\xff\xf0");
        assert_eq!(window(Some(0), Some(24)), b"\xff\xfc\x1f");
    }

    #[test]
    fn a_window_of_255_columns_does_not_end_its_subnegotiation() {
        assert_eq!(window(Some(255), Some(24)), b"\xff\xfb\x1f\xff\xfa\x1f\x00\xff\xff\x00\x18\xff\xf0");
    }

    #[test]
    fn on_a_raw_port_bytes_are_what_they_are() {
        let mut options = TelnetOptions::default();
        options.raw = Some(true);
        let (mut codec, mut text) = (Codec::new(&options), Vec::new());
        codec.decode(b"\xff\xfd\x1fr1>\r\0\xff", &mut text).unwrap();
        assert_eq!((&text[..], codec.take_leaving()), (&b"\xff\xfd\x1fr1>\r\0\xff"[..], Vec::new()));
        codec.encode(b"a\xff\rb\n").unwrap();
        assert_eq!(codec.take_leaving(), b"a\xff\rb\r");
    }

    #[test]
    fn text_is_escaped_and_its_lines_end_as_the_network_has_it() {
        let mut codec = codec();
        codec.encode(b"a\xffb\n").unwrap();
        assert_eq!(codec.take_leaving(), b"a\xff\xffb\r\n");
        codec.decode(b"\xff\xfd\x00", &mut Vec::new()).unwrap();
        assert_eq!(codec.take_leaving(), b"\xff\xfb\x00");
        codec.encode(b"\r\n\xff").unwrap();
        assert_eq!(codec.take_leaving(), b"\r\n\xff\xff");
    }
}
