//! Programs that print inventories, as Ansible's inventory scripts do.

use super::command;
use super::error::InventoryError;
use std::path::{Path, absolute};
use std::process::Command;
use std::time::Duration;

/// How long a program may take; one that asks a large inventory system takes minutes.
const LIMIT: Duration = Duration::from_mins(5);

/// What the program prints when it is asked with `--list`.
pub(super) fn output(path: &Path) -> Result<String, InventoryError> {
    let fault = |reason: String| InventoryError::new(path, format!("the inventory program {reason}"));
    // A name alone would be looked up among the system's programs.
    let program = absolute(path).map_err(|error| fault(format!("has no absolute path: {error}")))?;
    let mut command = Command::new(program);
    command.arg("--list");
    command::run(command, LIMIT).map_err(fault)
}

/// Whether it is a file that may be executed, and is a program by its beginning: some file systems have every file
/// executable.
pub(super) fn is_one(path: &Path) -> bool {
    let starts = |text: &[u8]| {
        [b"#!".as_slice(), b"\x7fELF", b"\xcf\xfa\xed\xfe"].iter().any(|it| text.starts_with(it))
    };
    is_executable(path) && beginning(path).is_some_and(|text| starts(&text))
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "exe")
}

fn beginning(path: &Path) -> Option<[u8; 4]> {
    use std::io::Read;
    let mut start = [0; 4];
    std::fs::File::open(path).and_then(|mut file| file.read(&mut start)).ok()?;
    Some(start)
}
