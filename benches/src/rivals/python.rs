//! Python's `ThreadPoolExecutor`, run by `python3`.

use std::process::Command;

/// What the tables call it.
pub const NAME: &str = "CPython";

const SUBMIT: &str = "
import sys, time
from concurrent.futures import ThreadPoolExecutor
workers, jobs = map(int, sys.argv[1:])
with ThreadPoolExecutor(max_workers=workers) as executor:
    start = time.perf_counter()
    futures = [executor.submit(lambda n: n, n) for n in range(jobs)]
    assert sum(future.result() for future in futures) == jobs * (jobs - 1) // 2
    print(time.perf_counter() - start)
";

/// The seconds that `jobs` jobs that do nothing take, each result read; `None` where there is no `python3`.
pub fn noops(workers: usize, jobs: u64) -> Option<f64> {
    let output = Command::new("python3")
        .args(["-c", SUBMIT, &workers.to_string(), &jobs.to_string()])
        .output()
        .ok()?;
    assert!(output.status.success(), "python3: {}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8_lossy(&output.stdout).trim().parse().expect("seconds"))
}
