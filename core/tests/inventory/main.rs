//! Inventories in each format, as nornir's and Ansible's documentation have them, and what no loader may do.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a failure fails the test")]

mod ansible;
mod document;
mod found;
mod nornir;
mod properties;
mod python;
mod real_ansible;
mod real_nornir;

use linecrew_core::inventory::{Host, Inventory, InventoryError, Loader};
use linecrew_core::transport::Credentials;
use std::path::Path;
use tempfile::TempDir;

/// A folder with these files in it.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn load(folder: &TempDir, name: &str) -> Result<Inventory, InventoryError> {
    Loader::default().load(folder.path().join(name))
}

/// What is wrong with a file, with the folder's own path left out.
fn refused(folder: &TempDir, name: &str) -> String {
    let error = load(folder, name).unwrap_err().to_string();
    error.replace(&format!("{}/", folder.path().display()), "")
}

fn names(inventory: &Inventory) -> Vec<&str> {
    inventory.hosts().iter().map(|host| host.name()).collect()
}

fn text<'h>(host: &'h Host, key: &str) -> &'h str {
    host.data(key).and_then(|value| value.as_text()).unwrap_or_default()
}

/// User, password and enable secret that a host logs in with.
fn login(host: &Host) -> [Option<String>; 3] {
    let credentials = host.target(&Credentials::default()).unwrap().credentials;
    let exposed = |secret: Option<linecrew_core::secret::Secret>| secret.map(|it| it.expose().to_owned());
    [credentials.username, exposed(credentials.password), exposed(credentials.enable)]
}

fn texts<const N: usize>(texts: [&str; N]) -> [Option<String>; N] {
    texts.map(|text| Some(text.to_owned()))
}

/// Nothing that is shown of an inventory may have this in it.
fn assert_hidden(inventory: &Inventory, secret: &str) {
    assert!(!format!("{inventory:?}").contains(secret));
}

fn is_under(path: Option<&Path>, folder: &TempDir) -> bool {
    path.is_some_and(|path| path.starts_with(folder.path()))
}
