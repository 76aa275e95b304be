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

/// What files of a host are named after it: the name with `%` and two digits for each byte other than ASCII letters, digits,
/// `-`, `_` and `.`, and for a `.` at the start. No two hosts have the same, and none leaves a folder.
///
/// ```
/// assert_eq!(linecrew_core::session::file_name("[2001:db8::1]:22"), "%5B2001%3Adb8%3A%3A1%5D%3A22");
/// ```
pub fn file_name(host: &str) -> String {
    let keep =
        |at: usize, byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte) || byte == b'.' && at > 0;
    let encoded =
        |(at, byte)| if keep(at, byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    host.bytes().enumerate().map(encoded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_cannot_leave_the_folder() {
        assert_eq!(file_name("../etc/passwd"), "%2E.%2Fetc%2Fpasswd");
        assert_eq!(file_name("r1.example.com"), "r1.example.com");
        assert_ne!(file_name("a/b"), file_name("a%2Fb"));
    }

    #[test]
    fn no_two_hosts_share_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let hosts = ["r/1", "r:1", "r_1", "r%2F1", ".r1", "_r1"];
        for host in hosts {
            open(folder.path(), host).unwrap();
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), hosts.len());
    }
}
