//! Huge pages for memory that is about to be filled.
#![allow(unsafe_code, reason = "the one call of `madvise`, with advice that changes no byte")]

use std::mem::MaybeUninit;

/// Asks Linux to give memory in pages of 2 MiB where it is first written to, and so to be asked once in place of 512 times.
/// Only an advice: most systems follow it (`/sys/kernel/mm/transparent_hugepage/enabled` says `madvise` or `always`), the others
/// give small pages as ever.
#[cfg(target_os = "linux")]
pub(super) fn ask_for(memory: &mut [MaybeUninit<u8>]) {
    // From its first page on, of which an allocator may have the head: of a mapping that is advised in part Linux makes several,
    // which no longer grow by moving their pages.
    let head = memory.as_ptr().addr() % rustix::param::page_size();
    let start = memory.as_mut_ptr().wrapping_byte_sub(head);
    // SAFETY: `MADV_HUGEPAGE` says how the kernel backs pages; it neither unmaps them nor changes what they hold, so whoever owns
    // what lies there, `memory` or what shares its first and last page, may use, move and free it as without it. An error means
    // that the advice was not followed.
    let _ =
        unsafe { rustix::mm::madvise(start.cast(), head + memory.len(), rustix::mm::Advice::LinuxHugepage) };
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
        const SIZE: usize = 16 << 20;
        let mut buffer: Vec<u8> = Vec::with_capacity(SIZE);
        buffer.extend_from_slice(b"before");
        ask_for(buffer.spare_capacity_mut());
        // A kernel without huge pages refuses.
        if std::path::Path::new("/sys/kernel/mm/transparent_hugepage").exists() {
            for place in [0, SIZE / 2, SIZE - 1] {
                let flags = flags_at(buffer.as_ptr().addr() + place);
                assert!(flags.split(' ').any(|flag| flag == "hg"), "{flags}");
            }
        }
        buffer.resize(SIZE, 7);
        assert!(buffer.starts_with(b"before\x07") && buffer[6..].iter().all(|byte| *byte == 7));
    }
}
