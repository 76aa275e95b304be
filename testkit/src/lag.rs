//! How much later than it was sent an input arrives.

use crate::device::Device;
use crate::facts::Draw;
use crate::faults::Fault;
use std::time::Duration;

/// The lateness of one input after the other, the same for the same seed.
pub(crate) struct Lag {
    latency: Duration,
    jitter: Duration,
    draw: Draw,
}

impl Lag {
    /// That of a connection to the device; none where inputs arrive as they are sent.
    pub(crate) fn of(device: &Device) -> Option<Self> {
        let jitter = device.faults.iter().find_map(|fault| match fault {
            Fault::Jitter(most) => Some(*most),
            _ => None,
        });
        let (latency, jitter) = (device.latency, jitter.unwrap_or_default());
        let lag = Self { latency, jitter, draw: Draw(device.seed) };
        (!latency.is_zero() || !jitter.is_zero()).then_some(lag)
    }

    /// The lateness of the next input.
    pub(crate) fn next(&mut self) -> Duration {
        let most = u64::try_from(self.jitter.as_micros()).unwrap_or(u64::MAX - 1);
        self.latency.saturating_add(Duration::from_micros(self.draw.below(most + 1)))
    }
}
