//! How bytes that are ready are cut before they go out.

use super::Fault;
use crate::facts::Draw;

const ESCAPE: u8 = 0x1b;

/// Cuts a stream into pieces, the same for the same seed.
#[derive(Clone, Debug)]
pub(crate) struct Pieces {
    most: usize,
    random: bool,
    split_escapes: bool,
    /// What is left of the present piece; none before a new one.
    left: Option<usize>,
    last: u8,
    draw: Draw,
}

impl Pieces {
    /// The cuts of a whole connection.
    pub(crate) fn new(faults: &[Fault], seed: u64) -> Self {
        let mut pieces = Self::of_escapes(faults, seed);
        for fault in faults {
            match fault {
                Fault::Chunks(bytes) => pieces.limit(*bytes),
                Fault::RandomChunks(bytes) => {
                    pieces.limit(*bytes);
                    pieces.random = true;
                }
                _ => {}
            }
        }
        if pieces.most == usize::MAX && faults.iter().any(|fault| matches!(fault, Fault::Drip(_))) {
            pieces.most = 1;
        }
        pieces
    }

    /// The cuts in escape sequences alone: those of packets that are then encrypted.
    pub(crate) fn of_escapes(faults: &[Fault], seed: u64) -> Self {
        let split_escapes = faults.contains(&Fault::SplitEscapes);
        Self { most: usize::MAX, random: false, split_escapes, left: None, last: 0, draw: Draw(!seed) }
    }

    /// How many of the bytes that are ready, at least one, go out together.
    pub(crate) fn next(&mut self, ready: &[u8]) -> usize {
        let drawn = match self.left {
            Some(left) => left,
            None => self.draw_piece(),
        };
        self.left = Some(drawn);
        drawn.min(self.up_to_escape(ready)).min(ready.len())
    }

    /// Notes that these bytes went out.
    pub(crate) fn sent(&mut self, bytes: &[u8]) {
        let Some(&last) = bytes.last() else { return };
        self.last = last;
        self.left = self.left.map(|left| left.saturating_sub(bytes.len())).filter(|left| *left > 0);
    }

    /// Whether the next byte begins a piece.
    pub(crate) fn at_start(&self) -> bool {
        self.left.is_none()
    }

    fn limit(&mut self, bytes: usize) {
        self.most = self.most.min(bytes.max(1));
    }

    fn draw_piece(&mut self) -> usize {
        if !self.random {
            return self.most;
        }
        1 + usize::try_from(self.draw.below(self.most as u64)).unwrap_or_default()
    }

    /// Up to the byte behind which an escape sequence is cut: its first, and its second.
    fn up_to_escape(&self, ready: &[u8]) -> usize {
        if !self.split_escapes {
            return usize::MAX;
        }
        if self.last == ESCAPE {
            return 1;
        }
        ready.iter().position(|byte| *byte == ESCAPE).map_or(usize::MAX, |at| at + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(faults: &[Fault], seed: u64, text: &[u8]) -> Vec<Vec<u8>> {
        let mut pieces = Pieces::new(faults, seed);
        let (mut rest, mut cut) = (text, Vec::new());
        while !rest.is_empty() {
            let (piece, left) = rest.split_at(pieces.next(rest));
            pieces.sent(piece);
            cut.push(piece.to_vec());
            rest = left;
        }
        cut
    }

    #[test]
    fn without_faults_everything_is_one_piece() {
        assert_eq!(cut(&[], 1, &vec![b'x'; 100_000]).len(), 1);
    }

    #[test]
    fn random_pieces_are_the_same_for_the_same_seed_and_within_their_bound() {
        let text: Vec<u8> = (0..=255).collect();
        let sizes =
            |seed| cut(&[Fault::RandomChunks(9)], seed, &text).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(sizes(1), sizes(1));
        assert_ne!(sizes(1), sizes(2));
        assert!(sizes(3).iter().all(|size| (1..=9).contains(size)) && sizes(3).contains(&9));
        assert_eq!(cut(&[Fault::RandomChunks(9)], 4, &text).concat(), text);
    }

    #[test]
    fn an_escape_sequence_is_cut_behind_its_first_and_second_byte() {
        let cut = cut(&[Fault::SplitEscapes], 1, b"ab\x1b[1mcd");
        assert_eq!(cut, [b"ab\x1b".to_vec(), b"[".to_vec(), b"1mcd".to_vec()]);
    }

    #[test]
    fn the_smallest_of_several_bounds_counts_and_a_drip_is_of_bytes() {
        assert_eq!(cut(&[Fault::Chunks(4), Fault::Chunks(2)], 1, b"abcd").len(), 2);
        assert_eq!(cut(&[Fault::Drip(std::time::Duration::ZERO)], 1, b"abcd").len(), 4);
        assert_eq!(cut(&[Fault::Drip(std::time::Duration::ZERO), Fault::Chunks(2)], 1, b"abcd").len(), 2);
    }
}
