//! Characters by their names, as `unicodedata.lookup` finds them.
//!
//! `table.txt` has a line for each name: how many letters of the one before to cut off, as the sum of the lower-case letters
//! (`a` is 0, `z` 25), and what comes in their place. Each name is that of the next character, unless `=` says which. `~`
//! says up to which character the last one was one of a family, in whose names only the number differs.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::OnceLock;

const TABLE: &str = include_str!("table.txt");

const IDEOGRAPHS: [RangeInclusive<char>; 10] = [
    '\u{3400}'..='\u{4dbf}',
    '\u{4e00}'..='\u{9fff}',
    '\u{20000}'..='\u{2a6df}',
    '\u{2a700}'..='\u{2b739}',
    '\u{2b740}'..='\u{2b81d}',
    '\u{2b820}'..='\u{2cea1}',
    '\u{2ceb0}'..='\u{2ebe0}',
    '\u{2ebf0}'..='\u{2ee5d}',
    '\u{30000}'..='\u{3134a}',
    '\u{31350}'..='\u{323af}',
];

/// The three parts of a Hangul syllable, in their order (Unicode, section 3.12).
const LEADING: &str = "G GG N D DD R M B BB S SS  J JJ C K T P H";
const VOWELS: &str = "A AE YA YAE EO E YEO YE O WA WAE OE YO U WEO WE WI YU EU YI I";
const TRAILING: &str = " G GG GS N NJ NH D L LG LM LB LS LT LP LH M B BS S SS NG J C K T P H";
const FIRST_SYLLABLE: usize = 0xac00;

/// The character of this name, in letters of either case; those that are worked out are in upper case only.
pub(super) fn lookup(name: &str) -> Option<char> {
    static NAMES: OnceLock<HashMap<String, char>> = OnceLock::new();
    if let Some(syllable) = name.strip_prefix("HANGUL SYLLABLE ") {
        return hangul(syllable);
    }
    if let Some(number) = name.strip_prefix("CJK UNIFIED IDEOGRAPH-") {
        return ideograph(number);
    }
    NAMES.get_or_init(|| read(TABLE)).get(&name.to_ascii_uppercase()).copied()
}

fn hangul(syllable: &str) -> Option<char> {
    let (leading, rest) = longest(LEADING, syllable)?;
    let (vowel, rest) = longest(VOWELS, rest)?;
    let (trailing, rest) = longest(TRAILING, rest)?;
    let number = (leading * VOWELS.split(' ').count() + vowel) * TRAILING.split(' ').count() + trailing;
    let code = u32::try_from(FIRST_SYLLABLE + number).ok()?;
    rest.is_empty().then(|| char::from_u32(code)).flatten()
}

/// The longest of the parts that `text` begins with: its place among them, and the rest.
fn longest<'t>(parts: &str, text: &'t str) -> Option<(usize, &'t str)> {
    let fitting = parts.split(' ').enumerate().filter_map(|(at, part)| Some((at, text.strip_prefix(part)?)));
    fitting.min_by_key(|(_, rest)| rest.len())
}

fn ideograph(number: &str) -> Option<char> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte);
    let is_written_so = matches!(number.len(), 4 | 5) && number.bytes().all(is_digit);
    let c = hex(number).filter(|_| is_written_so)?;
    IDEOGRAPHS.iter().any(|range| range.contains(&c)).then_some(c)
}

fn read(table: &str) -> HashMap<String, char> {
    let (mut names, mut name, mut next) = (HashMap::new(), String::new(), '\0');
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        if let Some(number) = line.strip_prefix('=') {
            next = hex(number).unwrap_or(next);
        } else if let Some(last) = line.strip_prefix('~') {
            let family = name.trim_end_matches(|c: char| c != '-').to_owned();
            while next <= hex(last).unwrap_or_default() {
                name = format!("{family}{:X}", u32::from(next));
                add(&mut names, &name, &mut next);
            }
        } else {
            let rest = line.trim_start_matches(|c: char| c.is_ascii_lowercase());
            let cut: usize =
                line[..line.len() - rest.len()].bytes().map(|letter| usize::from(letter - b'a')).sum();
            name.truncate(name.len() - cut);
            name.push_str(rest);
            add(&mut names, &name, &mut next);
        }
    }
    names
}

fn add(names: &mut HashMap<String, char>, name: &str, next: &mut char) {
    names.insert(name.to_owned(), *next);
    *next = char::from_u32(u32::from(*next) + 1).unwrap_or_default();
}

fn hex(digits: &str) -> Option<char> {
    char::from_u32(u32::from_str_radix(digits, 16).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_aliases_are_found_in_letters_of_either_case() {
        for (name, c) in [
            ("EM DASH", '\u{2014}'),
            ("Em Dash", '\u{2014}'),
            ("latin capital letter oi", '\u{1a2}'),
            ("LATIN CAPITAL LETTER GHA", '\u{1a2}'),
            ("LINE FEED", '\n'),
            ("NBSP", '\u{a0}'),
            ("BELL", '\u{1f514}'),
            ("CJK COMPATIBILITY IDEOGRAPH-FA6D", '\u{fa6d}'),
            ("nushu character-1b2fb", '\u{1b2fb}'),
            ("UP-POINTING GO-KART", '\u{1cc00}'),
        ] {
            assert_eq!(lookup(name), Some(c), "{name}");
        }
    }

    #[test]
    fn what_is_worked_out_is_found_as_it_is_written() {
        for (name, c) in [
            ("HANGUL SYLLABLE GA", '\u{ac00}'),
            ("HANGUL SYLLABLE A", '\u{c544}'),
            ("HANGUL SYLLABLE GGAGG", '\u{ae4e}'),
            ("HANGUL SYLLABLE HIH", '\u{d7a3}'),
            ("CJK UNIFIED IDEOGRAPH-4E00", '\u{4e00}'),
            ("CJK UNIFIED IDEOGRAPH-04E00", '\u{4e00}'),
            ("CJK UNIFIED IDEOGRAPH-323AF", '\u{323af}'),
        ] {
            assert_eq!(lookup(name), Some(c), "{name}");
        }
    }

    #[test]
    fn what_is_no_name_is_not_found() {
        for name in [
            "",
            "EMDASH",
            "EM  DASH",
            "EM-DASH",
            " EM DASH",
            "\u{e9}m dash",
            "HANGUL SYLLABLE ",
            "HANGUL SYLLABLE GAX",
            "hangul syllable ga",
            "cjk unified ideograph-4e00",
            "CJK UNIFIED IDEOGRAPH-4e00",
            "CJK UNIFIED IDEOGRAPH-+4E0",
            "CJK UNIFIED IDEOGRAPH-004E00",
            "CJK UNIFIED IDEOGRAPH-A000",
            "TANGUT IDEOGRAPH-17000",
            "KEYCAP DIGIT ONE",
        ] {
            assert_eq!(lookup(name), None, "{name}");
        }
    }
}
