//! Inline flags: `(?i)` for the whole expression, `(?i-x:...)` for a group.

use super::Parser;
use crate::textfsm::python_re::set::Fold;

/// The flags that change what is matched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flags {
    pub(super) ignore_case: bool,
    pub(super) verbose: bool,
    pub(super) ascii: bool,
}

impl Flags {
    pub(super) fn fold(self) -> Fold {
        match (self.ignore_case, self.ascii) {
            (false, _) => Fold::No,
            (true, true) => Fold::Ascii,
            (true, false) => Fold::Unicode,
        }
    }
}

/// What `(?...` of flags turned out to be.
pub(super) enum Inline {
    /// Flags of the whole expression.
    Global(Flags),
    /// The flags that hold within the group that follows.
    Group(Flags),
}

const KNOWN: &str = "aiLmsux";

impl Parser<'_> {
    /// The flags that start with `first`, already read, up to their `)` or `:`.
    pub(super) fn inline_flags(&mut self, first: char) -> Result<Inline, String> {
        let (mut on, mut off) = (String::new(), String::new());
        let end = if first == '-' { '-' } else { self.letters(first, ")-:", "missing -, : or )", &mut on)? };
        if on.contains('L') {
            return Err("bad inline flags: cannot use 'L' flag with a str pattern".into());
        }
        let both = |flags: &str| flags.contains('a') && flags.contains('u');
        if both(&on) || (end == ')' && self.contradicts(&on)) {
            return Err("bad inline flags: flags 'a', 'u' and 'L' are incompatible".into());
        }
        if end == ')' {
            return Ok(Inline::Global(changed(self.flags, &on, "")));
        }
        if end == '-' {
            let first = self.next().ok_or("missing flag")?;
            if !KNOWN.contains(first) {
                return Err(if first.is_alphabetic() { "unknown flag" } else { "missing flag" }.into());
            }
            self.letters(first, ":", "missing :", &mut off)?;
        }
        if off.contains(['a', 'u', 'L']) {
            return Err("bad inline flags: cannot turn off flags 'a', 'u' and 'L'".into());
        }
        if on.chars().any(|c| off.contains(c)) {
            return Err("bad inline flags: flag turned on and off".into());
        }
        Ok(Inline::Group(changed(self.flags, &on, &off)))
    }

    /// Collects flags from `c` on up to one of `ends`, which is returned.
    fn letters(&mut self, mut c: char, ends: &str, missing: &str, to: &mut String) -> Result<char, String> {
        loop {
            if ends.contains(c) {
                return Ok(c);
            }
            if !KNOWN.contains(c) {
                return Err(if c.is_alphabetic() { "unknown flag" } else { missing }.into());
            }
            to.push(c);
            c = self.next().ok_or(missing)?;
        }
    }

    /// Whether global flags ask for both alphabets.
    fn contradicts(&self, on: &str) -> bool {
        on.contains('u') && self.global.ascii
    }
}

fn changed(mut flags: Flags, on: &str, off: &str) -> Flags {
    for (letters, state) in [(on, true), (off, false)] {
        for letter in letters.chars() {
            match letter {
                'i' => flags.ignore_case = state,
                'x' => flags.verbose = state,
                'a' => flags.ascii = state,
                'u' => flags.ascii = false,
                _ => {}
            }
        }
    }
    flags
}
