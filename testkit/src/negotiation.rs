//! The server's side of telnet: commands told from data (RFC 854), options agreed on without loops (RFC 1143).

use crate::platform::TelnetStyle;

const SE: u8 = 240;
const SB: u8 = 250;
const WILL: u8 = 251;
const WONT: u8 = 252;
const DO: u8 = 253;
const DONT: u8 = 254;
const IAC: u8 = 255;

const BINARY: u8 = 0;
const ECHO: u8 = 1;
const SUPPRESS_GO_AHEAD: u8 = 3;
const TERMINAL_TYPE: u8 = 24;
const WINDOW_SIZE: u8 = 31;

/// Options that the device will use itself if asked, and those that it lets the client use.
const OURS: &[u8] = &[BINARY, ECHO, SUPPRESS_GO_AHEAD];
const THEIRS: &[u8] = &[BINARY, SUPPRESS_GO_AHEAD, TERMINAL_TYPE, WINDOW_SIZE];

/// No option in use needs more; what is beyond is dropped.
const LONGEST_SUBNEGOTIATION: usize = 256;

/// The state of one telnet connection's options and of its parser, which a read may interrupt at any byte.
#[derive(Debug)]
pub(crate) struct Negotiation {
    parser: Parser,
    subnegotiation: Vec<u8>,
    ours: [Agreed; 256],
    theirs: [Agreed; 256],
    replies: Vec<u8>,
}

/// What a client's bytes came to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// It typed these bytes.
    Data(Vec<u8>),
    /// The client's window has so many rows.
    Window(u16),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Parser {
    Data,
    Command,
    Option(u8),
    Subnegotiation,
    SubnegotiationCommand,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Agreed {
    No,
    Offered,
    Yes,
}

impl Negotiation {
    /// A connection on which the device offers what its platform does.
    pub(crate) fn new(style: &TelnetStyle) -> Self {
        let mut new = Self {
            parser: Parser::Data,
            subnegotiation: Vec::new(),
            ours: [Agreed::No; 256],
            theirs: [Agreed::No; 256],
            replies: Vec::new(),
        };
        for offer in style.offers.chunks_exact(3) {
            match offer[1] {
                WILL => new.ours[usize::from(offer[2])] = Agreed::Offered,
                DO => new.theirs[usize::from(offer[2])] = Agreed::Offered,
                _ => {}
            }
        }
        new
    }

    /// Takes what came from the socket, any part of a command, and tells what it meant, in order.
    pub(crate) fn receive(&mut self, bytes: &[u8]) -> Vec<Event> {
        let mut events = Vec::new();
        for &byte in bytes {
            self.parser = self.step(byte, &mut events);
        }
        events
    }

    /// What is to be sent in answer to the commands so far.
    pub(crate) fn take_replies(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.replies)
    }

    fn step(&mut self, byte: u8, events: &mut Vec<Event>) -> Parser {
        match (self.parser, byte) {
            (Parser::Data, IAC) => Parser::Command,
            (Parser::Data, _) | (Parser::Command, IAC) => {
                push_data(events, byte);
                Parser::Data
            }
            (Parser::Command, WILL | WONT | DO | DONT) => Parser::Option(byte),
            (Parser::Command, SB) => {
                self.subnegotiation.clear();
                Parser::Subnegotiation
            }
            // The others (NOP, AYT, break, go ahead) have no option byte, and nothing here to act on.
            (Parser::Command, _) => Parser::Data,
            (Parser::Option(verb), option) => {
                self.agree(verb, option);
                Parser::Data
            }
            (Parser::Subnegotiation, IAC) => Parser::SubnegotiationCommand,
            (Parser::Subnegotiation, _) | (Parser::SubnegotiationCommand, IAC) => {
                if self.subnegotiation.len() < LONGEST_SUBNEGOTIATION {
                    self.subnegotiation.push(byte);
                }
                Parser::Subnegotiation
            }
            (Parser::SubnegotiationCommand, SE) => {
                events.extend(self.window());
                Parser::Data
            }
            // A subnegotiation that was never ended: the command counts.
            (Parser::SubnegotiationCommand, _) => {
                self.parser = Parser::Command;
                self.step(byte, events)
            }
        }
    }

    /// Answers a request only where it changes what was agreed on, so that no two sides answer each other for ever.
    fn agree(&mut self, verb: u8, option: u8) {
        let slot = usize::from(option);
        let (agreed, supported, yes, no) = match verb {
            DO | DONT => (&mut self.ours[slot], OURS.contains(&option), WILL, WONT),
            _ => (&mut self.theirs[slot], THEIRS.contains(&option), DO, DONT),
        };
        let before = *agreed;
        let wanted = matches!(verb, DO | WILL);
        *agreed = if wanted && (supported || before == Agreed::Offered) { Agreed::Yes } else { Agreed::No };
        match (before, *agreed, wanted) {
            (Agreed::No, Agreed::Yes, _) => self.replies.extend([IAC, yes, option]),
            (Agreed::No, Agreed::No, true) | (Agreed::Yes, Agreed::No, _) => {
                self.replies.extend([IAC, no, option]);
            }
            _ => {}
        }
        if (verb, option) == (WILL, TERMINAL_TYPE) && before != Agreed::Yes {
            const SEND: u8 = 1;
            self.replies.extend([IAC, SB, TERMINAL_TYPE, SEND, IAC, SE]);
        }
    }

    /// The rows of a window's subnegotiation (RFC 1073): columns and rows, two bytes each.
    fn window(&self) -> Option<Event> {
        match self.subnegotiation[..] {
            [WINDOW_SIZE, _, _, high, low] => Some(Event::Window(u16::from_be_bytes([high, low]))),
            _ => None,
        }
    }
}

/// Doubles each 255 among data, as telnet has it.
pub(crate) fn escaped(data: &[u8]) -> Vec<u8> {
    let mut escaped = Vec::with_capacity(data.len());
    for &byte in data {
        escaped.push(byte);
        if byte == IAC {
            escaped.push(IAC);
        }
    }
    escaped
}

fn push_data(events: &mut Vec<Event>, byte: u8) {
    if let Some(Event::Data(data)) = events.last_mut() {
        data.push(byte);
    } else {
        events.push(Event::Data(vec![byte]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Platform;

    fn cisco() -> Negotiation {
        Negotiation::new(&Platform::cisco_iosxe().telnet)
    }

    /// Events and replies after input that arrives in pieces of `size` bytes, neighbouring data joined.
    fn exchange(input: &[u8], size: usize) -> (Vec<u8>, Vec<Event>, Vec<u8>) {
        let mut negotiation = cisco();
        let (mut data, mut others) = (Vec::new(), Vec::new());
        for event in input.chunks(size).flat_map(|piece| negotiation.receive(piece)) {
            match event {
                Event::Data(bytes) => data.extend(bytes),
                window @ Event::Window(_) => others.push(window),
            }
        }
        (data, others, negotiation.take_replies())
    }

    #[test]
    fn commands_split_anywhere_are_understood() {
        let input = [
            b"ad".as_slice(),
            &[IAC, WILL, WINDOW_SIZE, IAC, SB, WINDOW_SIZE, 1, IAC, IAC, 0, 50, IAC, SE],
            b"min",
            &[IAC, IAC, IAC, DO, 37],
        ]
        .concat();
        for size in 1..=input.len() {
            let (data, others, replies) = exchange(&input, size);
            assert_eq!(data, b"admin\xff", "{size}");
            assert_eq!(others, [Event::Window(50)], "{size}");
            assert_eq!(replies, [IAC, WONT, 37], "{size}");
        }
    }

    #[test]
    fn consent_to_an_offer_is_not_answered() {
        let input =
            [IAC, DO, ECHO, IAC, DO, SUPPRESS_GO_AHEAD, IAC, WILL, WINDOW_SIZE, IAC, WONT, TERMINAL_TYPE];
        assert!(exchange(&input, 99).2.is_empty());
    }

    #[test]
    fn a_repeated_request_is_answered_once() {
        let input = [IAC, DO, BINARY, IAC, DO, BINARY, IAC, DONT, BINARY, IAC, DONT, BINARY];
        assert_eq!(exchange(&input, 99).2, [IAC, WILL, BINARY, IAC, WONT, BINARY]);
    }

    #[test]
    fn a_terminal_type_is_asked_for_once_it_may_be_told() {
        let (_, _, replies) = exchange(&[IAC, WILL, TERMINAL_TYPE, IAC, WILL, TERMINAL_TYPE], 99);
        assert_eq!(replies, [IAC, SB, TERMINAL_TYPE, 1, IAC, SE]);
    }

    #[test]
    fn a_subnegotiation_without_end_is_bounded_and_the_next_command_counts() {
        let input = [&[IAC, SB, WINDOW_SIZE][..], &vec![7; 100_000], &[IAC, DO, 37], b"x"].concat();
        let (data, others, replies) = exchange(&input, 1000);
        assert_eq!((data, others), (b"x".to_vec(), vec![]));
        assert_eq!(replies, [IAC, WONT, 37]);
    }

    #[test]
    fn data_of_ones_is_doubled() {
        assert_eq!(escaped(b"a\xffb"), b"a\xff\xffb");
    }
}
