//! A session that is recorded, and served again from its recording.
#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use linecrew_core::cancel::CancelToken;
use linecrew_core::cx::Cx;
use linecrew_core::deadline::Deadline;
use linecrew_core::platform::Platform;
use linecrew_core::session::{ErrorKind, Session};
use linecrew_core::transport::{Connector, Credentials, Target, Transport};
use linecrew_testkit::{Device, Fault, Recording, RecordingConnector, memory};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const PASSWORD: &str = "pa$$ \"word";
const ENABLE: &str = "s3cret";

/// Logs in and sends the commands; returns what the device said to each.
fn converse(connector: &dyn Connector, commands: &[&str]) -> Vec<String> {
    let target = Target::new("R1").credentials(Credentials::user("admin").password(PASSWORD).enable(ENABLE));
    let cx = Cx::new(Deadline::after(Duration::from_mins(1), "host"), CancelToken::new());
    let builder = Session::builder(Platform::builtin("cisco_iosxe").unwrap());
    let mut session = builder.open(connector, &target, &cx).unwrap();
    commands.iter().map(|command| session.send_command(command).unwrap().text).collect()
}

/// Records a session with a device that tells its own secrets.
fn record(folder: &Path, commands: &[&str], chunk: usize) -> (Vec<String>, String) {
    let device = Device::cisco_iosxe("R1").credentials("admin", PASSWORD).enable_secret(ENABLE);
    let device = device.command("show secrets", format!("login {PASSWORD}\nenable {ENABLE}\n"));
    let connector = memory::connector([device.fault(Fault::Chunks(chunk)).power_on()]);
    let said = converse(&RecordingConnector::new(Arc::new(connector), folder), commands);
    (said, std::fs::read_to_string(folder.join("R1.txt")).unwrap())
}

#[test]
fn a_recording_holds_no_secret_whatever_the_chunks() {
    for chunk in [1, 2, 3, 5, 1000] {
        let folder = tempfile::tempdir().unwrap();
        let (said, text) = record(folder.path(), &["show secrets"], chunk);
        assert!(said[0].contains(ENABLE), "the session itself sees what the device says");
        let recording = Recording::parse(&text).unwrap();
        let bytes: Vec<u8> = recording.events().iter().flat_map(|event| event.bytes.clone()).collect();
        let shown = String::from_utf8_lossy(&bytes).into_owned();
        for secret in [PASSWORD, ENABLE] {
            assert!(!text.contains(secret) && !shown.contains(secret), "{chunk}: {text}");
        }
        assert!(shown.contains("login ***"), "{shown}");
    }
}

#[test]
#[cfg(unix)]
fn a_recording_is_its_owners_alone_though_the_file_was_there() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("R1.txt");
    for _ in 0..2 {
        record(folder.path(), &[], 1000);
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
    }
}

#[test]
fn a_recording_is_served_as_the_device_that_it_was_taken_of() {
    let folder = tempfile::tempdir().unwrap();
    let commands = ["show version", "show clock"];
    let (said, _) = record(folder.path(), &commands, 1000);
    let recording = Recording::load(folder.path().join("R1.txt")).unwrap();
    let replay = Device::cisco_iosxe("R1").replay(recording);
    assert_eq!(converse(&memory::connector([replay.power_on()]), &commands), said);
    let error = Recording::load(folder.path().join("none.txt")).unwrap_err();
    assert!(error.to_string().contains("cannot be read"), "{error}");
}

#[test]
fn a_replay_hangs_up_at_the_end_of_the_recording() {
    let recording = Recording::parse("0 < \"R1>\"\n0 > \" \"\n0 < \"more\"\n").unwrap();
    let mut transport = Device::cisco_iosxe("R1").replay(recording).connect_in_memory();
    let cx = Cx::new(Deadline::after(Duration::from_secs(20), "test"), CancelToken::new());
    let mut buf = [0; 64];
    assert_eq!(transport.read(&mut buf, &cx).unwrap(), 3);
    transport.write_all(b"q", &cx).unwrap();
    assert_eq!(transport.read(&mut buf, &cx).unwrap(), 4);
    let error = transport.read(&mut buf, &cx).unwrap_err();
    assert_eq!(ErrorKind::from(error.kind()), ErrorKind::Closed);
}

#[test]
fn no_two_sessions_share_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["r/1", "r:1", "r_1-2", "r:1"];
    let connector = memory::connector(names[..3].iter().map(|name| Device::cisco_iosxe(*name).power_on()));
    let connector = RecordingConnector::new(Arc::new(connector), folder.path());
    let cx = Cx::new(Deadline::after(Duration::from_mins(1), "host"), CancelToken::new());
    for name in names {
        connector.connect(&Target::new(name), &cx).unwrap().close(&cx);
    }
    let files = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name());
    let mut files: Vec<_> = files.map(|name| name.into_string().unwrap()).collect();
    files.sort();
    assert_eq!(files, ["r_1-2-2.txt", "r_1-2.txt", "r_1-3.txt", "r_1.txt"]);
}
