//! Several iterables side by side.

/// Walks a tuple of 2 to 6 iterables side by side, as far as the shortest goes, and gives flat tuples; Python's `zip`.
/// With it, Python's `map(f, hosts, ports)` is:
///
/// ```
/// use linecrew_core::executor::{Executor, zip};
///
/// let executor = Executor::new()?;
/// let (hosts, ports) = (["r1", "r2", "r3"], [22_u16, 2222]);
/// let peers = executor.map(|(host, port)| format!("{host}:{port}"), zip((hosts, ports)));
/// assert_eq!(peers.collect::<Result<Vec<_>, _>>()?, ["r1:22", "r2:2222"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn zip<Z: Iterables>(iterables: Z) -> Zip<Z::Iterators> {
    Zip(iterables.into_iterators())
}

/// The iterator that [`zip`] returns, over a tuple of iterators.
#[derive(Clone, Debug)]
#[must_use = "an iterator does nothing unless it is read"]
pub struct Zip<I>(I);

/// What [`zip`] takes: a tuple of 2 to 6 iterables.
pub trait Iterables {
    /// The tuple of their iterators.
    type Iterators;

    /// Makes each an iterator.
    fn into_iterators(self) -> Self::Iterators;
}

macro_rules! zip_of {
    ($($part:ident $place:tt),+) => {
        impl<$($part: IntoIterator),+> Iterables for ($($part,)+) {
            type Iterators = ($($part::IntoIter,)+);

            fn into_iterators(self) -> Self::Iterators {
                ($(self.$place.into_iter(),)+)
            }
        }

        impl<$($part: Iterator),+> Iterator for Zip<($($part,)+)> {
            type Item = ($($part::Item,)+);

            fn next(&mut self) -> Option<Self::Item> {
                Some(($(self.0.$place.next()?,)+))
            }

            fn size_hint(&self) -> (usize, Option<usize>) {
                shortest([$(self.0.$place.size_hint()),+])
            }
        }
    };
}

zip_of!(A 0, B 1);
zip_of!(A 0, B 1, C 2);
zip_of!(A 0, B 1, C 2, D 3);
zip_of!(A 0, B 1, C 2, D 3, E 4);
zip_of!(A 0, B 1, C 2, D 3, E 4, F 5);

fn shortest<const N: usize>(hints: [(usize, Option<usize>); N]) -> (usize, Option<usize>) {
    let least = hints.iter().map(|(least, _)| *least).min().unwrap_or(0);
    (least, hints.iter().filter_map(|(_, most)| *most).min())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tuples_are_flat() {
        let six = zip(([1, 2], ['a', 'b'], ["x", "y"], [true, false], [1.5, 2.5], [9_u8, 8]));
        assert_eq!(six.collect::<Vec<_>>(), [(1, 'a', "x", true, 1.5, 9), (2, 'b', "y", false, 2.5, 8)]);
    }

    #[test]
    fn the_length_is_that_of_the_shortest() {
        assert_eq!(zip((0.., 0..3, 0..5)).size_hint(), (3, Some(3)));
        assert_eq!(zip((0.., [1, 2].into_iter().filter(|n| *n > 1))).size_hint(), (0, Some(2)));
    }
}
