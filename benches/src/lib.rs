//! What the benchmarks share: rounds that alternate between the contenders, and medians.

use std::time::{Duration, Instant};

/// One way to do the work that is measured.
pub struct Contender<'a> {
    /// What the table calls it.
    pub name: &'static str,
    /// Does the work once.
    pub run: Box<dyn FnMut() + 'a>,
}

impl<'a> Contender<'a> {
    /// Names a way to do the work.
    pub fn new(name: &'static str, run: impl FnMut() + 'a) -> Self {
        Self { name, run: Box::new(run) }
    }
}

/// Runs every contender once per round, in turn, after one round that is not counted, and returns each one's median.
/// The rounds alternate because a machine's speed drifts.
pub fn medians(contenders: &mut [Contender<'_>], rounds: usize) -> Vec<(&'static str, Duration)> {
    let mut times = vec![Vec::with_capacity(rounds); contenders.len()];
    for round in 0..=rounds {
        for (contender, times) in contenders.iter_mut().zip(&mut times) {
            let start = Instant::now();
            (contender.run)();
            if round > 0 {
                times.push(start.elapsed());
            }
        }
    }
    let median = |mut times: Vec<Duration>| {
        times.sort_unstable();
        times[times.len() / 2]
    };
    contenders.iter().map(|contender| contender.name).zip(times.into_iter().map(median)).collect()
}
