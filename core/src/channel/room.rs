//! How the buffers of a long reply grow.

/// A buffer so long is seldom at its end.
const LONG: usize = 2 << 20;

/// What a long one is given at once, of which only that costs memory which is written to. Above 32 MiB glibc's allocator
/// maps a buffer by itself; up to there each doubling would move it, and the first touch of a page costs more than its copy.
const ROOM: usize = 33 << 20;

/// How much to ask a buffer for that is to take `more`; its own doubling does the rest.
pub(super) fn to_reserve(len: usize, capacity: usize, more: usize) -> usize {
    let is_full = capacity - len < more;
    if is_full && len >= LONG && capacity < ROOM { more.max(ROOM - len) } else { more }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_buffer_is_given_its_room_at_once_and_a_short_one_is_not() {
        let mut buffer: Vec<u8> = Vec::new();
        let mut sizes = Vec::new();
        while buffer.len() < 8 << 20 {
            buffer.reserve(to_reserve(buffer.len(), buffer.capacity(), 4096));
            sizes.push(buffer.capacity());
            buffer.extend([0; 4096]);
        }
        sizes.dedup();
        assert_eq!(sizes[sizes.len() - 2..], [LONG, ROOM]);
    }
}
