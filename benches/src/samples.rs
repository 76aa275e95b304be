//! Rounds that alternate between the contenders, because a machine's speed drifts, and what they gave.

use std::time::Duration;

/// One way to do the work that is measured.
pub struct Contender<'a, const N: usize> {
    /// What the table calls it.
    pub name: String,
    /// Does the work once and gives its figures.
    pub run: Box<dyn FnMut() -> [f64; N] + 'a>,
}

impl<'a, const N: usize> Contender<'a, N> {
    /// Names a way to do the work.
    pub fn new(name: impl Into<String>, run: impl FnMut() -> [f64; N] + 'a) -> Self {
        Self { name: name.into(), run: Box::new(run) }
    }
}

/// The figures that a contender gave, each kind sorted.
#[derive(Clone, Debug)]
pub struct Samples<const N: usize> {
    /// What the table calls it.
    pub name: String,
    figures: [Vec<f64>; N],
}

impl<const N: usize> Samples<N> {
    /// The median of the figures of one kind.
    pub fn median(&self, kind: usize) -> f64 {
        self.percentile(kind, 50)
    }

    /// The figure of one kind that `percent` of the rounds did not exceed.
    pub fn percentile(&self, kind: usize, percent: usize) -> f64 {
        let figures = &self.figures[kind];
        figures[(figures.len() * percent / 100).min(figures.len() - 1)]
    }

    /// The greatest figure of one kind.
    pub fn greatest(&self, kind: usize) -> f64 {
        self.percentile(kind, 100)
    }
}

/// Runs every contender once per round, in turn.
pub fn alternate<const N: usize>(contenders: &mut [Contender<'_, N>], rounds: usize) -> Vec<Samples<N>> {
    let empty = |contender: &Contender<'_, N>| Samples {
        name: contender.name.clone(),
        figures: std::array::from_fn(|_| Vec::with_capacity(rounds)),
    };
    let mut samples: Vec<_> = contenders.iter().map(empty).collect();
    for _ in 0..rounds {
        for (contender, samples) in contenders.iter_mut().zip(&mut samples) {
            for (figures, figure) in samples.figures.iter_mut().zip((contender.run)()) {
                figures.push(figure);
            }
        }
    }
    for figures in samples.iter_mut().flat_map(|samples| &mut samples.figures) {
        figures.sort_unstable_by(f64::total_cmp);
    }
    samples
}

/// How long one run of a pool may take; where it would take longer it does fewer jobs, and its rate counts.
const PATIENCE: Duration = Duration::from_secs(3);

/// The rate at which `work` does `jobs` of something, by the second, and how many it did. It has done some unmeasured
/// before, so its threads are there.
pub fn rate(jobs: u64, mut work: impl FnMut(u64) -> Duration) -> [f64; 2] {
    let few = jobs.div_ceil(20);
    work(few);
    let jobs = if work(few) * 20 > PATIENCE { few } else { jobs };
    [jobs as f64 / work(jobs).as_secs_f64(), jobs as f64]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contenders_take_turns_and_their_figures_are_sorted() {
        let turns = std::cell::Cell::new(9.0);
        let turn = || {
            turns.set(turns.get() - 1.0);
            [turns.get(), -turns.get()]
        };
        let samples = alternate(&mut [Contender::new("a", turn), Contender::new("b", turn)], 3);
        let figures: Vec<_> = samples.iter().map(|samples| samples.figures[0].clone()).collect();
        assert_eq!(figures, [[4.0, 6.0, 8.0], [3.0, 5.0, 7.0]]);
        let of_b = &samples[1];
        assert_eq!((of_b.median(0), of_b.percentile(0, 99), of_b.greatest(1)), (5.0, 7.0, -3.0));
    }

    #[test]
    fn a_slow_pool_does_fewer_jobs() {
        let jobs_done =
            |jobs, millis: u64| rate(jobs, |jobs| Duration::from_millis(millis * jobs)).map(f64::round);
        assert_eq!(jobs_done(1000, 1).map(|figure| figure.to_string()), ["1000", "1000"]);
        assert_eq!(jobs_done(1000, 10).map(|figure| figure.to_string()), ["100", "50"]);
    }
}
