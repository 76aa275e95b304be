//! TextFSM beside Python's textfsm and the crates: templates of ntc-templates, usual and long texts, a cold start.
//!
//! `cargo build --release && cargo run --release -p linecrew-benches --features textfsm,rivals --bin textfsm`
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::cast_precision_loss,
    reason = "a program that prints figures"
)]

use linecrew_benches::textfsm::{Cases, Child, NAMES, Work, serve_if_asked};
use linecrew_benches::{Bar, Table, machine, process, verdict};
use linecrew_testkit::oracle::Oracle;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const ROUNDS: usize = 3;
/// How often the program is started.
const STARTS: usize = 50;
/// No case takes more than this part of Python's time.
const SHARE: f64 = 0.01;

const VERSION: &str = include_str!("../../../core/src/textfsm/testdata/iosxe16_isr4331.txt");

fn main() {
    serve_if_asked();
    let rounds = std::env::args().nth(1).map_or(ROUNDS, |rounds| rounds.parse().expect("a number of rounds"));
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    let mut oracle =
        Oracle::start(&target.join("python-textfsm")).expect("python3 with venv, and PyPI the first time");
    println!(
        "# TextFSM\n\n{}\n- Python: {}\n",
        machine::describe(&machine::TEXTFSM),
        oracle.versions().expect("versions")
    );
    let file = target.join("textfsm-cases.json");
    let cases = Cases::make(&mut oracle);
    std::fs::write(&file, serde_json::to_string(&cases).expect("JSON")).expect("the target folder");
    oracle.load(&file).expect("the cases");

    let mut bench = Bench { oracle, file, rounds };
    bench.section(
        "Compile and parse",
        Work::CompileAndParse,
        cases.usual.len(),
        [Some((4.0, 5.0)), Some((2.5, 4.0))],
    );
    let found = cases.usual.iter().filter(|case| case.query.is_some()).count();
    bench.section(
        "Look up, compile and parse (`parse_output`)",
        Work::LookUpAndParse,
        found,
        [Some((7.0, 10.0)), None],
    );
    bench.section("Texts of 1 MiB", Work::Large, cases.large.len(), [Some((6.0, 8.0)), None]);
    cold(&target, &cases.folder);
}

struct Bench {
    oracle: Oracle,
    file: PathBuf,
    rounds: usize,
}

/// What a ratio must be, and is meant to be.
type Bars = Option<(f64, f64)>;

impl Bench {
    /// Measures all who can do the work, in turn, and prints their totals over the cases that each of them can do.
    fn section(&mut self, title: &str, work: Work, count: usize, [python_bars, crates_bars]: [Bars; 2]) {
        let names = if work == Work::LookUpAndParse { &NAMES[..1] } else { NAMES };
        let mut children: Vec<Child> = names.iter().map(|name| Child::start(name, &self.file)).collect();
        let python = self.python(work);
        let mut samples = vec![vec![python]];
        samples.extend(children.iter_mut().map(|child| vec![child.measure(work, count)]));
        // A long text takes so long that once is enough.
        let rounds = if work == Work::Large { 1 } else { self.rounds };
        for _ in 1..rounds {
            samples[0].push(self.python(work));
            for (child, samples) in children.iter_mut().zip(&mut samples[1..]) {
                samples.push(child.measure(work, count));
            }
        }
        let times: Vec<Vec<Option<f64>>> = samples.iter().map(|rounds| medians(rounds, count)).collect();
        let kept = kept(&times[0]);
        println!(
            "## {title}\n\n{} cases; {} left out, for an error or too large a share of Python's time.\n",
            kept.len(),
            count - kept.len()
        );
        report(&times, &kept, names, python_bars, crates_bars);
    }

    fn python(&mut self, work: Work) -> Vec<Option<f64>> {
        let name = match work {
            Work::CompileAndParse => "compile",
            Work::Large => "large",
            Work::LookUpAndParse => "lookup",
        };
        self.oracle.time(name).expect("python measures")
    }
}

/// Prints the totals over the cases that each can do, and ours over the same.
fn report(times: &[Vec<Option<f64>>], kept: &[usize], names: &[&str], python: Bars, crates: Bars) {
    let ours = &times[1];
    let mut table = Table::new(&["who", "cases", "total, ms", "ours on the same, ms", "ratio"]);
    let mut verdicts = Vec::new();
    for (name, theirs) in std::iter::once(&"Python").chain(names).zip(times) {
        let both: Vec<usize> =
            kept.iter().copied().filter(|case| theirs[*case].is_some() && ours[*case].is_some()).collect();
        let total = |times: &[Option<f64>]| both.iter().filter_map(|case| times[*case]).sum::<f64>() * 1e3;
        let (total, same) = (total(theirs), total(ours));
        table.row([
            (*name).to_owned(),
            both.len().to_string(),
            format!("{total:.1}"),
            format!("{same:.1}"),
            format!("{:.1}", total / same),
        ]);
        let bars = if *name == "Python" { python } else { crates };
        if let Some((must, aim)) = bars.filter(|_| *name != names[0]) {
            verdicts.push((format!("{name}, times ours, must"), total / same, must));
            verdicts.push((format!("{name}, times ours, aim"), total / same, aim));
        }
    }
    table.print();
    for (what, ratio, bar) in verdicts {
        verdict(&what, ratio, Bar::AtLeast(bar));
    }
    println!();
}

/// The median of each case over the rounds; None if it failed in one of them.
fn medians(rounds: &[Vec<Option<f64>>], count: usize) -> Vec<Option<f64>> {
    let median = |case: usize| {
        let mut times: Vec<f64> = rounds.iter().map(|round| round[case]).collect::<Option<_>>()?;
        times.sort_unstable_by(f64::total_cmp);
        Some(times[times.len() / 2])
    };
    (0..count).map(median).collect()
}

/// The most cases of which none takes more than its share of Python's time: the slowest go, one by one.
fn kept(python: &[Option<f64>]) -> Vec<usize> {
    let mut kept: Vec<(f64, usize)> =
        python.iter().enumerate().filter_map(|(case, time)| Some(((*time)?, case))).collect();
    kept.sort_unstable_by(|(one, _), (other, _)| one.total_cmp(other));
    let mut total: f64 = kept.iter().map(|(time, _)| time).sum();
    while let Some((slowest, _)) = kept.pop_if(|(time, _)| *time > total * SHARE) {
        total -= slowest;
    }
    kept.into_iter().map(|(_, case)| case).collect()
}

/// The whole program, started anew for one reply.
fn cold(target: &Path, folder: &Path) {
    println!("## A cold `linecrew parse` of one `show version`\n");
    let program = target.join("release/linecrew");
    if !program.exists() {
        println!("There is no {}: cargo build --release\n", program.display());
        return;
    }
    let reply = target.join("show-version.txt");
    std::fs::write(&reply, VERSION).expect("the target folder");
    let mut table = Table::new(&["templates", "CPU, median of 50, ms", "slowest, ms"]);
    let mut medians = Vec::new();
    for (name, templates) in [("built-in", Path::new("builtin")), ("ntc-templates", folder)] {
        let mut times: Vec<f64> = (0..STARTS).map(|_| start(&program, templates, &reply)).collect();
        times.sort_unstable_by(f64::total_cmp);
        let (median, slowest) = (times[STARTS / 2], times[STARTS - 1]);
        table.row([name.to_owned(), format!("{median:.2}"), format!("{slowest:.2}")]);
        medians.push((name, median));
    }
    table.print();
    for (name, median) in medians {
        verdict(&format!("{name}, ms"), median, Bar::AtMost(8.0));
    }
}

/// The processor time of one start, user and system, in milliseconds.
fn start(program: &Path, templates: &Path, reply: &Path) -> f64 {
    let before = process::children_cpu_time();
    let status = Command::new(program)
        .args([
            "parse",
            "--platform",
            "cisco_iosxe",
            "--command",
            "show version",
            "--format",
            "json",
            "--templates",
        ])
        .arg(templates)
        .arg(reply)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("linecrew can be started");
    assert!(status.success(), "linecrew parse: {status}");
    process::children_cpu_time().saturating_sub(before).as_secs_f64() * 1e3
}
