//! A run in batches, the first of them its canary.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// Batches of hosts, in the order of the inventory: each begins when the one before has ended well and soaked. Ansible's
/// `serial` and `max_fail_percentage`.
///
/// ```
/// use linecrew_core::fleet::Batches;
/// use std::time::Duration;
///
/// let batches = Batches::new("1,10%,100%".parse()?).soak(Duration::from_secs(60));
/// # drop(batches);
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Batches {
    pub(super) serial: Serial,
    pub(super) max_failures: Share,
    pub(super) soak: Duration,
}

impl Batches {
    /// Batches of these sizes; the first host that fails stops the run, and nothing soaks.
    pub fn new(serial: Serial) -> Self {
        Self { serial, max_failures: Share::Hosts(0), soak: Duration::ZERO }
    }

    /// One batch of all hosts.
    pub fn one() -> Self {
        Self::new(Serial(vec![Share::Percent(100.0)]))
    }

    /// Sets how many hosts may fail: so many of the run, or such a part of each batch. One more stops the run: no more hosts
    /// are started, and the rest is skipped.
    pub fn max_failures(mut self, most: Share) -> Self {
        self.max_failures = most;
        self
    }

    /// Sets how long to wait between the end of a batch and the beginning of the next.
    pub fn soak(mut self, wait: Duration) -> Self {
        self.soak = wait;
        self
    }
}

/// So many hosts, or a part of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Share {
    /// So many.
    Hosts(usize),
    /// So many of a hundred.
    Percent(f64),
}

impl Share {
    /// Of so many, rounded down.
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "hosts are few beside 2^52, and percents are from 0 to 100"
    )]
    pub(super) fn of(self, hosts: usize) -> usize {
        match self {
            Self::Hosts(hosts) => hosts,
            Self::Percent(percent) => (hosts as f64 * percent / 100.0) as usize,
        }
    }
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let fault =
            || format!("{text}: expected a number of hosts, such as 5, or a part of them, such as 10%");
        match text.strip_suffix('%') {
            None => text.parse().map(Self::Hosts).map_err(|_| fault()),
            Some(percent) => {
                let percent: f64 = percent.trim().parse().map_err(|_| fault())?;
                (0.0..=100.0).contains(&percent).then_some(Self::Percent(percent)).ok_or_else(fault)
            }
        }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hosts(hosts) => hosts.fmt(f),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

/// The sizes of batches, as Ansible's `serial`: the last one counts for all that follow.
#[derive(Clone, Debug, PartialEq)]
pub struct Serial(Vec<Share>);

impl Serial {
    /// How many hosts each batch has, of so many in all; none is empty.
    pub(super) fn sizes(&self, hosts: usize) -> Vec<usize> {
        let (mut sizes, mut left) = (Vec::new(), hosts);
        let shares = self.0.iter().chain(std::iter::repeat(self.0.last().unwrap_or(&Share::Percent(100.0))));
        for share in shares {
            if left == 0 {
                break;
            }
            let size = share.of(hosts).clamp(1, left);
            left -= size;
            sizes.push(size);
        }
        sizes
    }
}

impl FromStr for Serial {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.split(',').map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(serial: &str, hosts: usize) -> Vec<usize> {
        serial.parse::<Serial>().unwrap().sizes(hosts)
    }

    #[test]
    fn the_last_size_counts_for_all_that_follow_and_no_batch_is_empty() {
        assert_eq!(sizes("1,10%,100%", 100), [1, 10, 89]);
        assert_eq!(sizes("2", 5), [2, 2, 1]);
        assert_eq!(sizes("1%", 3), [1, 1, 1]);
        assert_eq!(sizes("0", 2), [1, 1]);
        assert_eq!(sizes("100%", 0), [0; 0]);
    }

    #[test]
    fn what_is_no_share_is_told() {
        for text in ["", "x", "-1", "101%", "1,,2", "nan%"] {
            assert!(text.parse::<Serial>().unwrap_err().contains("expected a number of hosts"), "{text}");
        }
        assert_eq!(Share::Percent(12.5).to_string(), "12.5%");
        assert_eq!("12.5 %".parse(), Ok(Share::Percent(12.5)));
    }
}
