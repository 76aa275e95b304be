//! Chance, for delays that must not come in step.

use std::hash::{BuildHasher, RandomState};

/// Draws from 0 to 1; the standard library's hasher is seeded anew for each.
pub(in crate::fleet) struct Chance {
    source: Source,
}

enum Source {
    Random(RandomState, u64),
    #[cfg(test)]
    Always(f64),
}

impl Chance {
    pub(in crate::fleet) fn new() -> Self {
        Self { source: Source::Random(RandomState::new(), 0) }
    }

    #[cfg(test)]
    pub(in crate::fleet) fn always(draw: f64) -> Self {
        Self { source: Source::Always(draw) }
    }

    pub(super) fn draw(&mut self) -> f64 {
        match &mut self.source {
            Source::Random(state, drawn) => {
                *drawn += 1;
                // 32 bits are exact in an f64, and fine enough for a delay.
                f64::from((state.hash_one(*drawn) >> 32) as u32) / f64::from(u32::MAX)
            }
            #[cfg(test)]
            Source::Always(draw) => *draw,
        }
    }
}
