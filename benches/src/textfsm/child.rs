//! A process for each of those who parse: what one leaves in memory is not in the way of another, and a panic is told.

use super::cases::Cases;
use super::parsers::{self, Job};
use linecrew_core::textfsm::Templates;
use rustix::time::{ClockId, clock_gettime};
use std::io::{BufRead, BufReader, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

/// Says who a child is, and where the cases are.
const WHO: &str = "LINECREW_BENCH_PARSER";
const CASES: &str = "LINECREW_BENCH_CASES";

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Template and usual text.
    CompileAndParse,
    /// Long text alone.
    Large,
    /// Platform, command and usual text.
    LookUpAndParse,
}

/// A process that parses what it is told to.
pub struct Child {
    process: std::process::Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Child {
    /// Starts it over the cases in `file`.
    pub fn start(who: &str, file: &Path) -> Self {
        let mut process = Command::new(std::env::current_exe().expect("this program has a path"))
            .env(WHO, who)
            .env(CASES, file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Some of the rivals write warnings there.
            .stderr(Stdio::null())
            .spawn()
            .expect("this program can be started");
        let (requests, answers) =
            (process.stdin.take().expect("piped"), process.stdout.take().expect("piped"));
        Self { process, requests, answers: BufReader::new(answers) }
    }

    /// The processor time that each case takes, in seconds; None where it ends with an error or a panic.
    pub fn measure(&mut self, work: Work, cases: usize) -> Vec<Option<f64>> {
        writeln!(self.requests, "{}", work.word()).expect("the child reads");
        let mut line = String::new();
        let mut read = || {
            line.clear();
            // Rivals print to standard output too.
            while !line.starts_with("time ") {
                line.clear();
                assert!(
                    self.answers.read_line(&mut line).expect("the child answers") > 0,
                    "the child has died"
                );
            }
            line["time ".len()..].trim().parse().ok()
        };
        (0..cases).map(|_| read()).collect()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Work {
    fn word(self) -> &'static str {
        match self {
            Self::CompileAndParse => "compile",
            Self::Large => "large",
            Self::LookUpAndParse => "lookup",
        }
    }
}

/// Is such a process, if this one was started as one; does not return then.
pub fn serve_if_asked() {
    let (Ok(who), Some(file)) = (std::env::var(WHO), std::env::var_os(CASES)) else { return };
    std::panic::set_hook(Box::new(|_| {}));
    let text = std::fs::read_to_string(file).expect("the cases");
    let cases: Cases = serde_json::from_str(&text).expect("the cases");
    for line in std::io::stdin().lines() {
        match line.expect("a request").as_str() {
            "compile" => {
                for case in &cases.usual {
                    answer(parsers::compile_and_parse(&who, &case.template, &case.text));
                }
            }
            "large" => {
                for case in &cases.large {
                    match parsers::parse(&who, &case.template, &case.text) {
                        Some(job) => answer(job),
                        None => println!("\ntime none"),
                    }
                }
            }
            _ => {
                // Read anew, as by a program that has just begun.
                let templates = Templates::builtin().with_folder(&cases.folder);
                for case in cases.usual.iter().filter(|case| case.query.is_some()) {
                    if let Some(query) = &case.query {
                        answer(parsers::look_up_and_parse(&templates, query, &case.text));
                    }
                }
            }
        }
    }
    std::process::exit(0);
}

/// Does the job and prints how long it took.
fn answer(job: Job<'_>) {
    let before = thread_time();
    let ended = catch_unwind(AssertUnwindSafe(job));
    let took = thread_time().saturating_sub(before).as_secs_f64();
    match ended {
        Ok(true) => println!("\ntime {took}"),
        Ok(false) | Err(_) => println!("\ntime none"),
    }
}

/// The processor time that this thread has used.
fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        time.tv_sec.try_into().expect("not negative"),
        time.tv_nsec.try_into().expect("below a second"),
    )
}
