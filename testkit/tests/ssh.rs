//! Devices on SSH, seen by russh's own client, and by the system's where it is asked for.
#![cfg(feature = "ssh")]
#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use linecrew_testkit::{Device, Fault, Lab, RunningDevice, Service, SshAlgorithms, Stage};
use russh::client::{AuthResult, Config, Handle, Handler, connect};
use russh::keys::key::safe_rng;
use russh::keys::{Algorithm, PrivateKey, PrivateKeyWithHashAlg, PublicKeyOrCertificate};
use russh::{Channel, ChannelMsg, Preferred, cipher, client, kex, mac};
use std::borrow::Cow;
use std::io::{Read, Write};
use std::sync::Arc;

/// Accepts the host key that the lab tells, and no other.
struct Checker(String);

impl Handler for Checker {
    type Error = russh::Error;

    async fn check_server_key(&mut self, key: &PublicKeyOrCertificate) -> Result<bool, Self::Error> {
        Ok(
            matches!(key, PublicKeyOrCertificate::PublicKey { key, .. } if key.to_openssh().unwrap() == self.0),
        )
    }
}

fn lab(device: Device) -> Lab {
    Lab::builder().device(device, Service::Ssh).start().unwrap()
}

async fn open(device: &RunningDevice, config: Config) -> Result<Handle<Checker>, russh::Error> {
    let checker = Checker(device.host_key().unwrap().to_owned());
    connect(Arc::new(config), device.addr(), checker).await
}

async fn log_in(device: &RunningDevice, config: Config) -> Handle<Checker> {
    let mut session = open(device, config).await.unwrap();
    assert!(session.authenticate_password("admin", "admin").await.unwrap().success());
    session
}

async fn shell(session: &Handle<Checker>) -> Channel<client::Msg> {
    let channel = session.channel_open_session().await.unwrap();
    channel.request_pty(true, "vt100", 511, 24, 0, 0, &[]).await.unwrap();
    channel.request_shell(true).await.unwrap();
    channel
}

/// Everything that comes until `end` does, or the channel ends.
async fn until(channel: &mut Channel<client::Msg>, end: &str) -> String {
    let mut seen = String::new();
    while !seen.ends_with(end) {
        match channel.wait().await {
            Some(ChannelMsg::Data { data }) => seen += std::str::from_utf8(&data).unwrap(),
            Some(ChannelMsg::Close) | None => break,
            Some(_) => {}
        }
    }
    seen
}

#[tokio::test]
async fn a_shell_needs_no_second_login() {
    let lab = lab(Device::cisco_iosxe("R1"));
    let session = log_in(&lab.devices()[0], Config::default()).await;
    let mut channel = shell(&session).await;
    assert_eq!(until(&mut channel, "R1>").await, "\r\nR1>");
    channel.data(&b"enable\renable\rterminal length 0\r"[..]).await.unwrap();
    until(&mut channel, "terminal length 0\r\nR1#").await;
    channel.window_change(132, 50, 0, 0).await.unwrap();
    channel.data(&b"show version\r"[..]).await.unwrap();
    let shown = until(&mut channel, "R1#").await;
    assert!(shown.starts_with("show version\r\nCisco IOS XE Software"), "{shown}");
    channel.data(&b"exit\r"[..]).await.unwrap();
    assert_eq!(until(&mut channel, "never").await, "exit\r\n", "the device hangs up");
}

#[tokio::test]
async fn an_exec_request_runs_one_command() {
    let lab = lab(Device::cisco_iosxe("R1"));
    let session = log_in(&lab.devices()[0], Config::default()).await;
    let mut channel = session.channel_open_session().await.unwrap();
    channel.exec(true, "show version").await.unwrap();
    let shown = until(&mut channel, "never").await;
    assert!(shown.starts_with("Cisco IOS XE Software") && shown.ends_with("0x2102\r\n\r\n"), "{shown}");
}

#[tokio::test]
async fn frr_is_the_shell_of_a_privileged_user() {
    let lab = lab(Device::frr("R101"));
    let session = log_in(&lab.devices()[0], Config::default()).await;
    let shown = until(&mut shell(&session).await, "R101# ").await;
    assert!(shown.starts_with("\r\nHello, this is FRRouting"), "{shown}");
    assert!(shown.ends_with("et al.\r\n\r\nR101# "), "{shown}");
}

#[tokio::test]
async fn a_wrong_password_is_refused_and_counted() {
    let lab = lab(Device::cisco_iosxe("R1").fault(Fault::RefuseLogins(1)));
    let mut session = open(&lab.devices()[0], Config::default()).await.unwrap();
    for password in ["admin", "wrong"] {
        let refused = session.authenticate_password("admin", password).await.unwrap();
        assert!(matches!(refused, AuthResult::Failure { .. }));
    }
    assert!(session.authenticate_password("admin", "admin").await.unwrap().success());
    assert_eq!(lab.counters().logins_refused, 2);
}

#[tokio::test]
async fn an_authorized_key_logs_its_owner_in_and_no_other_key_does() {
    let [own, other] = [(), ()].map(|()| PrivateKey::random(&mut safe_rng(), Algorithm::Ed25519).unwrap());
    let lab = lab(Device::cisco_iosxe("R1").authorized_key(own.public_key().to_openssh().unwrap()));
    for (user, key, admitted) in [("admin", &own, true), ("root", &own, false), ("admin", &other, false)] {
        let mut session = open(&lab.devices()[0], Config::default()).await.unwrap();
        let key = PrivateKeyWithHashAlg::new(Arc::new(key.clone()), None);
        assert_eq!(session.authenticate_publickey(user, key).await.unwrap().success(), admitted, "{user}");
    }
}

#[tokio::test]
async fn a_legacy_device_speaks_to_legacy_clients_alone() {
    let lab = lab(Device::cisco_iosxe("R1").ssh_algorithms(SshAlgorithms::Legacy));
    let device = &lab.devices()[0];
    assert!(device.host_key().unwrap().starts_with("ssh-rsa "));
    assert!(open(device, Config::default()).await.is_err());
    let preferred = Preferred {
        kex: Cow::Borrowed(&[kex::DH_G14_SHA1]),
        key: Cow::Owned(vec![Algorithm::Rsa { hash: None }]),
        cipher: Cow::Borrowed(&[cipher::AES_128_CBC]),
        mac: Cow::Borrowed(&[mac::HMAC_SHA1]),
        ..Preferred::default()
    };
    log_in(device, Config { preferred, ..Config::default() }).await;
}

#[tokio::test]
async fn a_connection_cut_during_the_key_exchange_is_an_error_of_the_client() {
    let lab = lab(Device::cisco_iosxe("R1").fault(Fault::CloseAfter(100)));
    assert!(open(&lab.devices()[0], Config::default()).await.is_err());
}

#[tokio::test]
async fn single_bytes_are_understood() {
    let lab = lab(Device::cisco_iosxe("R1").fault(Fault::Chunks(1)));
    let session = log_in(&lab.devices()[0], Config::default()).await;
    assert_eq!(until(&mut shell(&session).await, "R1>").await, "\r\nR1>");
}

#[test]
fn a_silent_device_sends_no_banner() {
    let lab = lab(Device::cisco_iosxe("R1").fault(Fault::Silent));
    let mut client = std::net::TcpStream::connect(lab.devices()[0].addr()).unwrap();
    client.write_all(b"SSH-2.0-client\r\n").unwrap();
    client.shutdown(std::net::Shutdown::Write).unwrap();
    let mut seen = Vec::new();
    client.read_to_end(&mut seen).unwrap();
    assert_eq!(seen, b"");
}

#[test]
#[ignore = "needs openssh"]
fn the_system_s_ssh_trusts_the_lab_s_known_hosts() {
    let lab = lab(Device::cisco_iosxe("R1"));
    let folder = std::env::temp_dir().join(format!("linecrew-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let known_hosts = folder.join("known_hosts");
    std::fs::write(&known_hosts, lab.known_hosts()).unwrap();
    let askpass = folder.join("askpass");
    std::fs::write(&askpass, "#!/bin/sh\necho admin\n").unwrap();
    std::process::Command::new("chmod").arg("+x").arg(&askpass).status().unwrap();
    let run = std::process::Command::new("ssh")
        .args(["-F", "none", "-o", "StrictHostKeyChecking=yes", "-o"])
        .arg(format!("UserKnownHostsFile={}", known_hosts.display()))
        .args(["-p", &lab.devices()[0].addr().port().to_string(), "admin@127.0.0.1", "show version"])
        .envs([("SSH_ASKPASS", askpass.as_os_str()), ("SSH_ASKPASS_REQUIRE", "force".as_ref())])
        .output()
        .unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let (shown, errors) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(shown.starts_with("Cisco IOS XE Software"), "{shown}{errors}");
}

#[tokio::test]
async fn a_changed_host_key_is_not_the_one_that_the_lab_tells() {
    let lab = lab(Device::cisco_iosxe("R1").fault(Fault::ChangedHostKey));
    let refused = open(&lab.devices()[0], Config::default()).await;
    assert!(matches!(refused, Err(russh::Error::UnknownKey)));
}

#[tokio::test]
async fn a_device_that_ends_at_the_login_hangs_up_on_the_password() {
    let lab = lab(Device::cisco_iosxe("R1").fault(Fault::CloseIn(Stage::Login)));
    let mut session = open(&lab.devices()[0], Config::default()).await.unwrap();
    assert!(!session.authenticate_password("admin", "admin").await.is_ok_and(|result| result.success()));
    assert_eq!(lab.counters().logins_refused, 0, "it never answered");
}

#[tokio::test]
async fn escape_sequences_are_split_over_packets() {
    let lab = lab(Device::cisco_iosxe("R1").fault(Fault::SplitEscapes).command("show it", "one\n"));
    let session = log_in(&lab.devices()[0], Config::default()).await;
    let mut channel = shell(&session).await;
    until(&mut channel, "R1>").await;
    channel.data(&b"show it\r"[..]).await.unwrap();
    let mut packets = Vec::new();
    while packets.len() < 3 {
        if let Some(ChannelMsg::Data { data }) = channel.wait().await {
            packets.push(data.to_vec());
        }
    }
    assert_eq!(packets, [b"show it\r\n\x1b".to_vec(), b"[".to_vec(), b"1;32mone\x1b".to_vec()]);
}

#[tokio::test]
async fn a_reply_without_end_goes_on_as_fast_as_it_is_read() {
    let lab = lab(Device::cisco_iosxe("R1").fault(Fault::Endless));
    let session = log_in(&lab.devices()[0], Config::default()).await;
    let mut channel = shell(&session).await;
    channel.data(&b"show clock\r"[..]).await.unwrap();
    let mut seen = 0;
    while seen < 5_000_000 {
        match channel.wait().await {
            Some(ChannelMsg::Data { data }) => seen += data.len(),
            Some(_) => {}
            None => panic!("it ended after {seen} bytes"),
        }
    }
}
