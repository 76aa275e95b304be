//! The inventory of a lab: how other programs reach its devices.

use crate::lab::{Lab, RunningDevice};
use linecrew_core::inventory::{Entry, Host, Inventory, SshConfigFile};
use std::path::Path;

impl Lab {
    /// Every device as a host, in their order. `known_hosts` is the file that [`known_hosts`](Self::known_hosts) is
    /// written to. Passwords are no part of it: a run gives them, as for any other device.
    ///
    /// ```
    /// use linecrew_testkit::Lab;
    ///
    /// let lab = Lab::builder().devices(2).start()?;
    /// let inventory = lab.inventory("known_hosts");
    /// assert_eq!(inventory.hosts()[0].name(), "r1");
    /// assert_eq!(inventory.hosts()[0].platform(), Some("cisco_iosxe"));
    /// # Ok::<(), linecrew_testkit::LabError>(())
    /// ```
    pub fn inventory(&self, known_hosts: impl AsRef<Path>) -> Inventory {
        self.devices().iter().map(|device| host(device, known_hosts.as_ref())).collect()
    }
}

fn host(device: &RunningDevice, known_hosts: &Path) -> Host {
    let mut settings = Entry::default();
    settings.hostname = Some(device.addr().ip().to_string());
    settings.port = Some(device.addr().port());
    settings.platform = Some(device.node().device().platform().name().to_owned());
    settings.username = device.target().credentials.username;
    settings.transport = Some(device.service().name().to_owned());
    // Only a device that has a host key has an entry there.
    // Nothing that the user's own configuration says is about it.
    settings.ssh_config = Some(SshConfigFile::None);
    // There is no AAA server to spare.
    settings.limit_logins = Some(false);
    settings.limits_group.clone_from(&device.node().device().limits_group);
    settings.redundancy_group.clone_from(&device.node().device().redundancy_group);
    // Whoever shares an AAA server shares its lock-outs.
    settings.aaa_realm = device.node().device().aaa.as_ref().map(|_| "lab".to_owned());
    settings.known_hosts = device.host_key().map(|_| known_hosts.to_owned());
    Host::new(device.name(), settings)
}
