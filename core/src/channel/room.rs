//! How the buffers of a long reply grow.

use super::huge_pages;

/// A buffer so long is seldom at its end.
const LONG: usize = 2 << 20;

/// What a long one is given at once, of which only that costs memory which is written to, up to the end of a huge page. Above
/// 32 MiB glibc's allocator maps a buffer by itself; up to there each doubling would move it, and the first touch of a page costs
/// more than its copy.
const ROOM: usize = 33 << 20;

/// Gives some bytes room for `more`.
pub(super) fn make_room(bytes: &mut Vec<u8>, more: usize) {
    if is_outgrown(bytes.len(), bytes.capacity(), more) {
        let short = std::mem::replace(bytes, long());
        bytes.extend_from_slice(&short);
    }
    bytes.reserve(more);
}

/// Gives a text room for `more` bytes.
pub(super) fn make_text_room(text: &mut String, more: usize) {
    if is_outgrown(text.len(), text.capacity(), more) {
        // Nothing is in it yet, which is UTF-8.
        let long = String::from_utf8(long()).unwrap_or_default();
        let short = std::mem::replace(text, long);
        text.push_str(&short);
    }
    text.reserve(more);
}

/// Whether a long buffer is full for the first time; later its own doubling does.
fn is_outgrown(len: usize, capacity: usize, more: usize) -> bool {
    capacity - len < more && (LONG..ROOM).contains(&capacity)
}

/// The page faults of small pages would be half of what a reply of 20 MB costs.
fn long() -> Vec<u8> {
    let mut buffer = Vec::with_capacity(ROOM);
    huge_pages::ask_for(buffer.spare_capacity_mut());
    buffer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_buffer_is_given_its_room_at_once_and_a_short_one_is_not() {
        let (mut bytes, mut text) = (Vec::new(), String::new());
        let mut sizes = Vec::new();
        while bytes.len() < 40 << 20 {
            make_room(&mut bytes, 4096);
            make_text_room(&mut text, 4096);
            assert_eq!(bytes.capacity(), text.capacity());
            sizes.push(bytes.capacity());
            bytes.extend([b'x'; 4000]);
            text.push_str(&"x".repeat(4000));
        }
        sizes.dedup();
        assert_eq!(sizes[sizes.len() - 3..], [LONG, ROOM, 2 * ROOM]);
        assert!(bytes == text.as_bytes() && text.bytes().all(|byte| byte == b'x'));
    }
}
