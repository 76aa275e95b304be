//! A lab of one device, and what a client needs to know of it.

use crate::common::{cx, refused, target};
use linecrew_core::cx::Cx;
use linecrew_core::transport::{Connector, Credentials, Target, Transport, TransportError};
use linecrew_testkit::{Device, Lab, Service};
use linecrew_transports::ssh::SshConnector;
use std::path::{Path, PathBuf};

/// A lab of one device, and a folder with a `known_hosts` file for it.
pub(crate) struct Bench {
    pub(crate) lab: Lab,
    folder: tempfile::TempDir,
}

impl Bench {
    pub(crate) fn new(device: Device) -> Self {
        let lab = Lab::builder().device(device, Service::Ssh).start().unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("known_hosts"), lab.known_hosts()).unwrap();
        Self { lab, folder }
    }

    /// A file in the folder.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A connector that knows the device's host key.
    pub(crate) fn connector(&self) -> SshConnector {
        SshConnector::new().known_hosts([self.file("known_hosts")])
    }

    pub(crate) fn target(&self) -> Target {
        target(self.lab.devices()[0].addr()).credentials(admin())
    }

    pub(crate) fn connect(&self, cx: &Cx) -> Result<Box<dyn Transport>, TransportError> {
        self.connector().connect(&self.target(), cx)
    }

    pub(crate) fn refused(&self) -> TransportError {
        refused(self.connect(&cx()))
    }

    /// How many logins the device has refused.
    pub(crate) fn rejections(&self) -> u64 {
        self.lab.counters().logins_refused
    }
}

pub(crate) fn r1() -> Device {
    Device::cisco_iosxe("R1")
}

/// Who may log in to a simulated device.
pub(crate) fn admin() -> Credentials {
    Credentials::user("admin").password("admin")
}

/// A private key, or another file beside it.
pub(crate) fn key(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// The public half of that key.
pub(crate) fn public(name: &str) -> String {
    std::fs::read_to_string(key(&format!("{name}.pub"))).unwrap().trim().to_owned()
}
