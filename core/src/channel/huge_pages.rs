//! Huge pages for memory that is about to be filled.
#![allow(unsafe_code, reason = "the one call of `madvise`, with advice that changes no byte")]

use std::mem::MaybeUninit;

/// The size of a huge page, which is a multiple of that of any other.
#[cfg(target_os = "linux")]
const HUGE_PAGE: usize = 2 << 20;

/// Asks Linux to give memory in pages of 2 MiB where it is first written to, and so to be asked once in place of 512 times.
/// Only an advice: most systems follow it (`/sys/kernel/mm/transparent_hugepage/enabled` says `madvise` or `always`), the others
/// give small pages as ever.
#[cfg(target_os = "linux")]
pub(super) fn ask_for(memory: &mut [MaybeUninit<u8>]) {
    let head = memory.as_ptr().align_offset(HUGE_PAGE);
    let aligned = memory.get_mut(head..).unwrap_or_default();
    let (start, len) = (aligned.as_mut_ptr(), aligned.len() / HUGE_PAGE * HUGE_PAGE);
    if len > 0 {
        // SAFETY: `start` and `len` are pages that lie in `memory` whole, which is borrowed meanwhile. `MADV_HUGEPAGE` says how the
        // kernel backs them; it neither unmaps them nor changes what they hold, so whoever owns them may use, move and free
        // them as without it. An error means that it was not followed.
        let _ = unsafe { rustix::mm::madvise(start.cast(), len, rustix::mm::Advice::LinuxHugepage) };
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn ask_for(_: &mut [MaybeUninit<u8>]) {}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    /// The flags of the mapping that an address lies in.
    fn flags_at(address: usize) -> String {
        let maps = std::fs::read_to_string("/proc/self/smaps").unwrap();
        let mut inside = false;
        for line in maps.lines() {
            let range = line.split(' ').next().and_then(|range| range.split_once('-'));
            let bound = |bound| usize::from_str_radix(bound, 16).ok();
            if let Some((start, end)) = range.and_then(|(start, end)| Some((bound(start)?, bound(end)?))) {
                inside = (start..end).contains(&address);
            }
            if let Some(flags) = line.strip_prefix("VmFlags: ").filter(|_| inside) {
                return flags.to_owned();
            }
        }
        panic!("{address:x} is not mapped")
    }

    #[test]
    fn what_is_asked_for_reaches_the_kernel_and_changes_no_byte() {
        let mut buffer: Vec<u8> = Vec::with_capacity(8 * HUGE_PAGE);
        buffer.extend_from_slice(b"before");
        ask_for(buffer.spare_capacity_mut());
        let middle = buffer.as_ptr() as usize + 4 * HUGE_PAGE;
        // A kernel without huge pages refuses.
        if std::path::Path::new("/sys/kernel/mm/transparent_hugepage").exists() {
            assert!(flags_at(middle).split(' ').any(|flag| flag == "hg"), "{}", flags_at(middle));
        }
        buffer.resize(8 * HUGE_PAGE, 7);
        assert!(buffer.starts_with(b"before\x07") && buffer[6..].iter().all(|byte| *byte == 7));
    }

    #[test]
    fn memory_in_which_no_huge_page_lies_is_left_alone() {
        ask_for(&mut []);
        ask_for(Vec::with_capacity(HUGE_PAGE - 1).spare_capacity_mut());
    }
}
