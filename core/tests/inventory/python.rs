//! What others read inventories with, from PyPI.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The programs of a package, which is installed into a virtual environment of this name the first time.
pub(super) fn programs_of(package: &str, name: &str) -> PathBuf {
    let venv = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let (done, programs) = (venv.join("complete"), venv.join("bin"));
    if !done.exists() {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv));
        run(Command::new(programs.join("python")).args(["-m", "pip", "install", "--quiet", package]));
        std::fs::write(done, package).unwrap();
    }
    programs
}

fn run(command: &mut Command) {
    assert!(command.status().unwrap().success(), "{command:?}");
}

/// What a program prints in a folder that is its home too.
pub(super) fn printed(program: &mut Command, folder: &Path) -> String {
    let output = program.current_dir(folder).env("LC_ALL", "C.UTF-8").env("HOME", folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
