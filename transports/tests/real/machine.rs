//! A machine with a user of its own, for servers that ask PAM.

use linecrew_core::transport::Credentials;
use std::fs::{Permissions, create_dir, read_to_string, set_permissions, write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const USER: &str = "guest";
const PASSWORD: &str = "gue5t-s3cret";
/// The password as `openssl passwd -6` hashes it.
const HASH: &str =
    "$6$linecrew$nIAGxSpTFHIrlo1hQ32jG8Jz6ar9MGhgrxo0cfNn3plRc3o848lkO1kDVAvpTuK5yU/VtsfEcjZYK5m2NzvSk1";
/// A refusal would else take some seconds.
const PAM: &str =
    "auth required pam_unix.so nodelay\naccount required pam_unix.so\nsession required pam_permit.so\n";

/// The accounts of this machine and one more, in files that only its own processes see in the place of the system's.
pub(crate) struct Machine {
    folder: TempDir,
}

impl Machine {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        // The user has to find his keys.
        set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let machine = Self { folder };
        machine.write("passwd", &with_line("/etc/passwd", &format!("{USER}:x:1999:1999::/:/bin/sh")));
        machine.write("shadow", &with_line("/etc/shadow", &format!("{USER}:{HASH}:19000::::::")));
        set_permissions(machine.path().join("shadow"), Permissions::from_mode(0o600)).unwrap();
        create_dir(machine.path().join("pam.d")).unwrap();
        for service in ["login", "sshd", "other"] {
            machine.write(&format!("pam.d/{service}"), PAM);
        }
        machine
    }

    /// The folder of its files, which other tests' machines do not share.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        write(self.path().join(file), text).unwrap();
    }

    /// A program that runs there: in a mount namespace of its own, so that the system's files stay as they are.
    pub(crate) fn command(folder: &Path, program: &str) -> Command {
        const MOUNT: &str = "for file in passwd shadow pam.d; do mount --bind \"$0/$file\" /etc/$file || exit; done; exec \"$@\"";
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-c", MOUNT]).arg(folder).arg(program);
        command
    }
}

/// The user, whom the machine knows by his password.
pub(crate) fn guest() -> Credentials {
    user().password(PASSWORD)
}

/// The user with a password that is not his.
pub(crate) fn impostor() -> Credentials {
    user().password("wr0ng")
}

/// The user without a password.
pub(crate) fn user() -> Credentials {
    Credentials::user(USER)
}

fn with_line(file: &str, line: &str) -> String {
    format!("{}\n{line}\n", read_to_string(file).unwrap().trim_end())
}
