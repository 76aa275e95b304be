//! Where this machine may have ntc-templates.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Reads a variable of the environment.
type Variables<'e> = &'e dyn Fn(&str) -> Option<OsString>;

/// Where Python keeps its packages, below its prefix.
const PACKAGES: [&str; 2] = ["site-packages", "dist-packages"];

/// The folders, those to look in first at the head. What a variable names is there whether it exists or not.
pub(super) fn find(variables: Variables<'_>) -> Vec<PathBuf> {
    let home = folder(variables, "HOME");
    let named = ["NET_TEXTFSM", "NTC_TEMPLATES_DIR"].into_iter().filter_map(|name| folder(variables, name));
    let named = named.map(|folder| at_home(&folder, home.as_deref()));
    let checkout = home.as_ref().map(|home| home.join("ntc-templates"));
    let checkout = checkout.filter(|checkout| checkout.is_dir());
    named.chain(installed(variables)).chain(checkout).collect()
}

fn folder(variables: Variables<'_>, name: &str) -> Option<PathBuf> {
    variables(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// `~/x` in the user's home.
fn at_home(folder: &Path, home: Option<&Path>) -> PathBuf {
    match (folder.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => folder.to_owned(),
    }
}

/// The templates of the Python package `ntc_templates`, where it is installed.
fn installed(variables: Variables<'_>) -> Option<PathBuf> {
    prefixes(variables).iter().flat_map(|prefix| packages(prefix)).find_map(|packages| {
        let templates = packages.join("ntc_templates/templates");
        templates.join("index").is_file().then_some(templates)
    })
}

/// What Python's packages may be installed below.
fn prefixes(variables: Variables<'_>) -> Vec<PathBuf> {
    let environments = ["VIRTUAL_ENV", "CONDA_PREFIX"].into_iter().filter_map(|name| folder(variables, name));
    let home = folder(variables, "HOME").map(|home| home.join(".local"));
    let system = ["/usr/local", "/usr"].map(PathBuf::from);
    environments.chain(beside_python(variables)).chain(home).chain(system).collect()
}

/// The prefix of the first `python3` on the search path.
fn beside_python(variables: Variables<'_>) -> Option<PathBuf> {
    let path = variables("PATH")?;
    let bin = std::env::split_paths(&path).find(|folder| folder.join("python3").is_file())?;
    bin.parent().map(Path::to_owned)
}

/// `lib/python3.N/site-packages` and its like, the latest version first.
fn packages(prefix: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(prefix.join("lib")).into_iter().flatten().flatten();
    let mut pythons: Vec<(u32, PathBuf)> =
        entries.filter_map(|entry| Some((minor(entry.file_name().to_str()?)?, entry.path()))).collect();
    pythons.sort_by(|a, b| b.cmp(a));
    pythons.iter().flat_map(|(_, python)| PACKAGES.map(|packages| python.join(packages))).collect()
}

/// The version of `python3.11`; 0 for `python3`, where Debian keeps what serves all of them.
fn minor(name: &str) -> Option<u32> {
    match name.strip_prefix("python3")?.strip_prefix('.') {
        Some(minor) => minor.parse().ok(),
        None => (name == "python3").then_some(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(variables: &[(&str, &Path)]) -> Vec<PathBuf> {
        let get = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_os_str().to_owned())
        };
        // The machine's own Python may have the package.
        find(&get).into_iter().filter(|place| !place.starts_with("/usr")).collect()
    }

    fn install(prefix: &Path, python: &str) -> PathBuf {
        let templates = prefix.join("lib").join(python).join("site-packages/ntc_templates/templates");
        std::fs::create_dir_all(&templates).unwrap();
        std::fs::write(templates.join("index"), "Template, Platform, Command\n").unwrap();
        templates
    }

    #[test]
    fn variables_come_first_then_packages_then_the_checkout() {
        let root = tempfile::tempdir().unwrap();
        let (home, venv) = (root.path().join("home"), root.path().join("venv"));
        std::fs::create_dir_all(home.join("ntc-templates")).unwrap();
        install(&venv, "python3.9");
        let installed = install(&venv, "python3.11");
        install(&home.join(".local"), "python3.11");
        assert_eq!(
            found(&[
                ("HOME", &home),
                ("VIRTUAL_ENV", &venv),
                ("NTC_TEMPLATES_DIR", Path::new("/nowhere")),
                ("NET_TEXTFSM", Path::new("~/mine"))
            ]),
            [home.join("mine"), "/nowhere".into(), installed, home.join("ntc-templates")]
        );
    }

    #[test]
    fn the_package_may_be_beside_the_python_of_the_search_path_or_the_users_own() {
        let root = tempfile::tempdir().unwrap();
        let home = root.path().join("home");
        let own = install(&home.join(".local"), "python3.11");
        assert_eq!(found(&[("HOME", &home)]), [own]);
        let python = root.path().join("python");
        std::fs::create_dir_all(python.join("bin")).unwrap();
        std::fs::write(python.join("bin/python3"), "").unwrap();
        let beside = install(&python, "python3.12");
        assert_eq!(found(&[("HOME", &home), ("PATH", &python.join("bin"))]), [beside]);
    }

    #[test]
    fn a_machine_without_them_has_no_places() {
        assert_eq!(found(&[]), Vec::<PathBuf>::new());
        assert_eq!(found(&[("NET_TEXTFSM", Path::new(""))]), Vec::<PathBuf>::new());
    }
}
