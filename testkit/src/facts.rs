//! What tells one simulated device from another.

use crate::platform::Text;
use serde::Deserialize;

/// Serial number, software, hardware and uptime of a device, all drawn from its seed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Facts {
    /// The serial number of the chassis.
    pub serial: String,
    /// The software version.
    pub version: String,
    /// The product number.
    pub hardware: String,
    /// Minutes since the last start.
    pub uptime_minutes: u64,
    /// The last two bytes of every address that it has.
    pub(crate) host_number: u16,
}

/// What a platform's devices have, of which each has one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Choices {
    /// How serial numbers begin.
    pub(crate) serials: Vec<Text>,
    pub(crate) versions: Vec<Text>,
    pub(crate) hardware: Vec<Text>,
}

impl Choices {
    pub(crate) fn new(
        serials: &[&'static str],
        versions: &[&'static str],
        hardware: &[&'static str],
    ) -> Self {
        let all = |texts: &[&'static str]| texts.iter().map(|text| Text::Borrowed(text)).collect();
        Self { serials: all(serials), versions: all(versions), hardware: all(hardware) }
    }
}

impl Facts {
    pub(crate) fn from_seed(seed: u64, choices: &Choices) -> Self {
        let mut draw = Draw(seed);
        Self {
            serial: serial(&mut draw, &choices.serials),
            version: draw.one_of(&choices.versions).to_string(),
            hardware: draw.one_of(&choices.hardware).to_string(),
            uptime_minutes: 5 + draw.below(60 * 24 * 400),
            host_number: u16::try_from(draw.below(1 << 16)).unwrap_or_default(),
        }
    }

    /// The uptime in words: `3 weeks, 1 day, 5 minutes`.
    pub fn uptime(&self) -> String {
        let minutes = self.uptime_minutes;
        let parts = [
            (minutes / 10_080, "week"),
            (minutes / 1_440 % 7, "day"),
            (minutes / 60 % 24, "hour"),
            (minutes % 60, "minute"),
        ];
        let words: Vec<String> = parts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, unit)| format!("{count} {unit}{}", if count == 1 { "" } else { "s" }))
            .collect();
        words.join(", ")
    }

    /// An address of the device in 10.0.0.0/8, one for each interface.
    pub(crate) fn address(&self, interface: u8) -> String {
        let [high, low] = self.host_number.to_be_bytes();
        format!("10.{interface}.{high}.{}", low.max(1))
    }
}

/// A chassis serial number as they are printed: a plant, year and week, and four characters.
fn serial(draw: &mut Draw, plants: &[Text]) -> String {
    const LETTERS: &[u8] = b"0123456789ABCDEFGHJKLMNPRSTUVWXYZ";
    let plant = draw.one_of(plants).clone();
    let (year, week) = (20 + draw.below(8), 1 + draw.below(52));
    let tail: String = (0..4).map(|_| char::from(*draw.one_of(LETTERS))).collect();
    format!("{plant}{year}{week:02}{tail}")
}

/// The splitmix64 generator (Steele, Lea, Flood, 2014): any seed does, neighbouring ones too.
#[derive(Clone, Debug)]
pub(crate) struct Draw(pub(crate) u64);

impl Draw {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is at least one.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    pub(crate) fn one_of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        let index = self.below(choices.len() as u64);
        &choices[usize::try_from(index).unwrap_or_default()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn choices() -> Choices {
        Choices::new(&["FDO", "FGL", "FLM", "FOC"], &["1", "2"], &["a", "b"])
    }

    #[test]
    fn a_thousand_seeds_give_a_thousand_serial_numbers() {
        let serials: BTreeSet<String> =
            (0..1000).map(|seed| Facts::from_seed(seed, &choices()).serial).collect();
        assert_eq!(serials.len(), 1000);
    }

    #[test]
    fn uptime_leaves_zeros_out_and_counts_one_in_the_singular() {
        let facts = Facts { uptime_minutes: 3 * 10_080 + 1_440 + 5, ..Facts::from_seed(1, &choices()) };
        assert_eq!(facts.uptime(), "3 weeks, 1 day, 5 minutes");
    }
}
