//! Cuts a telnet stream, however it arrives, into units that each mean something alone.
//!
//! The crate's parser forgets a command that is split over two reads, loses the data of a split `IAC IAC`, and
//! indexes past its buffer when one ends in `IAC IAC`. None of it can happen where each read is exactly one command, or one
//! subnegotiation of bounded size. Data needs no parser once it is told apart.

use std::collections::VecDeque;

pub(super) const IAC: u8 = 255;
pub(super) const DONT: u8 = 254;
pub(super) const DO: u8 = 253;
pub(super) const WONT: u8 = 252;
pub(super) const WILL: u8 = 251;
pub(super) const SB: u8 = 250;
pub(super) const SE: u8 = 240;

/// The longest subnegotiation that is passed on, its option included. The longest one understood here is 2 bytes.
pub(super) const LONGEST_SUBNEGOTIATION: usize = 512;

/// A part of the stream that means something alone.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// Data, with one IAC for each that was doubled.
    Data(Vec<u8>),
    /// What the parser may be given in one read.
    Command(Vec<u8>),
}

/// Where in the protocol the next byte stands.
#[derive(Clone, Copy, Debug, Default)]
enum State {
    #[default]
    Data,
    Command,
    /// After WILL, WONT, DO or DONT.
    Negotiation(u8),
    Subnegotiation,
    SubnegotiationCommand,
}

/// The state that a stream has between two reads.
#[derive(Debug, Default)]
pub(super) struct Aligner {
    state: State,
    /// The subnegotiation so far, without its doubled IACs; one byte over the bound where it is too long.
    subnegotiation: Vec<u8>,
    units: VecDeque<Unit>,
}

impl Aligner {
    /// Takes what arrived. No data is held back; an unfinished command is.
    pub(super) fn push(&mut self, mut bytes: &[u8]) {
        while let Some((&first, rest)) = bytes.split_first() {
            if let (State::Data, true) = (self.state, first != IAC) {
                let run = bytes.iter().position(|&byte| byte == IAC).unwrap_or(bytes.len());
                self.data(&bytes[..run]);
                bytes = &bytes[run..];
            } else {
                self.state = self.step(first);
                bytes = rest;
            }
        }
    }

    /// The next whole unit.
    pub(super) fn pop(&mut self) -> Option<Unit> {
        self.units.pop_front()
    }

    fn step(&mut self, byte: u8) -> State {
        match (self.state, byte) {
            (State::Data, _) => State::Command,
            (State::Command, IAC) => {
                self.data(&[IAC]);
                State::Data
            }
            (State::Command, WILL | WONT | DO | DONT) => State::Negotiation(byte),
            (State::Command, SB) => self.begin_subnegotiation(),
            (State::Command, _) => self.command(&[IAC, byte]),
            (State::Negotiation(verb), _) => self.command(&[IAC, verb, byte]),
            (State::Subnegotiation, IAC) => State::SubnegotiationCommand,
            (State::SubnegotiationCommand, SE) => self.end_subnegotiation(),
            (State::Subnegotiation, _) | (State::SubnegotiationCommand, IAC) => {
                if self.subnegotiation.len() <= LONGEST_SUBNEGOTIATION {
                    self.subnegotiation.push(byte);
                }
                State::Subnegotiation
            }
            // The end was lost, and this is the next command.
            (State::SubnegotiationCommand, _) => {
                self.state = State::Command;
                self.step(byte)
            }
        }
    }

    /// Adds to the data that is last in the line, or begins some.
    fn data(&mut self, run: &[u8]) {
        match self.units.back_mut() {
            Some(Unit::Data(data)) => data.extend_from_slice(run),
            _ => self.units.push_back(Unit::Data(run.to_vec())),
        }
    }

    fn command(&mut self, bytes: &[u8]) -> State {
        self.units.push_back(Unit::Command(bytes.to_vec()));
        State::Data
    }

    fn begin_subnegotiation(&mut self) -> State {
        self.subnegotiation.clear();
        State::Subnegotiation
    }

    /// Passes the subnegotiation on, unless it is too long, empty, or of option 255: the parser takes the doubled
    /// IAC of that option for data.
    fn end_subnegotiation(&mut self) -> State {
        let body = &self.subnegotiation;
        if body.len() <= LONGEST_SUBNEGOTIATION && body.first().is_some_and(|&option| option != IAC) {
            let mut bytes = vec![IAC, SB];
            bytes.extend(double(body));
            bytes.extend([IAC, SE]);
            self.units.push_back(Unit::Command(bytes));
        }
        State::Data
    }
}

/// The bytes with each IAC doubled.
pub(super) fn double(bytes: &[u8]) -> impl Iterator<Item = u8> + '_ {
    bytes.iter().flat_map(|&byte| std::iter::repeat_n(byte, if byte == IAC { 2 } else { 1 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(chunks: &[&[u8]]) -> Vec<Unit> {
        let mut aligner = Aligner::default();
        for chunk in chunks {
            aligner.push(chunk);
        }
        std::iter::from_fn(|| aligner.pop()).collect()
    }

    fn data(bytes: &[u8]) -> Unit {
        Unit::Data(bytes.to_vec())
    }

    fn command(bytes: &[u8]) -> Unit {
        Unit::Command(bytes.to_vec())
    }

    #[test]
    fn a_command_split_over_three_reads_is_one_unit() {
        assert_eq!(units(&[b"a\xff", b"\xfb", b"\x01b"]), [data(b"a"), command(b"\xff\xfb\x01"), data(b"b")]);
    }

    #[test]
    fn escaped_bytes_are_data_with_what_stands_around_them() {
        assert_eq!(units(&[b"a\xff\xff\xff\xff\xff", b"\xffb"]), [data(b"a\xff\xff\xffb")]);
    }

    #[test]
    fn a_subnegotiation_that_lost_its_end_gives_way_to_the_next_command() {
        assert_eq!(units(&[b"\xff\xfa\x18\x01\xff\xfb\x01x"]), [command(b"\xff\xfb\x01"), data(b"x")]);
    }

    #[test]
    fn an_endless_subnegotiation_holds_bounded_memory_and_is_left_out() {
        let mut aligner = Aligner::default();
        aligner.push(&[IAC, SB, 24]);
        aligner.push(&vec![1; 100_000]);
        assert!(aligner.subnegotiation.capacity() <= 2 * LONGEST_SUBNEGOTIATION);
        aligner.push(&[IAC, SE, b'x']);
        assert_eq!(aligner.pop(), Some(data(b"x")));
    }
}
