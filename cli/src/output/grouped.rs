//! Hosts with identical replies, told once: the reply that most hosts gave in full, and how the others differ from it.

use super::safe::safe;
use super::table;
use crate::record::{HostRecord, ReplyRecord};
use anstyle::{AnsiColor, Style};
use similar::{Algorithm, ChangeTag, TextDiff};
use std::collections::HashMap;
use std::io::{self, Write};
use std::time::Duration;

/// Lines around a difference.
const CONTEXT: usize = 3;
/// How long the shortest difference is looked for; what was found until then is right too, only longer.
const PATIENCE: Duration = Duration::from_millis(500);

const HEADING: Style = Style::new().bold();
const ONLY_HERE: Style = AnsiColor::Green.on_default();
const MISSING: Style = AnsiColor::Red.on_default();

/// How the groups are shown.
pub(super) struct Look<'l> {
    /// The columns of parsed replies; none means all.
    pub(super) columns: &'l [String],
    pub(super) colours: bool,
}

/// Hosts that replied alike.
struct Group<'r> {
    hosts: Vec<&'r str>,
    text: String,
}

pub(super) fn hosts(out: &mut impl Write, records: &[HostRecord], look: &Look<'_>) -> io::Result<()> {
    for command in commands(records) {
        let groups = groups(records, command, look.columns);
        let Some((most, others)) = groups.split_first() else { continue };
        heading(out, look, command, most, "")?;
        writeln!(out, "{}", most.text)?;
        for other in others {
            difference(out, look, command, most, other)?;
        }
    }
    table::ending(out, records)
}

/// The commands, in the order in which hosts were given them.
fn commands(records: &[HostRecord]) -> Vec<&str> {
    let mut commands: Vec<&str> = Vec::new();
    for reply in records.iter().flat_map(|record| &record.replies) {
        if !commands.contains(&reply.command.as_str()) {
            commands.push(&reply.command);
        }
    }
    commands
}

/// The groups of one command: the largest first, then in the order of their first hosts.
fn groups<'r>(records: &'r [HostRecord], command: &str, columns: &[String]) -> Vec<Group<'r>> {
    let mut groups: Vec<Group<'r>> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for record in records {
        // A command may be given twice.
        for reply in record.replies.iter().filter(|reply| reply.command == command) {
            let text = shown(reply, columns);
            let at = *known.entry(text.clone()).or_insert(groups.len());
            if at == groups.len() {
                groups.push(Group { hosts: Vec::new(), text });
            }
            let hosts = &mut groups[at].hosts;
            if hosts.last() != Some(&record.host.as_str()) {
                hosts.push(&record.host);
            }
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.hosts.len()));
    groups
}

/// What is compared: the rows where the reply was parsed, else its text, without blanks at its end.
fn shown(reply: &ReplyRecord, columns: &[String]) -> String {
    if let Some(error) = &reply.error {
        return safe(error).into_owned();
    }
    match table::rows_of(reply, columns) {
        Some(rows) => rows,
        None => safe(reply.text.trim_end()).into_owned(),
    }
}

fn heading(
    out: &mut impl Write,
    look: &Look<'_>,
    command: &str,
    group: &Group<'_>,
    how: &str,
) -> io::Result<()> {
    let count = group.hosts.len();
    let hosts = if count == 1 { "host" } else { "hosts" };
    let line = format!("=== {command}: {count} {hosts}{how}: {}", group.hosts.join(", "));
    styled(out, look, HEADING, &safe(&line))
}

/// How the replies of a group differ from those of most hosts; in full where that is not longer.
fn difference(
    out: &mut impl Write,
    look: &Look<'_>,
    command: &str,
    most: &Group<'_>,
    other: &Group<'_>,
) -> io::Result<()> {
    let mut config = TextDiff::configure();
    let diff = config.algorithm(Algorithm::Patience).timeout(PATIENCE).diff_lines(&most.text, &other.text);
    let hunks = diff.grouped_ops(CONTEXT);
    let length: usize =
        hunks.iter().map(|ops| 1 + ops.iter().flat_map(|op| diff.iter_changes(op)).count()).sum();
    if length > other.text.lines().count() + CONTEXT {
        heading(out, look, command, other, " with another reply")?;
        return writeln!(out, "{}", other.text);
    }
    heading(out, look, command, other, " with a difference")?;
    for (index, ops) in hunks.iter().enumerate() {
        if index > 0 {
            writeln!(out, "...")?;
        }
        for change in ops.iter().flat_map(|op| diff.iter_changes(op)) {
            let line = change.value().trim_end_matches('\n');
            match change.tag() {
                ChangeTag::Equal => writeln!(out, "  {line}")?,
                ChangeTag::Delete => styled(out, look, MISSING, &format!("- {line}"))?,
                ChangeTag::Insert => styled(out, look, ONLY_HERE, &format!("+ {line}"))?,
            }
        }
    }
    Ok(())
}

fn styled(out: &mut impl Write, look: &Look<'_>, style: Style, line: &str) -> io::Result<()> {
    if look.colours { writeln!(out, "{style}{line}{style:#}") } else { writeln!(out, "{line}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::testing::{failed, parsed_reply, record_of, reply};

    fn printed(records: &[HostRecord], colours: bool) -> String {
        let mut out = Vec::new();
        hosts(&mut out, records, &Look { columns: &[], colours }).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn lines(count: usize, odd: Option<usize>) -> String {
        let line = |n| format!("line {n}{}\n", if odd == Some(n) { " odd" } else { "" });
        (1..=count).map(line).collect::<Vec<_>>().concat()
    }

    #[test]
    fn what_most_hosts_say_is_told_once_and_the_others_by_their_difference() {
        let usual = lines(20, None);
        let records = [
            record_of("r1", vec![reply("show x", &lines(20, Some(10)))]),
            record_of("r2", vec![reply("show x", &usual)]),
            record_of("r3", vec![reply("show x", &format!("{usual}\n"))]),
            failed("r4"),
        ];
        let expected = format!(
            "=== show x: 2 hosts: r2, r3\n{usual}=== show x: 1 host with a difference: r1\n  line 7\n  line 8\n  line 9\n\
             - line 10\n+ line 10 odd\n  line 11\n  line 12\n  line 13\n\nok 3   failed 1\nr4: it failed\n"
        );
        assert_eq!(printed(&records, false), expected);
        let coloured = printed(&records, true);
        assert!(
            coloured.contains("\u{1b}[31m- line 10\u{1b}[0m\n\u{1b}[32m+ line 10 odd\u{1b}[0m\n"),
            "{coloured:?}"
        );
    }

    #[test]
    fn a_reply_that_has_little_in_common_is_told_in_full() {
        let records = [
            record_of("r1", vec![reply("show x", &lines(9, None))]),
            record_of("r2", vec![reply("show x", "% no\u{1b}[2J")]),
        ];
        assert!(
            printed(&records, false).contains("=== show x: 1 host with another reply: r2\n% no\u{fffd}[2J\n")
        );
    }

    #[test]
    fn parsed_replies_are_compared_by_their_rows() {
        let records = ["r1", "r2"].map(|host| record_of(host, vec![parsed_reply("show x", "NAME", "x 1\n")]));
        assert_eq!(
            printed(&records, false),
            "=== show x: 2 hosts: r1, r2\nNAME  ITEMS\nx     1\n\nparsed by a template\nok 2   failed 0\n"
        );
    }
}
