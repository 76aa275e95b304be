//! How results are read: by a `oneshot` channel per job where a pool has no handles, or by awaiting those it has.

use oneshot::Receiver;

/// A job that sends its result, and where to read that.
pub(super) fn promise(
    job: impl FnOnce() -> u64 + Send + 'static,
) -> (impl FnOnce() + Send + 'static, Receiver<u64>) {
    let (sender, receiver) = oneshot::channel();
    (move || sender.send(job()).expect("a receiver"), receiver)
}

/// Waits for each result in turn.
pub(super) fn sum(results: impl Iterator<Item = Receiver<u64>>) -> u64 {
    results.map(|result| result.recv().expect("a result")).sum()
}

/// Awaits each handle in turn.
pub(super) async fn sum_async(handles: impl Iterator<Item: Future<Output = u64>>) -> u64 {
    let mut sum = 0;
    for handle in handles {
        sum += handle.await;
    }
    sum
}

/// What the job does that submits `children` others by `execute` and waits for them.
pub(super) fn parent(children: u64, execute: impl Fn(u64) -> Receiver<u64>) -> u64 {
    let children: Vec<_> = (0..children).map(execute).collect();
    sum(children.into_iter())
}
