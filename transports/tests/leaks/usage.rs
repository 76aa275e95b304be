//! What this process holds.

use std::fs::{read_dir, read_to_string};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Usage {
    pub(crate) files: usize,
    pub(crate) threads: usize,
    pub(crate) resident_kb: usize,
}

impl Usage {
    pub(crate) fn now() -> Self {
        let count = |folder| read_dir(folder).unwrap().count();
        let status = read_to_string("/proc/self/status").unwrap();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        let resident_kb = resident.trim().trim_end_matches(" kB").parse().unwrap();
        Self { files: count("/proc/self/fd"), threads: count("/proc/self/task"), resident_kb }
    }
}
