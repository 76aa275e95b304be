//! Which commands only read, as far as a definition says.

use super::definition::{Origin, Pipes, ReadsDefinition};
use super::error::PlatformError;
use crate::yaml;
use serde_saphyr::Spanned;
use std::sync::OnceLock;

/// Filters that write, whatever a platform's own are: none of them may hide behind a pattern.
const WRITERS: &[&str] = &["append", "email", "file", "format", "redirect", "save", "source", "tee", "vsh"];

/// What most platforms have in common, for definitions that say nothing of reads.
const USUAL: &str = "
commands: [show ..., display ..., ping ..., traceroute ..., tracert ...]
filters: [b(egin), c(ount), e(xclude), i(nclude), s(ection)]
";

/// The commands that only read, and the filters behind them that do.
#[derive(Debug)]
pub(crate) struct Reads {
    commands: Vec<Phrase>,
    except: Vec<Phrase>,
    filters: Vec<Phrase>,
    pipes: Pipes,
    quotes: String,
    separators: String,
}

impl Reads {
    pub(super) fn compile(definition: &ReadsDefinition, origin: Origin<'_>) -> Result<Self, PlatformError> {
        let words = |sources: &[Spanned<String>]| {
            let parse = |source: &Spanned<String>| {
                let fault =
                    |reason| PlatformError::new(origin.name(), reason).at_line(source.referenced.line());
                Phrase::parse(&source.value).map_err(fault)
            };
            sources.iter().map(parse).collect::<Result<Vec<_>, _>>()
        };
        Ok(Self {
            commands: words(&definition.commands)?,
            except: words(&definition.except)?,
            filters: words(&definition.filters)?,
            pipes: definition.pipes,
            quotes: definition.quotes.clone(),
            separators: definition.separators.clone(),
        })
    }

    /// Those of a platform that names none.
    pub(super) fn usual() -> &'static Self {
        static USUALLY: OnceLock<Reads> = OnceLock::new();
        USUALLY.get_or_init(|| {
            let definition: Option<ReadsDefinition> = yaml::parse(USUAL).ok();
            let reads = definition
                .and_then(|definition| Self::compile(&definition, Origin::Embedded("usual reads")).ok());
            // A constant that a test reads; without it nothing would count as a read.
            reads.unwrap_or(Self {
                commands: Vec::new(),
                except: Vec::new(),
                filters: Vec::new(),
                pipes: Pipes::Many,
                quotes: String::new(),
                separators: String::new(),
            })
        })
    }

    /// Whether a line only reads, for all that is known. What could be anything else does not count as a read.
    pub(super) fn allow(&self, line: &str) -> bool {
        if line.contains(char::is_control)
            || line.contains("$(")
            || line.contains(|c| self.separators.contains(c))
        {
            return false;
        }
        let Some(segments) = self.segments(line) else { return false };
        let Some((command, filters)) = segments.split_first() else { return false };
        let words: Vec<&str> = command.split_whitespace().collect();
        let is_one = |of: &[Phrase]| of.iter().any(|known| known.fit(&words));
        is_one(&self.commands) && !is_one(&self.except) && self.allow_filters(filters)
    }

    /// The entries, as they are written.
    pub(super) fn commands(&self) -> impl Iterator<Item = &str> {
        self.commands.iter().map(|phrase| phrase.source.as_str())
    }

    pub(super) fn filters(&self) -> impl Iterator<Item = &str> {
        self.filters.iter().map(|phrase| phrase.source.as_str())
    }

    fn allow_filters(&self, filters: &[&str]) -> bool {
        let is_known = |filter: &&str| {
            let words: Vec<&str> = filter.split_whitespace().collect();
            self.filters.iter().any(|known| known.begin(&words))
        };
        match (self.pipes, filters) {
            (_, []) => true,
            (Pipes::Many, all) => all.iter().all(is_known),
            (Pipes::One, [first, pattern @ ..]) => {
                is_known(first) && !pattern.iter().any(|part| may_write(part))
            }
        }
    }

    /// The command and its filters; `None` where it cannot be told which is which.
    fn segments<'l>(&self, line: &'l str) -> Option<Vec<&'l str>> {
        if self.pipes == Pipes::One {
            return Some(line.split('|').collect());
        }
        let (mut segments, mut start, mut quote, mut before) = (Vec::new(), 0, None, ' ');
        for (at, c) in line.char_indices() {
            match quote {
                // Not every device takes an escaped quote for one.
                _ if before == '\\' && self.quotes.contains(c) => return None,
                Some(open) if c == open => quote = None,
                None if self.quotes.contains(c) => quote = Some(c),
                None if c == '|' => {
                    segments.push(&line[start..at]);
                    start = at + 1;
                }
                _ => {}
            }
            before = c;
        }
        segments.push(&line[start..]);
        quote.is_none().then_some(segments)
    }
}

/// Whether a device that takes several filters could take this one for a filter that writes.
fn may_write(segment: &str) -> bool {
    let word = segment.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    !word.is_empty() && WRITERS.iter().any(|writer| writer.starts_with(&word))
}

/// The words of a command: what stands in brackets may be left out from its end on, and `...` stands for one word or more.
#[derive(Debug)]
struct Phrase {
    source: String,
    words: Vec<Word>,
    goes_on: bool,
}

#[derive(Debug)]
struct Word {
    full: String,
    shortest: usize,
}

impl Phrase {
    fn parse(source: &str) -> Result<Self, String> {
        let mut parts: Vec<&str> = source.split_whitespace().collect();
        let goes_on = parts.last() == Some(&"...");
        if goes_on {
            parts.pop();
        }
        if parts.is_empty() {
            return Err("expected the words of a command, such as `sh(ow) ...`".to_owned());
        }
        let words = parts.into_iter().map(Word::parse).collect::<Result<_, _>>()?;
        Ok(Self { source: source.to_owned(), words, goes_on })
    }

    /// Whether they are the whole of a command.
    fn fit(&self, typed: &[&str]) -> bool {
        let length =
            if self.goes_on { typed.len() > self.words.len() } else { typed.len() == self.words.len() };
        length && self.begin(typed)
    }

    /// Whether they are its head.
    fn begin(&self, typed: &[&str]) -> bool {
        typed.len() >= self.words.len() && self.words.iter().zip(typed).all(|(word, typed)| word.fits(typed))
    }
}

impl Word {
    fn parse(source: &str) -> Result<Self, String> {
        let fault =
            || format!("{source}: expected a word, with at most its end in brackets, such as `sh(ow)`");
        let (head, tail) = match source.split_once('(') {
            None => (source, ""),
            Some((head, rest)) => (head, rest.strip_suffix(')').ok_or_else(fault)?),
        };
        if head.is_empty() || [head, tail].iter().any(|part| part.contains(['(', ')', '|'])) {
            return Err(fault());
        }
        Ok(Self { full: format!("{head}{tail}").to_ascii_lowercase(), shortest: head.len() })
    }

    fn fits(&self, typed: &str) -> bool {
        typed.len() >= self.shortest && self.full.starts_with(&typed.to_ascii_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reads(yaml: &str) -> Reads {
        Reads::compile(&yaml::parse(yaml).unwrap(), Origin::File("t.yaml")).unwrap()
    }

    fn many() -> Reads {
        reads(
            "{commands: [sh(ow) ..., pwd, 'do sh(ow) ...'], except: ['sh(ow) te(ch) ...'], filters: [i(nclude), 'utility head']}",
        )
    }

    fn one() -> Reads {
        reads("{commands: [sh(ow) ...], filters: [i(nclude)], pipes: one}")
    }

    #[test]
    fn commands_may_be_abbreviated_as_far_as_the_device_allows() {
        let reads = many();
        for line in ["show version", "sh ver", "SHO  ver", " show ip route ", "pwd", "do sh run", "show tech"]
        {
            assert!(reads.allow(line), "{line}");
        }
        for line in
            ["s ver", "show", "shows ver", "pwd x", "do", "conf t", "", " ", "show tech file x", "sh te x"]
        {
            assert!(!reads.allow(line), "{line}");
        }
    }

    #[test]
    fn every_filter_must_be_one_that_reads() {
        let reads = many();
        for line in [
            "show run | include x",
            "show run|i x",
            "show run | inc x | i y",
            "show run | include \"a|redirect b\"",
            "show run | utility head 5",
        ] {
            assert!(reads.allow(line), "{line}");
        }
        for line in [
            "show run | redirect flash:x",
            "show run | tee flash:x",
            "show run | append flash:x",
            "show run | include x | redirect flash:x",
            "show run | include a|redirect flash:x",
            "show run |",
            "show run | include x |",
            "show run | utility sort -o x",
            "show run | \"include\" x",
            "show run | include \"x",
            r#"show run | include "a\" | redirect "x""#,
        ] {
            assert!(!reads.allow(line), "{line}");
        }
    }

    #[test]
    fn behind_the_one_filter_a_pipe_belongs_to_its_pattern_unless_it_could_write() {
        let reads = one();
        for line in
            ["show run | include a|b", "show run | i up|down | never", "show ip bgp | include _65000_|^$"]
        {
            assert!(reads.allow(line), "{line}");
        }
        for line in [
            "show run | redirect x",
            "show run | include a|redirect x",
            "show run | include \"a\" | te x",
            "show run | include x | append y",
            "show run | tee x",
        ] {
            assert!(!reads.allow(line), "{line}");
        }
    }

    #[test]
    fn a_line_that_goes_on_elsewhere_is_no_read() {
        for line in [
            "show run > bootflash:x",
            "show run >> x",
            "show version ; conf t",
            "show version\nreload",
            "show version\rreload",
            "show `reboot`",
            "show $(reboot)",
            "show version & reboot",
            "show ver\u{1a}conf t",
            "show ver\tx",
        ] {
            assert!(!many().allow(line) && !one().allow(line) && !Reads::usual().allow(line), "{line}");
        }
    }

    #[test]
    fn where_a_definition_names_none_the_usual_ones_count_in_full() {
        let usual = Reads::usual();
        assert!(usual.allow("show version") && usual.allow("display version | include x"));
        assert!(!usual.allow("sh ver") && !usual.allow("dis 1") && !usual.allow("get system status"));
    }

    #[test]
    fn what_is_no_word_is_told() {
        for source in ["", "...", "(show)", "sh(ow", "sh(o)w", "sh)", "a|b"] {
            assert!(Phrase::parse(source).unwrap_err().contains("expected"), "{source}");
        }
    }

    proptest! {
        #[test]
        fn no_line_panics_and_none_with_a_second_command_is_a_read(line in "[ -~\t\n\u{e9}]{0,40}") {
            let mut all = vec![many(), one()];
            all.push(reads("{commands: [sh(ow) ...], quotes: \"\\\"'\"}"));
            for reads in all {
                reads.allow(&line);
                let second = format!("show {line}; conf t");
                prop_assert!(!reads.allow(&second));
            }
        }

        #[test]
        fn no_pattern_hides_a_filter_that_writes(
            pattern in "[a-z0-9 |.^$_\"]{0,20}", writer in proptest::sample::select(WRITERS), shortened in 1_usize..8,
        ) {
            let writer = &writer[..shortened.min(writer.len())];
            for reads in [many(), one()] {
                let line = format!("show run | include {pattern} | {writer} x");
                // In quotes it is a pattern where quotes are known.
                let quoted = reads.pipes == Pipes::Many && pattern.matches('"').count() % 2 == 1;
                prop_assert!(quoted || !reads.allow(&line) || "include".starts_with(writer), "{}", line);
            }
        }
    }
}
