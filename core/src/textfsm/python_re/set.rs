//! Sets of characters.

use super::unicode;
use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

/// A set of ASCII characters, a bit for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ascii([u64; 2]);

/// A set of characters: a table for ASCII, and what was written for all others.
#[derive(Clone, Debug)]
pub(super) struct Set {
    pub(super) ascii: Ascii,
    members: Box<[Member]>,
    is_negated: bool,
    fold: Fold,
}

/// What stands between brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Member {
    Char(char),
    Range(char, char),
    Class(Class),
}

/// `\d`, `\s`, `\w` and their denials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Class {
    pub(super) kind: Kind,
    pub(super) is_negated: bool,
    /// Whether it holds only ASCII, as `(?a:...)` says.
    pub(super) is_ascii: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Digit,
    Space,
    Word,
}

/// Which characters count as the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fold {
    No,
    /// The cases of ASCII letters.
    Ascii,
    /// The cases of all letters.
    Unicode,
}

impl Ascii {
    pub(super) const ALL: Self = Self([u64::MAX; 2]);
    pub(super) const NONE: Self = Self([0; 2]);
    const LETTERS: Self = Self([0, 0x07ff_fffe_07ff_fffe]);

    /// From one character to another, both within.
    #[allow(clippy::cast_possible_truncation, reason = "the halves of the number")]
    fn range(low: u8, high: u8) -> Self {
        let below = |end: u32| 1u128.checked_shl(end).map_or(u128::MAX, |bit| bit - 1);
        let bits = below(u32::from(high) + 1) & !below(u32::from(low));
        Self([bits as u64, (bits >> 64) as u64])
    }

    pub(super) fn one(byte: u8) -> Self {
        Self::range(byte, byte)
    }

    #[inline]
    pub(super) fn has(self, byte: u8) -> bool {
        byte < 128 && self.0[usize::from(byte >> 6)] >> (byte & 63) & 1 != 0
    }

    pub(super) fn or(self, other: Self) -> Self {
        Self([self.0[0] | other.0[0], self.0[1] | other.0[1]])
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self([self.0[0] & other.0[0], self.0[1] & other.0[1]])
    }

    pub(super) fn not(self) -> Self {
        Self([!self.0[0], !self.0[1]])
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == [0, 0]
    }

    /// With the other case of each letter.
    fn folded(self) -> Self {
        let letters = self.and(Self::LETTERS).0[1];
        // Small letters stand 32 above capital ones, and each half shifts the other out.
        Self([self.0[0], self.0[1] | letters << 32 | letters >> 32])
    }
}

impl Set {
    pub(super) fn new(members: Vec<Member>, is_negated: bool, fold: Fold) -> Self {
        let mut ascii = members.iter().fold(Ascii::NONE, |ascii, member| ascii.or(member.ascii()));
        if fold != Fold::No {
            ascii = ascii.folded();
        }
        let set = Self { ascii, members: members.into(), is_negated, fold };
        set.with_far_cases().negated()
    }

    /// What no character is in.
    pub(super) fn nothing() -> Self {
        Self::new(Vec::new(), false, Fold::No)
    }

    pub(super) fn char(c: char) -> Self {
        Self::new(vec![Member::Char(c)], false, Fold::No)
    }

    pub(super) fn class(class: Class) -> Self {
        Self::new(vec![Member::Class(class)], false, Fold::No)
    }

    /// Whether it holds `c`, which is not ASCII.
    pub(super) fn has_other(&self, c: char) -> bool {
        let holds = |c: char| self.members.iter().any(|member| member.holds(c));
        let found = match self.fold {
            Fold::Unicode if !holds(c) => chars(&unicode::equivalents(c)).any(holds),
            _ => holds(c),
        };
        found != self.is_negated
    }

    /// All its characters.
    pub(super) fn to_unicode(&self) -> ClassUnicode {
        let mut class = ClassUnicode::empty();
        self.members.iter().for_each(|member| class.union(&member.to_unicode()));
        match self.fold {
            Fold::No => {}
            Fold::Ascii => class.union(&self.folded_letters()),
            Fold::Unicode => unicode::fold(&mut class),
        }
        if self.is_negated {
            class.negate();
        }
        class
    }

    fn folded_letters(&self) -> ClassUnicode {
        let ascii = if self.is_negated { self.ascii.not() } else { self.ascii };
        let letters =
            (0..128u8).filter(|byte| byte.is_ascii_alphabetic() && ascii.has(*byte)).map(char::from);
        ClassUnicode::new(letters.map(|c| ClassUnicodeRange::new(c, c)))
    }

    /// The few ASCII letters of which another alphabet has a case: that of `K` is also the sign for kelvin.
    fn with_far_cases(mut self) -> Self {
        let mut add = |far: &[char], near: &[u8]| {
            let found = far.iter().any(|c| self.members.iter().any(|member| member.holds(*c)));
            if self.fold == Fold::Unicode && found {
                self.ascii = near.iter().fold(self.ascii, |ascii, byte| ascii.or(Ascii::one(*byte)));
            }
        };
        add(&['\u{212a}'], b"kK");
        add(&['ſ'], b"sS");
        add(&['İ', 'ı'], b"iI");
        self
    }

    fn negated(mut self) -> Self {
        if self.is_negated {
            self.ascii = self.ascii.not();
        }
        self
    }
}

impl Member {
    fn ascii(self) -> Ascii {
        let byte = |c: char| u8::try_from(c).unwrap_or(u8::MAX).min(127);
        match self {
            Self::Char(c) if c.is_ascii() => Ascii::one(byte(c)),
            Self::Range(low, high) if low.is_ascii() => Ascii::range(byte(low), byte(high)),
            Self::Char(_) | Self::Range(..) => Ascii::NONE,
            Self::Class(class) => class.ascii(),
        }
    }

    fn holds(self, c: char) -> bool {
        match self {
            Self::Char(member) => member == c,
            Self::Range(low, high) => low <= c && c <= high,
            Self::Class(class) => class.holds(c),
        }
    }

    fn to_unicode(self) -> ClassUnicode {
        match self {
            Self::Char(c) => ClassUnicode::new([ClassUnicodeRange::new(c, c)]),
            Self::Range(low, high) => ClassUnicode::new([ClassUnicodeRange::new(low, high)]),
            Self::Class(class) => class.to_unicode(),
        }
    }
}

impl Class {
    fn ascii(self) -> Ascii {
        let digits = Ascii::range(b'0', b'9');
        let spaces = Ascii::range(b'\t', b'\r').or(Ascii::one(b' '));
        let ascii = match self.kind {
            Kind::Digit => digits,
            Kind::Word => digits.or(Ascii::LETTERS).or(Ascii::one(b'_')),
            Kind::Space if self.is_ascii => spaces,
            Kind::Space => spaces.or(Ascii::range(0x1c, 0x1f)),
        };
        if self.is_negated { ascii.not() } else { ascii }
    }

    fn holds(self, c: char) -> bool {
        let found = match self.kind {
            _ if c.is_ascii() => return self.ascii().has(u8::try_from(c).unwrap_or_default()),
            _ if self.is_ascii => false,
            Kind::Digit => unicode::is_digit(c),
            Kind::Space => unicode::is_space(c),
            Kind::Word => unicode::is_word(c),
        };
        found != self.is_negated
    }

    fn to_unicode(self) -> ClassUnicode {
        let mut class = match self.kind {
            Kind::Digit => unicode::digits().clone(),
            Kind::Space => unicode::spaces().clone(),
            Kind::Word => unicode::words().clone(),
        };
        if self.is_ascii {
            class = ClassUnicode::new(
                (0..128u8)
                    .filter(|byte| Self { is_negated: false, ..self }.ascii().has(*byte))
                    .map(|byte| ClassUnicodeRange::new(byte.into(), byte.into())),
            );
        }
        if self.is_negated {
            class.negate();
        }
        class
    }
}

fn chars(class: &ClassUnicode) -> impl Iterator<Item = char> {
    class.ranges().iter().flat_map(|range| range.start()..=range.end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(set: &Set, c: char) -> bool {
        let found = u8::try_from(c).ok().filter(u8::is_ascii).map(|byte| set.ascii.has(byte));
        let found = found.unwrap_or_else(|| set.has_other(c));
        assert_eq!(found, unicode::holds(&set.to_unicode(), c), "{c:?} in {set:?}");
        found
    }

    #[track_caller]
    fn check(set: &Set, inside: &str, outside: &str) {
        for c in inside.chars() {
            assert!(has(set, c), "{c:?} in {set:?}");
        }
        for c in outside.chars() {
            assert!(!has(set, c), "{c:?} not in {set:?}");
        }
    }

    #[test]
    fn members_ranges_and_classes() {
        let digit = Class { kind: Kind::Digit, is_negated: false, is_ascii: false };
        let members = vec![Member::Char('x'), Member::Range('b', 'd'), Member::Class(digit)];
        check(&Set::new(members.clone(), false, Fold::No), "xbcd09٣", "aeX\u{7f}é");
        check(&Set::new(members, true, Fold::No), "aeX\u{7f}é\0", "xbcd09٣");
        let ascii = Class { is_ascii: true, ..digit };
        check(&Set::class(ascii), "0", "٣");
        check(&Set::class(Class { is_negated: true, ..ascii }), "a٣", "0");
    }

    #[test]
    fn all_of_ascii_has_its_bit() {
        let all = Set::new(vec![Member::Range('\0', '\u{7f}')], false, Fold::No);
        assert_eq!(all.ascii, Ascii::ALL);
        assert_eq!(Ascii::range(0x7f, 0x7f).0, [0, 1 << 63]);
        assert!(!Ascii::ALL.has(0x80));
    }

    #[test]
    fn cases_are_folded() {
        let range = |fold| Set::new(vec![Member::Range('a', 'd'), Member::Char('É')], false, fold);
        check(&range(Fold::No), "adÉ", "Aé@");
        check(&range(Fold::Ascii), "adADÉ", "é@`{[");
        check(&range(Fold::Unicode), "adADÉé", "@`{[");
        check(&Set::new(vec![Member::Char('\u{212a}')], false, Fold::Unicode), "kK\u{212a}", "j");
        check(&Set::new(vec![Member::Char('k')], true, Fold::Unicode), "j", "kK\u{212a}");
        check(&Set::new(vec![Member::Char('@'), Member::Char('[')], false, Fold::Unicode), "@[", "`{");
    }
}
