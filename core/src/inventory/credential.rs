//! Who logs in and with what, by reference: the secrets themselves stay where they are until a host is connected.

use super::error::InventoryError;
use super::secret_source::SecretSource;
use super::secrets::Secrets;
use crate::secret::Secret;
use crate::transport::Credentials;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// An entry under `credentials`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Credential {
    /// The user name.
    pub username: Option<String>,
    /// The login password.
    pub password: Option<SecretSource>,
    /// The secret that `enable` asks for.
    pub enable: Option<SecretSource>,
    /// A private key file for SSH.
    pub private_key: Option<PathBuf>,
    /// The passphrase of the private key.
    pub passphrase: Option<SecretSource>,
    /// Whether the password is a one-time password: it is read anew for each login, and logins with it are made one at a
    /// time.
    pub otp: bool,
}

/// The names of entries under `credentials`: one, or a list to try in its order where the one before is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct CredentialNames(Vec<String>);

#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "expected the name of a credential, or a list of names")]
enum Written {
    One(String),
    Several(Vec<String>),
}

impl CredentialNames {
    /// The names, in their order.
    pub fn names(&self) -> &[String] {
        &self.0
    }
}

impl<T: Into<String>> From<T> for CredentialNames {
    fn from(name: T) -> Self {
        Self(vec![name.into()])
    }
}

impl From<Written> for CredentialNames {
    fn from(written: Written) -> Self {
        match written {
            Written::One(name) => Self(vec![name]),
            Written::Several(names) => Self(names),
        }
    }
}

impl From<CredentialNames> for Written {
    fn from(CredentialNames(mut names): CredentialNames) -> Self {
        if names.len() == 1 { Self::One(names.remove(0)) } else { Self::Several(names) }
    }
}

impl Credential {
    /// Reads the secrets; what this entry does not name stays as in `credentials`. `origin` is the file to blame.
    pub(super) fn apply(
        &self,
        credentials: &mut Credentials,
        secrets: &Secrets,
        origin: &Path,
    ) -> Result<(), InventoryError> {
        let read = |source: &Option<SecretSource>, once: bool, into: &mut Option<Secret>| {
            if let Some(source) = source {
                let read = if once { secrets.read_anew(source) } else { secrets.read(source) };
                *into = read.map(Some).or_else(|reason| match source {
                    // Another one serves in place of what cannot be read at all.
                    SecretSource::Unread(_) if into.is_some() => Ok(into.take()),
                    _ => Err(InventoryError::new(origin, reason)),
                })?;
            }
            Ok::<_, InventoryError>(())
        };
        read(&self.password, self.otp, &mut credentials.password)?;
        read(&self.enable, false, &mut credentials.enable)?;
        read(&self.passphrase, false, &mut credentials.passphrase)?;
        if self.username.is_some() {
            credentials.username.clone_from(&self.username);
        }
        if self.private_key.is_some() {
            credentials.private_key.clone_from(&self.private_key);
        }
        Ok(())
    }

    /// What its secrets are read from.
    pub fn sources(&self) -> impl Iterator<Item = &SecretSource> {
        [&self.password, &self.enable, &self.passphrase].into_iter().flatten()
    }

    pub(super) fn relative_to(&mut self, folder: &Path) {
        let sources = [&mut self.password, &mut self.enable, &mut self.passphrase].into_iter().flatten();
        let files = sources.filter_map(SecretSource::path_mut);
        for path in files.chain(&mut self.private_key) {
            *path = folder.join(&path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Inventory;
    use crate::transport::Credentials;

    #[test]
    fn a_host_may_name_several_credentials_to_try_in_their_order() {
        let text = "credentials: {a: {username: ua}, b: {username: ub}}\n\
                    hosts: {h: {credential: [b, a]}, i: {credential: a}}";
        let inventory = Inventory::parse(text, "fleet.yaml").unwrap();
        let (h, i) = (&inventory.hosts()[0], &inventory.hosts()[1]);
        assert_eq!((h.credentials().collect::<Vec<_>>(), h.credential()), (vec!["b", "a"], Some("b")));
        assert!(i.credentials().eq(["a"]));
        let user = |name| h.target_with(name, &Credentials::default()).unwrap().credentials.username;
        assert_eq!((user("a").as_deref(), user("b").as_deref()), (Some("ua"), Some("ub")));
        assert_eq!(
            h.target_with("c", &Credentials::default()).unwrap_err().to_string(),
            "fleet.yaml: host h: no credential c"
        );
    }
}
