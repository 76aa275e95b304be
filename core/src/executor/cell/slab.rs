//! Where tasks are in memory: many small ones in one piece.
//!
//! A thread takes the places of its tasks from a slab of its own, from the front to the back, and a slab is freed as a
//! whole when the last of its tasks has gone, wherever that happens. That costs a task an addition and, at its end, one
//! locked subtraction; a place from the general allocator cost 300 of the 760 instructions of a task, and the lock that
//! a worker then meets its submitter at.
//!
//! The price: one task that lives on keeps its slab of 4 KiB.
//!
//! With `--cfg task_boxes` each task has an allocation of its own, so that AddressSanitizer sees its end.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::cell::Cell;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering, fence};

/// A power of two, so that the address of a task leads to its slab.
const ALIGN: usize = 4096;
/// Less than that by what the system's allocator keeps beside each piece, so that slabs lie one behind the other.
const SIZE: usize = ALIGN - 16;
/// The first place, and the alignment of each.
const FIRST: usize = 16;
/// A larger task has an allocation of its own: fewer than a dozen would share a slab.
const LARGEST: usize = 320;
/// What a slab counts beside its tasks while its thread takes places from it: more than there are places.
const OPEN: usize = SIZE;

/// Puts a value where it stays until it is [freed](free).
pub(super) fn put<V>(value: V) -> NonNull<V> {
    let place = if is_small::<V>() { take(size_of::<V>()) } else { allocate(Layout::new::<V>()) }.cast();
    // SAFETY: a new place, large enough and aligned.
    unsafe { place.write(value) };
    place
}

/// Drops a value and gives its place back.
///
/// # Safety
/// It was [put](put), and nobody uses it any more.
pub(super) unsafe fn free<V>(place: NonNull<V>) {
    // SAFETY: as the caller says; what was small when it was put is small still.
    unsafe {
        place.drop_in_place();
        if is_small::<V>() {
            Slab::release(Slab::of(place.cast()), 1);
        } else {
            dealloc(place.as_ptr().cast(), Layout::new::<V>());
        }
    }
}

const fn is_small<V>() -> bool {
    !cfg!(any(loom, task_boxes)) && size_of::<V>() <= LARGEST && align_of::<V>() <= FIRST
}

fn allocate(layout: Layout) -> NonNull<u8> {
    // SAFETY: neither a task nor a slab is of size zero.
    NonNull::new(unsafe { alloc(layout) }).unwrap_or_else(|| handle_alloc_error(layout))
}

/// A place for `size` bytes in this thread's slab.
fn take(size: usize) -> NonNull<u8> {
    let size = size.next_multiple_of(FIRST);
    // While the thread ends, a slab for a single task.
    SHELF.try_with(|shelf| shelf.take(size)).unwrap_or_else(|_| Shelf::new().take(size))
}

/// What is at the front of each slab.
struct Slab {
    /// Tasks that are in it, and [`OPEN`] while there may come more.
    count: AtomicUsize,
}

impl Slab {
    const LAYOUT: Layout = match Layout::from_size_align(SIZE, ALIGN) {
        Ok(layout) => layout,
        Err(_) => panic!("no layout"),
    };

    fn new() -> NonNull<Self> {
        let slab = allocate(Self::LAYOUT).cast::<Self>();
        // SAFETY: new, and large enough.
        unsafe { slab.write(Self { count: AtomicUsize::new(OPEN) }) };
        slab
    }

    /// The slab of a place.
    fn of(place: NonNull<u8>) -> NonNull<Self> {
        // SAFETY: no slab is at address zero.
        unsafe { NonNull::new_unchecked(place.as_ptr().map_addr(|place| place & !(ALIGN - 1)).cast()) }
    }

    /// Counts down, and frees the slab where that was the last of it.
    ///
    /// # Safety
    /// The caller has that much of the count, and does not use it any more.
    unsafe fn release(slab: NonNull<Self>, count: usize) {
        // SAFETY: not freed, since the caller's count is in it. Release and acquire as in `Arc`: all uses of all places
        // come before the end.
        unsafe {
            if slab.as_ref().count.fetch_sub(count, Ordering::Release) == count {
                fence(Ordering::Acquire);
                dealloc(slab.as_ptr().cast(), Self::LAYOUT);
            }
        }
    }
}

thread_local! {
    static SHELF: Shelf = const { Shelf::new() };
}

/// The slab that a thread takes places from, if it has one.
struct Shelf {
    slab: Cell<Option<NonNull<Slab>>>,
    /// Where in it the next place is.
    next: Cell<usize>,
    taken: Cell<usize>,
}

impl Shelf {
    const fn new() -> Self {
        Self { slab: Cell::new(None), next: Cell::new(SIZE), taken: Cell::new(0) }
    }

    fn take(&self, size: usize) -> NonNull<u8> {
        let slab = match self.slab.get() {
            Some(slab) if self.next.get() + size <= SIZE => slab,
            _ => self.renew(),
        };
        let place = self.next.replace(self.next.get() + size);
        self.taken.set(self.taken.get() + 1);
        // SAFETY: within the slab, since a new one has room for the largest.
        unsafe { slab.cast::<u8>().byte_add(place) }
    }

    #[cold]
    fn renew(&self) -> NonNull<Slab> {
        self.close();
        let slab = Slab::new();
        self.slab.set(Some(slab));
        self.next.set(FIRST);
        slab
    }

    /// Leaves the slab to its tasks.
    fn close(&self) {
        if let Some(slab) = self.slab.take() {
            // SAFETY: the shelf has all of the count that its tasks have not.
            unsafe { Slab::release(slab, OPEN - self.taken.replace(0)) };
        }
    }
}

impl Drop for Shelf {
    fn drop(&mut self) {
        self.close();
    }
}

#[cfg(test)]
#[cfg(not(any(loom, task_boxes)))]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::ptr;
    use std::sync::Arc;

    #[test]
    fn many_share_a_slab_and_the_last_frees_it() {
        let values: Vec<_> = (0..1000u64).map(|n| put([n; 5])).collect();
        let slabs: std::collections::BTreeSet<_> =
            values.iter().map(|place| Slab::of(place.cast())).collect();
        assert_eq!(slabs.len(), 1000_usize.div_ceil((SIZE - FIRST) / 48));
        for (n, place) in (0..).zip(values) {
            // SAFETY: put above, freed once.
            unsafe {
                assert_eq!(*place.as_ref(), [n; 5]);
                free(place);
            }
        }
    }

    #[test]
    fn large_and_aligned_ones_have_their_own() {
        #[repr(align(64))]
        struct Aligned(u8);
        let (aligned, large) = (put(Aligned(7)), put([1u8; LARGEST + 1]));
        assert!(aligned.as_ptr().addr().is_multiple_of(64));
        // SAFETY: put above, freed once.
        unsafe {
            assert_eq!((aligned.as_ref().0, large.as_ref()[LARGEST]), (7, 1));
            free(aligned);
            free(large);
        }
    }

    proptest! {
        #[test]
        fn what_is_freed_anywhere_in_any_order_was_whole_and_is_dropped(order in Just((0..500usize).collect::<Vec<_>>()).prop_shuffle()) {
            let alive = Arc::new(());
            let places: Vec<_> = (0..order.len()).map(|n| put((Arc::clone(&alive), n))).map(|place| place.as_ptr().expose_provenance()).collect();
            std::thread::scope(|scope| {
                for part in order.chunks(125) {
                    let places = &places;
                    scope.spawn(move || {
                        for n in part {
                            let place = ptr::with_exposed_provenance_mut::<(Arc<()>, usize)>(places[*n]);
                            let place = NonNull::new(place).unwrap();
                            // SAFETY: put above, freed once.
                            unsafe {
                                assert_eq!(place.as_ref().1, *n);
                                free(place);
                            }
                        }
                    });
                }
            });
            prop_assert_eq!(Arc::strong_count(&alive), 1);
        }
    }
}
