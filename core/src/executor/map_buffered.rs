//! A map that takes its inputs as its results are read.

use super::Handle;
use super::error::{BuildError, TaskError};
use super::map::Map;
use std::fmt;
use std::iter::FusedIterator;
use std::sync::Arc;
use std::time::Duration;

/// The results of [`Executor::map_buffered`](super::Executor::map_buffered), in the order of the inputs; Python's
/// `map(..., buffersize=)`.
///
/// The first `buffersize` inputs are taken and submitted at once, then one with each result that is read, once it is
/// there: never are more than `buffersize` tasks unfinished. Dropping it cancels what has not started. After a
/// shutdown it takes what was submitted to its end, gives one [`TaskError::ShutDown`] if there are more inputs, and
/// then nothing.
///
/// ```
/// use linecrew_core::executor::Executor;
///
/// let executor = Executor::new()?;
/// let squares = executor.map_buffered(|n: u64| n * n, 1.., 8)?;
/// assert_eq!(squares.take(3).collect::<Result<Vec<_>, _>>()?, [1, 4, 9]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "dropping it cancels what has not started"]
pub struct MapBuffered<I, F, T> {
    results: Map<T>,
    /// `None` once they are exhausted.
    inputs: Option<I>,
    function: Arc<F>,
    handle: Handle,
}

impl<I, F, T> MapBuffered<I, F, T>
where
    I: Iterator<Item: Send + 'static>,
    F: Fn(I::Item) -> T + Send + Sync + 'static,
    T: Send + 'static,
{
    pub(super) fn new(handle: Handle, function: F, inputs: I, buffersize: usize) -> Result<Self, BuildError> {
        if buffersize == 0 {
            return Err(BuildError::BufferSize);
        }
        let results = Map::new(std::iter::empty());
        let mut map = Self { results, inputs: Some(inputs), function: Arc::new(function), handle };
        while map.results.len() < buffersize && map.submit_next() {}
        Ok(map)
    }

    /// Gives up `timeout` after the call of `map_buffered`; otherwise as [`Map::timeout`].
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.results = self.results.timeout(timeout);
        self
    }

    /// Submits the next input; `false` if there is none.
    fn submit_next(&mut self) -> bool {
        let Some(input) = self.inputs.as_mut().and_then(Iterator::next) else {
            self.inputs = None;
            return false;
        };
        self.results.push(self.handle.submit_call(&self.function, input));
        true
    }
}

impl<I, F, T> Iterator for MapBuffered<I, F, T>
where
    I: Iterator<Item: Send + 'static>,
    F: Fn(I::Item) -> T + Send + Sync + 'static,
    T: Send + 'static,
{
    type Item = Result<T, TaskError>;

    fn next(&mut self) -> Option<Self::Item> {
        let result = self.results.next()?;
        if matches!(result, Err(TaskError::TimedOut | TaskError::ShutDown)) {
            self.inputs = None;
            self.results.close();
        } else {
            self.submit_next();
        }
        Some(result)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let (submitted, most) = self.results.size_hint();
        let (_, most_inputs) = self.inputs.as_ref().map_or((0, Some(0)), Iterator::size_hint);
        // A shutdown may cut off what was not submitted.
        (submitted.min(1), most.zip(most_inputs).and_then(|(most, inputs)| most.checked_add(inputs)))
    }
}

impl<I, F, T> FusedIterator for MapBuffered<I, F, T>
where
    I: Iterator<Item: Send + 'static>,
    F: Fn(I::Item) -> T + Send + Sync + 'static,
    T: Send + 'static,
{
}

impl<I, F, T> fmt::Debug for MapBuffered<I, F, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MapBuffered").field("submitted", &self.results.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::executor::{Executor, Pending, Wait, zip};
    use proptest::prelude::*;

    fn pool(max_workers: usize) -> Executor {
        Executor::builder().max_workers(max_workers).build().unwrap()
    }

    #[test]
    fn a_shutdown_ends_endless_inputs() {
        let executor = pool(2);
        let mut numbers = executor.map_buffered(|n: u32| n, 0.., 3).unwrap();
        executor.shutdown(Pending::Finish, Wait::Yes);
        for n in 0..3 {
            assert_eq!(numbers.next().unwrap().unwrap(), n);
        }
        assert!(matches!(numbers.next(), Some(Err(TaskError::ShutDown))));
        assert_eq!((numbers.size_hint(), numbers.next().is_none()), ((0, Some(0)), true));
    }

    #[test]
    fn a_shutdown_after_the_last_input_takes_nothing() {
        let executor = pool(2);
        let numbers = executor.map_buffered(|n: u32| n, 0..3, 3).unwrap();
        executor.shutdown(Pending::Finish, Wait::Yes);
        assert_eq!(numbers.map(Result::unwrap).collect::<Vec<_>>(), [0, 1, 2]);
    }

    #[test]
    fn inputs_are_dropped_when_they_are_exhausted() {
        let held = Arc::new(());
        let inputs = std::iter::repeat_n(Arc::clone(&held), 2).map(|_| ());
        let mut results = pool(1).map_buffered(|()| (), inputs, 2).unwrap();
        assert!(results.next().unwrap().is_ok());
        assert_eq!(Arc::strong_count(&held), 1);
    }

    proptest! {
        /// `None` is a panic: of a negative difference.
        #[test]
        fn each_map_is_the_standard_zip_and_map(
            xs in prop::collection::vec(any::<u8>(), 0..40),
            ys in prop::collection::vec(0..200_u8, 0..40),
            buffersize in 1..50_usize,
            max_workers in 1..5_usize,
        ) {
            let expected: Vec<_> = xs.iter().zip(&ys).map(|(x, y)| x.checked_sub(*y)).collect();
            let difference = |(x, y): (u8, u8)| x.checked_sub(y).unwrap();
            let executor = pool(max_workers);
            let at_once = executor.map(difference, zip((xs.clone(), ys.clone())));
            let buffered = executor.map_buffered(difference, zip((xs, ys)), buffersize).unwrap();
            prop_assert_eq!(&at_once.map(Result::ok).collect::<Vec<_>>(), &expected);
            prop_assert_eq!(&buffered.map(Result::ok).collect::<Vec<_>>(), &expected);
        }
    }
}
