//! This process, and runs of the same program as another one.

use rustix::time::{ClockId, clock_gettime};
use std::process::Command;
use std::time::Duration;

/// Where the `blocking` crate reads the size of its one pool from, once per process; and where a bench does.
pub const WORKERS: &str = "BLOCKING_MAX_THREADS";

/// Runs `bench` for each number of workers, each in a process of its own: one has only one `blocking` pool.
pub fn for_each(workers: &[usize], bench: impl FnOnce(usize)) {
    if let Some(workers) = std::env::var(WORKERS).ok().and_then(|workers| workers.parse().ok()) {
        return bench(workers);
    }
    for workers in workers {
        let status = again().env(WORKERS, workers.to_string()).status().expect("this program can be started");
        assert!(status.success(), "the run with {workers} workers failed: {status}");
    }
}

/// A bench of this package, with these features.
pub fn bench(name: &str, features: &str) -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([
        "run",
        "--quiet",
        "--release",
        "-p",
        "linecrew-benches",
        "--bin",
        name,
        "--features",
        features,
    ]);
    cargo
}

/// Runs a bench and goes on if it fails: the figures of the others stand.
pub fn run(bench: &str, command: &mut Command) {
    match command.status() {
        Ok(status) if status.success() => {}
        Ok(status) => println!("**{bench} failed: {status}.**\n"),
        Err(error) => println!("**{bench} could not be started: {error}.**\n"),
    }
}

/// What this program prints for one pool, in a process that has seen no other.
pub fn alone(pool: &str, workers: usize) -> Vec<f64> {
    let output =
        again().arg(pool).env(WORKERS, workers.to_string()).output().expect("this program can be started");
    assert!(output.status.success(), "{pool}: {}", String::from_utf8_lossy(&output.stderr));
    let figures = String::from_utf8_lossy(&output.stdout);
    figures.split_whitespace().map(|figure| figure.parse().expect("figures alone")).collect()
}

/// This program with its arguments, to be run once more.
fn again() -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
    command.args(std::env::args_os().skip(1));
    command
}

/// The processor time that all threads of this process have used.
pub fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(
        time.tv_sec.try_into().expect("not negative"),
        time.tv_nsec.try_into().expect("below a second"),
    )
}

/// The processor time of the processes that this one has started and waited for.
#[cfg(feature = "textfsm")]
pub fn children_cpu_time() -> Duration {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::{TimeVal, TimeValLike};
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("Linux");
    let micros = |time: TimeVal| u64::try_from(time.num_microseconds()).expect("not negative");
    Duration::from_micros(micros(usage.user_time()) + micros(usage.system_time()))
}

/// The threads of this process.
pub fn threads() -> u64 {
    status("Threads:")
}

/// The memory that this process has in RAM, in kilobytes of 1,024 bytes.
pub fn resident() -> u64 {
    status("VmRSS:")
}

/// The file descriptors that this process has open.
pub fn open_files() -> u64 {
    std::fs::read_dir("/proc/self/fd").expect("Linux").count() as u64
}

fn status(field: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix(field)).expect("a field that Linux writes");
    line.split_whitespace().next().expect("a figure").parse().expect("a number")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_is_counted_with_its_memory_and_time() {
        let before = (threads(), resident(), cpu_time());
        std::thread::scope(|scope| {
            let busy = || {
                let pages = std::hint::black_box(vec![1_u8; 8 << 20]);
                (threads(), resident(), pages.len())
            };
            let during = scope.spawn(busy).join().expect("no panic");
            assert!(during.0 > 1 && during.1 > before.1 + 4096, "{before:?} {during:?}");
        });
        assert!(cpu_time() > before.2);
    }
}
