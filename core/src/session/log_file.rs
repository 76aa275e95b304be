//! The file of a session's log.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Opens the log of a host, `NAME.log` in a folder that is made where it is missing, to append to it. Only its owner may
/// read it.
pub(super) fn open(folder: &Path, host: &str) -> io::Result<File> {
    std::fs::create_dir_all(folder)?;
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(folder.join(format!("{}.log", file_name(host))))?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    let now = std::time::SystemTime::UNIX_EPOCH.max(std::time::SystemTime::now());
    writeln!(file, "{} - {host}", humantime::format_rfc3339_millis(now))?;
    Ok(file)
}

/// The name with `_` for what a file name had better not have.
fn file_name(host: &str) -> String {
    let keep = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    let name: String = host.chars().map(keep).collect();
    if name.starts_with('.') { format!("_{name}") } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_cannot_leave_the_folder() {
        assert_eq!(file_name("../etc/passwd"), "_.._etc_passwd");
        assert_eq!(file_name("r1.example.com"), "r1.example.com");
        assert_eq!(file_name("[2001:db8::1]:22"), "_2001_db8__1__22");
    }
}
