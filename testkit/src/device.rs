//! The description of a simulated device.

use crate::aaa::Aaa;
use crate::action::Action;
use crate::factor::Factor;
use crate::facts::Facts;
use crate::faults::Fault;
use crate::platform::{Command, Platform};
use crate::recording::Recording;
use linecrew_core::secret::Secret;
use linecrew_core::transport::{Credentials, Target};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

/// A simulated device, as data: set it up, then [connect to it in memory](Device::connect_in_memory) or serve it
/// from a `Lab`.
///
/// It starts with the user `admin`, the password `admin`, the enable secret `enable` and no latency, and logs in to
/// the mode without privileges. Its serial number, software version, hardware and uptime come from its seed, which
/// comes from its hostname.
///
/// ```
/// use linecrew_core::{cancel::CancelToken, cx::Cx, deadline::Deadline, transport::Transport};
/// use linecrew_testkit::{Device, Fault, LoginStyle};
/// use std::time::Duration;
///
/// let mut transport = Device::cisco_iosxe("R1")
///     .login(LoginStyle::None)
///     .command("show greeting", "hello\n")
///     .fault(Fault::Chunks(7))
///     .connect_in_memory();
/// let cx = Cx::new(Deadline::after(Duration::from_secs(1), "example"), CancelToken::new());
/// transport.write_all(b"show greeting\n", &cx)?;
/// let mut said = Vec::new();
/// let mut buf = [0; 64];
/// while let Ok(count) = transport.read(&mut buf, &cx) {
///     said.extend_from_slice(&buf[..count]);
/// }
/// assert!(said.ends_with(b"R1>show greeting\r\nhello\r\nR1>"));
/// # Ok::<(), linecrew_core::transport::TransportError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Device {
    pub(crate) platform: Arc<Platform>,
    pub(crate) hostname: String,
    pub(crate) username: String,
    pub(crate) password: Secret,
    pub(crate) enable_secret: Option<Secret>,
    pub(crate) aaa: Option<Aaa>,
    pub(crate) limits_group: Option<String>,
    pub(crate) redundancy_group: Option<String>,
    pub(crate) login: LoginStyle,
    pub(crate) privileged: bool,
    pub(crate) banner: String,
    pub(crate) commands: Vec<Command>,
    pub(crate) latency: Duration,
    pub(crate) faults: Vec<Fault>,
    pub(crate) authorized_keys: Vec<String>,
    pub(crate) factors: Vec<Vec<Factor>>,
    pub(crate) ssh_algorithms: SshAlgorithms,
    pub(crate) forwards: bool,
    pub(crate) recording: Option<Arc<Recording>>,
    pub(crate) seed: u64,
    pub(crate) facts: Facts,
}

/// What a device asks for before its first prompt, on telnet and in memory. SSH has authenticated by then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoginStyle {
    /// A user name and a password.
    #[default]
    UserPassword,
    /// A password alone.
    Password,
    /// Nothing.
    None,
}

/// What a device's SSH server negotiates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SshAlgorithms {
    /// Those of a current server, with an ed25519 host key.
    #[default]
    Modern,
    /// Those of an old one alone: SHA-1 key exchange over group 14 or group 1, AES in CBC mode, HMAC-SHA-1, and an
    /// RSA host key signed with SHA-1 (`ssh-rsa`).
    Legacy,
}

impl Device {
    /// A device of the given platform: of [`Platform::named`], or of one's own.
    ///
    /// ```
    /// use linecrew_testkit::{Device, Platform};
    ///
    /// let router = Device::new(Platform::named("juniper_junos").unwrap(), "mx1").privileged();
    /// assert_eq!(router.platform().name(), "juniper_junos");
    /// ```
    pub fn new(platform: impl Into<Arc<Platform>>, hostname: impl Into<String>) -> Self {
        let (platform, hostname) = (platform.into(), hostname.into());
        let seed = seed_of(&hostname);
        let facts = Facts::from_seed(seed, &platform.choices);
        Self {
            login: platform.usual_login,
            platform,
            hostname,
            username: "admin".into(),
            password: Secret::new("admin"),
            enable_secret: Some(Secret::new("enable")),
            aaa: None,
            limits_group: None,
            redundancy_group: None,
            privileged: false,
            banner: String::new(),
            commands: Vec::new(),
            latency: Duration::ZERO,
            faults: Vec::new(),
            authorized_keys: Vec::new(),
            factors: Vec::new(),
            ssh_algorithms: SshAlgorithms::Modern,
            forwards: false,
            recording: None,
            seed,
            facts,
        }
    }

    /// A Cisco router with IOS-XE.
    pub fn cisco_iosxe(hostname: impl Into<String>) -> Self {
        Self::new(Platform::cisco_iosxe(), hostname)
    }

    /// A Linux machine with FRRouting, as its own telnet server shows it: a password and no user name, paging only
    /// for a client that tells its window.
    pub fn frr(hostname: impl Into<String>) -> Self {
        Self::new(Platform::frr(), hostname)
    }

    /// Sets who may log in.
    pub fn credentials(mut self, username: impl Into<String>, password: impl Into<String>) -> Self {
        self.username = username.into();
        self.password = Secret::new(password);
        self
    }

    /// Has the logins checked by an AAA server, which other devices may share, in place of by the device itself. A login
    /// without a user name, and one by a key, stays the device's own affair.
    pub fn aaa(mut self, aaa: &Aaa) -> Self {
        self.aaa = Some(aaa.clone());
        self
    }

    /// Sets the limits group: a lab's inventory tells it, and a lab meters it.
    pub fn limits_group(mut self, name: impl Into<String>) -> Self {
        self.limits_group = Some(name.into());
        self
    }

    /// Sets the redundancy group: a lab's inventory tells it, and a lab meters it.
    pub fn redundancy_group(mut self, name: impl Into<String>) -> Self {
        self.redundancy_group = Some(name.into());
        self
    }

    /// Sets the secret that `enable` asks for.
    pub fn enable_secret(mut self, secret: impl Into<String>) -> Self {
        self.enable_secret = Some(Secret::new(secret));
        self
    }

    /// Configures no enable secret: IOS then refuses `enable`, FRRouting asks for nothing.
    pub fn no_enable_secret(mut self) -> Self {
        self.enable_secret = None;
        self
    }

    /// Sets what is asked for before the first prompt.
    pub fn login(mut self, style: LoginStyle) -> Self {
        self.login = style;
        self
    }

    /// Lets sessions start in privileged exec, as a user of privilege 15 does.
    pub fn privileged(mut self) -> Self {
        self.privileged = true;
        self
    }

    /// Sets the text shown before the login. Lines end in `\n`.
    pub fn banner(mut self, text: impl Into<String>) -> Self {
        self.banner = text.into();
        self
    }

    /// Sets the seed of everything that tells this device from another, the host key included, and takes serial
    /// number, version and hardware from it anew.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self.facts = Facts::from_seed(seed, &self.platform.choices);
        self
    }

    /// Sets the serial number.
    pub fn serial(mut self, serial: impl Into<String>) -> Self {
        self.facts.serial = serial.into();
        self
    }

    /// Sets the software version.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.facts.version = version.into();
        self
    }

    /// Adds a command of every mode, or replaces the one with the same words. A `\n` without a `\r` before it is
    /// sent as `\r\n`; any other byte goes out as it is.
    ///
    /// The words may be abbreviated by the client; `WORD`, `NUMBER` and `LINE` among them stand for any word, a
    /// number up to 65,535 and the rest of the line.
    pub fn command(mut self, words: impl Into<String>, reply: impl AsRef<[u8]>) -> Self {
        let words = words.into().split_whitespace().collect::<Vec<_>>().join(" ");
        let action = Action::Show(reply.as_ref().into());
        self.commands.push(Command { words: Cow::Owned(words), modes: Vec::new(), action });
        self
    }

    /// Sets how much later each input is answered: the round trip of the simulated network. Inputs sent without
    /// waiting for answers are all answered one latency later. In memory that is virtual time, which counts for each limit
    /// and takes none.
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// Adds something that it does wrong.
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// Adds several things that it does wrong.
    pub fn faults(mut self, faults: impl IntoIterator<Item = Fault>) -> Self {
        self.faults.extend(faults);
        self
    }

    /// Lets the owner of a public key log in over SSH; in OpenSSH's format, `ssh-ed25519 AAAA... comment`. A key that
    /// cannot be read fails the start of the lab.
    pub fn authorized_key(mut self, public_key: impl Into<String>) -> Self {
        self.authorized_keys.push(public_key.into());
        self
    }

    /// Adds a step to the login over SSH: one of these factors, after those of the steps before. Without steps it is the
    /// password or, where keys are authorized, a key.
    pub fn ssh_step(mut self, factors: impl Into<Vec<Factor>>) -> Self {
        self.factors.push(factors.into());
        self
    }

    /// Lets SSH clients connect to other hosts through it, as a jump host does. It refuses unless set.
    pub fn jump_host(mut self) -> Self {
        self.forwards = true;
        self
    }

    /// Sets what its SSH server negotiates.
    pub fn ssh_algorithms(mut self, algorithms: SshAlgorithms) -> Self {
        self.ssh_algorithms = algorithms;
        self
    }

    /// How a client reaches it: its hostname as name and host, and the credentials that it takes.
    pub fn target(&self) -> Target {
        let login = Credentials::user(&self.username).password(self.password.expose());
        let credentials = match &self.enable_secret {
            Some(secret) => login.enable(secret.expose()),
            None => login,
        };
        Target::new(&self.hostname).credentials(credentials)
    }

    /// The platform.
    pub fn platform(&self) -> &Platform {
        &self.platform
    }

    /// The hostname that it starts with.
    pub fn hostname(&self) -> &str {
        &self.hostname
    }

    /// What tells it from other devices.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }
}

/// FNV-1a: small, stable across builds, which `std`'s hasher does not promise.
fn seed_of(hostname: &str) -> u64 {
    hostname
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let device = Device::cisco_iosxe("R1").credentials("u", "pw-1").enable_secret("pw-2");
        let shown = format!("{device:?}");
        assert!(!shown.contains("pw-1") && !shown.contains("pw-2"), "{shown}");
    }

    #[test]
    fn devices_of_different_names_differ_and_the_same_name_does_not() {
        let (a, b) = (Device::cisco_iosxe("r1"), Device::cisco_iosxe("r2"));
        assert_ne!(a.facts().serial, b.facts().serial);
        assert_eq!(a.facts().serial, Device::cisco_iosxe("r1").facts().serial);
    }
}
