//! One device with everything it inherits.

use super::credential::Credential;
use super::entry::{Entry, OutOfBand};
use super::error::InventoryError;
use super::jump::{Hop, Jump};
use super::secret_source::SecretSource;
use super::secrets::Secrets;
use super::timeouts::HostTimeouts;
use super::value::Value;
use crate::transport::{Credentials, HostKeyCheck, Target};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A device, resolved: it stands alone, without the inventory that it came from.
#[derive(Clone, Debug)]
pub struct Host {
    name: String,
    settings: Entry,
    /// The credentials to try, in their order.
    logins: Vec<Arc<Login>>,
    /// The groups that it inherits from, theirs too.
    member_of: Vec<String>,
    jumps: Vec<Arc<Host>>,
    /// The file that errors about its secrets name.
    origin: PathBuf,
}

/// A credential with its name, and what its secrets are read with.
#[derive(Debug)]
pub(super) struct Login {
    pub(super) name: String,
    pub(super) credential: Credential,
    /// The file that errors about its secrets name.
    pub(super) origin: Arc<Path>,
    pub(super) secrets: Arc<Secrets>,
}

impl Host {
    /// A host that is in no file. What `settings` leaves open has its default; its jump hosts are those of `settings`,
    /// with no settings of their own, unless [`through`](Self::through) gives others.
    pub fn new(name: impl Into<String>, settings: Entry) -> Self {
        let name = name.into();
        let hops = settings.jump.iter().flat_map(Jump::hops);
        let jumps = hops
            .map(|hop| Arc::new(Self::hop(hop, &Entry::default(), Vec::new(), Path::new(&name))))
            .collect();
        let member_of = settings.groups.clone();
        Self { origin: PathBuf::from(&name), name, settings, logins: Vec::new(), member_of, jumps }
    }

    pub(super) fn resolved(name: &str, settings: Entry, logins: Vec<Arc<Login>>, origin: &Path) -> Self {
        let origin = origin.to_owned();
        Self { name: name.to_owned(), settings, logins, member_of: Vec::new(), jumps: Vec::new(), origin }
    }

    /// A jump host that is in no inventory: an SSH server with what `defaults` says of credentials and host keys.
    pub(super) fn hop(hop: &Hop, defaults: &Entry, logins: Vec<Arc<Login>>, origin: &Path) -> Self {
        let mut settings = Entry {
            hostname: Some(hop.host.clone()),
            port: hop.port,
            username: hop.username.clone(),
            transport: Some("ssh".to_owned()),
            ..Entry::default()
        };
        let not_its_own =
            Entry { port: None, jump: None, out_of_band: OutOfBand::default(), ..defaults.clone() };
        settings.inherit(&not_its_own);
        Self::resolved(&hop.host, settings, logins, origin)
    }

    /// This host as a jump host of others: with the user and the port that they name.
    pub(super) fn as_hop(&self, hop: &Hop) -> Self {
        let mut host = self.clone();
        host.jumps.clear();
        if hop.username.is_some() {
            host.settings.username.clone_from(&hop.username);
            host.settings.nearer.username = true;
        }
        host.settings.port = hop.port.or(host.settings.port);
        host
    }

    /// Sets the jump hosts on the way, the nearest to this machine first. They are reached over SSH.
    pub fn through(mut self, jumps: impl IntoIterator<Item = Arc<Self>>) -> Self {
        self.jumps = jumps.into_iter().collect();
        self
    }

    /// The jump hosts on the way, the nearest to this machine first; each stands alone too.
    pub fn jumps(&self) -> &[Arc<Self>] {
        &self.jumps
    }

    /// The name that the inventory gives it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The host name or address; the name unless set.
    pub fn hostname(&self) -> &str {
        self.settings.hostname.as_deref().unwrap_or(&self.name)
    }

    /// The port, if it is not the transport's usual one.
    pub fn port(&self) -> Option<u16> {
        self.settings.port
    }

    /// The platform: a name or a path.
    pub fn platform(&self) -> Option<&str> {
        self.settings.platform.as_deref()
    }

    /// The transport; `ssh` unless set.
    pub fn transport(&self) -> &str {
        self.settings.transport.as_deref().unwrap_or("ssh")
    }

    /// The file of known host keys, if it is not the user's own.
    pub fn known_hosts(&self) -> Option<&Path> {
        self.settings.known_hosts.as_deref()
    }

    /// What to do with a host key that is not known.
    pub fn host_key_check(&self) -> HostKeyCheck {
        self.settings.host_key_check.unwrap_or_default()
    }

    /// How long the waits for it may take, where it says so itself.
    pub fn timeouts(&self) -> HostTimeouts {
        self.settings.timeouts.unwrap_or_default()
    }

    /// The limits that it counts towards: hosts of one limits group share its cap of sessions at a time.
    pub fn limits_group(&self) -> Option<&str> {
        self.settings.limits_group.as_deref()
    }

    /// The AAA service that checks its logins: hosts of one realm lock accounts together.
    pub fn aaa_realm(&self) -> Option<&str> {
        self.settings.aaa_realm.as_deref()
    }

    /// The redundancy group: of the hosts that stand in for each other, one at a time is worked on.
    pub fn redundancy_group(&self) -> Option<&str> {
        self.settings.redundancy_group.as_deref()
    }

    /// Whether its logins count towards the limits of logins.
    pub fn limits_logins(&self) -> bool {
        self.settings.limit_logins.unwrap_or(true)
    }

    /// The name of the credential that it logs in with first, where it has one: an entry under `credentials`.
    pub fn credential(&self) -> Option<&str> {
        self.credentials().next()
    }

    /// The names of the credentials to try, each where the one before it is refused; none for those of the run. A password
    /// that stands in the inventory itself has a name too, the same for all hosts that have it.
    pub fn credentials(&self) -> impl Iterator<Item = &str> {
        self.logins.iter().map(|login| login.name.as_str())
    }

    /// Whether the password of the credential of that name is a one-time password: it is read anew for each login, so
    /// logins with it have to be made one at a time.
    pub fn is_one_time(&self, credential: &str) -> bool {
        self.login(credential).is_some_and(|login| login.credential.otp)
    }

    fn login(&self, name: &str) -> Option<&Arc<Login>> {
        self.logins.iter().find(|login| login.name == name)
    }

    /// The same host at its second, out-of-band address, if it has one.
    pub fn out_of_band(&self) -> Option<Self> {
        let way = &self.settings.out_of_band;
        let mut host = self.clone();
        host.settings.hostname = Some(way.hostname.clone()?);
        let other_transport = way.transport.as_deref().is_some_and(|transport| transport != self.transport());
        host.settings.port = way.port.or(if other_transport { None } else { self.port() });
        host.settings.transport = way.transport.clone().or(host.settings.transport);
        host.settings.out_of_band = OutOfBand::default();
        Some(host)
    }

    /// The groups that it names.
    pub fn groups(&self) -> &[String] {
        &self.settings.groups
    }

    /// The groups that it inherits from, and those that these inherit from.
    pub fn all_groups(&self) -> &[String] {
        &self.member_of
    }

    pub(super) fn member_of(mut self, groups: Vec<String>) -> Self {
        self.member_of = groups;
        self
    }

    /// A value under `data`, its own or an inherited one.
    pub fn data(&self, key: &str) -> Option<&Value> {
        self.settings.data.get(key)
    }

    /// All settings, as inherited.
    pub fn settings(&self) -> &Entry {
        &self.settings
    }

    /// Takes from `other` what this host leaves open, as if it were its `defaults`; its jump hosts take from it what it
    /// says of host keys and SSH configuration. Jump hosts themselves stay as they are.
    pub fn inherit(mut self, other: &Entry) -> Self {
        self.settings.inherit(&Entry { jump: None, ..other.clone() });
        let of_jumps = Entry {
            known_hosts: other.known_hosts.clone(),
            host_key_check: other.host_key_check,
            ssh_config: other.ssh_config.clone(),
            ..Entry::default()
        };
        for jump in &mut self.jumps {
            Arc::make_mut(jump).settings.inherit(&of_jumps);
        }
        self
    }

    /// What a connector connects to, with the first of its credentials. Their secrets are read now; what it does not name
    /// comes from `fallback`.
    pub fn target(&self, fallback: &Credentials) -> Result<Target, InventoryError> {
        self.target_by(self.logins.first(), fallback)
    }

    /// The same with the credential of that name, which is one of [`credentials`](Self::credentials).
    pub fn target_with(&self, credential: &str, fallback: &Credentials) -> Result<Target, InventoryError> {
        let login = self.login(credential).ok_or_else(|| {
            InventoryError::new(&self.origin, format!("host {}: no credential {credential}", self.name))
        })?;
        self.target_by(Some(login), fallback)
    }

    fn target_by(
        &self,
        login: Option<&Arc<Login>>,
        fallback: &Credentials,
    ) -> Result<Target, InventoryError> {
        let mut credentials = fallback.clone();
        self.own_login(&mut credentials);
        if let Some(Login { credential, origin, secrets, .. }) = login.map(|login| &**login) {
            let own = credentials.clone();
            credential.apply(&mut credentials, secrets, origin)?;
            // Of a user name, or a key, and a credential the one counts that was set nearer to the host.
            if self.settings.nearer.username {
                credentials.username = own.username;
            }
            if self.settings.nearer.private_key {
                credentials.private_key = own.private_key;
            }
        }
        Ok(self.target_of(credentials))
    }

    /// What a connector connects to where nobody logs in: of its credentials nothing but its own user name is known.
    ///
    /// ```
    /// use linecrew_core::inventory::Inventory;
    ///
    /// let inventory = Inventory::parse("hosts: {r1: {hostname: 192.0.2.1, port: 2022}}", "lab.yaml")?;
    /// assert_eq!(inventory.hosts()[0].target_without_login().port, Some(2022));
    /// # Ok::<(), linecrew_core::inventory::InventoryError>(())
    /// ```
    pub fn target_without_login(&self) -> Target {
        let mut credentials = Credentials::default();
        credentials.username.clone_from(&self.settings.username);
        self.target_of(credentials)
    }

    fn target_of(&self, credentials: Credentials) -> Target {
        let mut target = Target::new(self.hostname()).name(&self.name).credentials(credentials);
        target.port = self.port();
        target.ssh = self.settings.ssh.clone().unwrap_or_default();
        target.telnet = self.settings.telnet.clone().unwrap_or_default();
        target.source_address = self.settings.source_address;
        target.source_interface.clone_from(&self.settings.source_interface);
        target
    }

    fn own_login(&self, credentials: &mut Credentials) {
        if self.settings.username.is_some() {
            credentials.username.clone_from(&self.settings.username);
        }
        if self.settings.private_key.is_some() {
            credentials.private_key.clone_from(&self.settings.private_key);
        }
    }

    /// Whether one of its credentials names a password that can be read.
    pub fn has_password(&self) -> bool {
        let can_be_read = |source: &SecretSource| !matches!(source, SecretSource::Unread(_));
        self.logins.iter().filter_map(|login| login.credential.password.as_ref()).any(can_be_read)
    }

    /// Whether it, or one of its credentials, names a private key.
    pub fn has_private_key(&self) -> bool {
        let mut credentials = self.logins.iter().map(|login| &login.credential);
        self.settings.private_key.is_some() || credentials.any(|credential| credential.private_key.is_some())
    }

    /// Whether one of its credentials has a secret that somebody has to be asked for.
    pub fn asks(&self) -> bool {
        let mut sources = self.logins.iter().flat_map(|login| login.credential.sources());
        sources.any(|source| matches!(source, SecretSource::Prompt(_)))
    }

    /// Asks for what its credentials, and those of its jump hosts, have to be asked for before a run, and runs the
    /// commands that print their secrets; one-time passwords are asked for at each login.
    pub fn read_secrets(&self) -> Result<(), InventoryError> {
        for login in self.logins.iter().chain(self.jumps.iter().flat_map(|jump| &jump.logins)) {
            let credential = &login.credential;
            let one_time = credential.password.as_ref().filter(|_| credential.otp);
            for source in credential.sources().filter(|source| Some(*source) != one_time) {
                if matches!(source, SecretSource::Command(_) | SecretSource::Prompt(_)) {
                    login
                        .secrets
                        .read(source)
                        .map_err(|reason| InventoryError::new(&login.origin, reason))?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Inventory, SshConfigFile};
    use super::*;

    /// The user name and the private key that the host `h` logs in with.
    fn login(text: &str) -> (String, PathBuf) {
        let credentials = "credentials: {c: {username: shared, private_key: /shared}}\n";
        let inventory = Inventory::parse(&format!("{credentials}{text}"), "fleet.yaml").unwrap();
        let credentials = inventory.hosts()[0].target(&Credentials::user("fallback")).unwrap().credentials;
        (credentials.username.unwrap(), credentials.private_key.unwrap())
    }

    fn pair(username: &str, private_key: &str) -> (String, PathBuf) {
        (username.to_owned(), PathBuf::from(private_key))
    }

    fn host(text: &str) -> Arc<Host> {
        Arc::clone(&Inventory::parse(text, "fleet.yaml").unwrap().hosts()[0])
    }

    #[test]
    fn a_source_is_inherited_one_setting_at_a_time() {
        let text = "defaults: {source_address: 192.0.2.1, source_interface: eth0}\n\
                    groups: {g: {source_interface: vrf-mgmt}}\nhosts: {h: {groups: [g]}}";
        let target = host(text).target(&Credentials::default()).unwrap();
        assert_eq!(target.source_address, Some([192, 0, 2, 1].into()));
        assert_eq!(target.source_interface.as_deref(), Some("vrf-mgmt"));
        let error = Inventory::parse("hosts: {h: {source_address: eth0}}", "fleet.yaml").unwrap_err();
        assert_eq!(error.line(), Some(1));
    }

    #[test]
    fn jump_hosts_take_from_later_defaults_what_these_say_of_trust_and_nothing_else() {
        let mut defaults = Entry { username: Some("u".into()), ..Entry::default() };
        defaults.ssh_config = Some(SshConfigFile::None);
        let r = Host::clone(&host("hosts: {r: {jump: b}}")).inherit(&defaults);
        let b = r.jumps()[0].settings();
        assert_eq!((&b.ssh_config, &b.username), (&Some(SshConfigFile::None), &None));
    }

    #[test]
    fn a_second_address_may_have_a_port_and_a_transport_of_its_own() {
        let second = |text: &str| {
            let second = host(&format!("hosts: {{h: {{hostname: a, port: 2022, out_of_band: {text}}}}}"));
            let second = second.out_of_band()?;
            Some((second.hostname().to_owned(), second.port(), second.transport().to_owned()))
        };
        let way = |host: &str, port, transport: &str| Some((host.to_owned(), port, transport.to_owned()));
        assert_eq!(second("{hostname: b}"), way("b", Some(2022), "ssh"));
        assert_eq!(second("{hostname: b, transport: telnet}"), way("b", None, "telnet"));
        assert_eq!(second("{hostname: b, port: 7, transport: telnet}"), way("b", Some(7), "telnet"));
        assert_eq!(second("{port: 7}"), None);
        let group = "groups: {g: {out_of_band: {transport: telnet}}}\n\
                     hosts: {h: {groups: [g], out_of_band: {hostname: b}}}";
        let second = host(group).out_of_band().unwrap();
        assert_eq!((second.hostname(), second.transport()), ("b", "telnet"));
        assert!(second.out_of_band().is_none());
    }

    #[test]
    fn a_login_of_the_host_counts_more_than_an_inherited_credential() {
        let both = "{username: own, private_key: /own}";
        assert_eq!(login(&format!("defaults: {{credential: c}}\nhosts: {{h: {both}}}")), pair("own", "/own"));
        let group = "groups: {g: {credential: c}}\nhosts: {h: {groups: [g], username: own}}";
        assert_eq!(login(group), pair("own", "/shared"));
        let farther = "defaults: {credential: c}\ngroups: {g: {username: own}}\nhosts: {h: {groups: [g]}}";
        assert_eq!(login(farther), pair("own", "/shared"));
    }

    #[test]
    fn the_groups_that_limits_are_kept_for_are_inherited() {
        let text = "defaults: {limits_group: wan, aaa_realm: tacacs}\n\
                    hosts: {h: {limits_group: dc, redundancy_group: core}}";
        let host = host(text);
        assert_eq!((host.limits_group(), host.aaa_realm()), (Some("dc"), Some("tacacs")));
        assert_eq!((host.redundancy_group(), host.credential()), (Some("core"), None));
    }

    #[test]
    fn ssh_options_are_inherited_key_by_key_and_reach_the_target() {
        let text = "defaults: {ssh: {server_alive_interval: 30, auth_order: [publickey, password]}}\n\
                    groups: {old: {ssh: {legacy_algorithms: true, identity_files: [id_old]}}}\n\
                    hosts: {h: {groups: [old], ssh: {auth_order: [password]}}}";
        let inventory = Inventory::parse(text, "etc/fleet.yaml").unwrap();
        let ssh = inventory.hosts()[0].target(&Credentials::default()).unwrap().ssh;
        assert_eq!((ssh.server_alive_interval, ssh.legacy_algorithms), (Some(30), Some(true)));
        assert_eq!(ssh.auth_order, Some(vec![crate::transport::AuthMethod::Password]));
        assert_eq!(ssh.identity_files, Some(vec![PathBuf::from("etc/id_old")]));
        let again = Inventory::parse(&inventory.to_yaml().unwrap(), "elsewhere.yaml").unwrap();
        let mut written = again.hosts()[0].target(&Credentials::default()).unwrap().ssh;
        assert!(written.identity_files.take().is_some_and(|files| files[0].is_absolute()));
        assert_eq!(written.auth_order, ssh.auth_order);
        let unknown = Inventory::parse("hosts: {h: {ssh: {cyphers: [aes128-cbc]}}}", "fleet.yaml");
        assert!(unknown.unwrap_err().to_string().contains("cyphers"));
    }

    #[test]
    fn telnet_options_are_inherited_key_by_key_and_reach_the_target() {
        let text = "groups: {consoles: {telnet: {raw: true, line_end: cr}}}\n\
                    hosts: {h: {groups: [consoles], telnet: {line_end: lf}}}";
        let telnet = host(text).target(&Credentials::default()).unwrap().telnet;
        assert_eq!((telnet.raw, telnet.line_end), (Some(true), Some(crate::transport::LineEnd::Lf)));
        let unknown = Inventory::parse("hosts: {h: {telnet: {line_end: crlf}}}", "fleet.yaml").unwrap_err();
        assert_eq!(unknown.line(), Some(1));
    }

    #[test]
    fn a_credential_of_the_host_counts_more_than_an_inherited_login() {
        let both = "defaults: {username: all, private_key: /all}";
        assert_eq!(login(&format!("{both}\nhosts: {{h: {{credential: c}}}}")), pair("shared", "/shared"));
        let group = format!("{both}\ngroups: {{g: {{credential: c}}}}\nhosts: {{h: {{groups: [g]}}}}");
        assert_eq!(login(&group), pair("shared", "/shared"));
        let same = "hosts: {h: {credential: c, username: own}}";
        assert_eq!(login(same), pair("shared", "/shared"));
    }
}
