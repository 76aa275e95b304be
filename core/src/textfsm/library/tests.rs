use super::*;
use crate::textfsm::builtin;

/// A folder with an index of one row and its template.
fn folder(command: &str, template: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let index = format!("Template, Hostname, Platform, Command\nmine.textfsm, .*, cisco_ios, {command}\n");
    std::fs::write(folder.path().join("index"), index).unwrap();
    std::fs::write(folder.path().join("mine.textfsm"), template).unwrap();
    folder
}

const MINE: &str = "Value MINE (\\S+)\n\nStart\n  ^${MINE} -> Record\n";

#[test]
fn every_template_of_the_built_in_set_is_well_formed_and_in_its_index() {
    let index = Shelf::builtin();
    let index = index.index().unwrap();
    let mut found = Vec::new();
    for platform in ["cisco_iosxe", "cisco_iosxr", "cisco_nxos", "arista_eos", "juniper_junos", "frr"] {
        for row in index.of_platform(platform) {
            let command = row.command().replace(r"\S+", "1");
            let parser = Templates::builtin().find(platform, &command).expect(&command);
            assert!(!parser.header().is_empty());
            found.extend(row.files.clone());
        }
    }
    found.push("index".to_owned());
    found.sort();
    found.dedup();
    let mut all: Vec<_> = builtin::files().map(str::to_owned).collect();
    all.sort();
    assert_eq!(found, all);
}

#[test]
fn a_folder_comes_before_the_built_in_set() {
    let mine = folder("sh[[ow]] ver[[sion]]", MINE);
    let templates = Templates::builtin().with_folder(mine.path());
    let parser = templates.find("cisco_ios", "sh  ver").unwrap();
    assert_eq!(parser.header(), ["MINE"]);
    assert_eq!(parser.name(), mine.path().join("mine.textfsm").display().to_string());
    // What the folder does not know, the built-in set may.
    let parser = templates.find("frr", "show version").unwrap();
    assert_eq!(parser.name(), "built-in frr_show_version.textfsm");
}

#[test]
fn a_platform_is_found_by_the_first_of_its_names_that_an_index_has() {
    let mine = tempfile::tempdir().unwrap();
    let index = "Template, Platform, Command\na.textfsm, ios, show x\nb.textfsm, cisco_iosxe, show [xy]\n\
        c.textfsm, cisco_ios, show [xyz]\n";
    std::fs::write(mine.path().join("index"), index).unwrap();
    for name in ["A", "B", "C"] {
        let file = mine.path().join(format!("{}.textfsm", name.to_lowercase()));
        std::fs::write(file, MINE.replace("MINE", name)).unwrap();
    }
    let templates = Templates::builtin().with_folder(mine.path());
    let header =
        |names: &[&str], command: &str| templates.find_as(names, command).unwrap().header()[0].clone();
    let names = ["ios", "cisco_iosxe", "cisco_ios"];
    assert_eq!(
        [header(&names, "show x"), header(&names, "show y"), header(&names, "show z")],
        ["A", "B", "C"]
    );
    // `cisco_ios` is not a name of what only begins so, unless it is the last.
    let names = ["cisco_iosxr", "cisco_xr"];
    assert!(templates.find_as(&names, "show x").is_err());
    assert_eq!(header(&["cisco_iosxr"], "show z"), "C");
    let error = templates.find_as(&["ios", "cisco_iosxe", "cisco_ios"], "show versoin").unwrap_err();
    assert!(
        error.to_string().starts_with("no template for \"show versoin\" of ios; near it: \"show version\""),
        "{error}"
    );
}

#[test]
fn a_checkout_has_its_index_deeper() {
    let checkout = tempfile::tempdir().unwrap();
    let mine = folder("show x", MINE);
    let deep = checkout.path().join("ntc_templates");
    std::fs::create_dir(&deep).unwrap();
    std::fs::rename(mine.path(), deep.join("templates")).unwrap();
    let parser = Templates::builtin().with_folder(checkout.path()).find("cisco_ios", "show x").unwrap();
    assert_eq!(parser.header(), ["MINE"]);
}

#[test]
fn a_template_is_read_once_and_shared() {
    let mine = folder("show x", MINE);
    let templates = Templates::builtin().with_folder(mine.path());
    let first = templates.find("cisco_ios", "show x").unwrap();
    std::fs::remove_file(mine.path().join("mine.textfsm")).unwrap();
    let second = templates.clone().find("cisco_ios", "show x").unwrap();
    assert!(std::ptr::eq(first.template().unwrap(), second.template().unwrap()));
}

#[test]
fn what_was_looked_up_is_found_again_and_nothing_else() {
    let mine = folder("show x", MINE);
    let templates = Templates::builtin().with_folder(mine.path());
    for _ in 0..2 {
        let name = |platforms: &[&str], command| {
            templates.find_as(platforms, command).map(|it| it.name().to_owned())
        };
        assert!(name(&["cisco_ios"], "show x").unwrap().ends_with("mine.textfsm"));
        assert!(name(&["frr", "cisco_ios"], "show x").unwrap().ends_with("mine.textfsm"));
        assert_eq!(name(&["frr"], "show version").unwrap(), "built-in frr_show_version.textfsm");
        assert!(name(&["frr"], "show x").is_err());
        assert!(name(&["cisco_ios"], "show xy").is_ok() && name(&["cisco_ios"], "sho").is_err());
    }
}

#[test]
fn unknown_names_are_told_with_those_near() {
    let templates = Templates::builtin();
    let error = templates.find("cisco_oisxe", "show version").unwrap_err();
    assert!(
        matches!(&error, LookupError::UnknownPlatform { near, .. } if near.iter().any(|name| name.contains("iosxe")))
    );
    assert!(error.to_string().starts_with("no template for the platform cisco_oisxe; near it: "), "{error}");
    let error = templates.find("frr", "show versoin").unwrap_err();
    assert!(
        matches!(&error, LookupError::UnknownCommand { near, .. } if near[0] == "show version"),
        "{error}"
    );
    assert!(error.to_string().ends_with("; looked in the built-in set"), "{error}");
}

#[test]
fn a_folder_that_cannot_be_used_is_named() {
    let mine = folder("show x", "Value X (a\n");
    let templates = Templates::builtin().with_folder(mine.path());
    let error = templates.find("cisco_ios", "show x").unwrap_err().to_string();
    assert!(error.contains("mine.textfsm:1: "), "{error}");
    let error = Templates::builtin().with_folder("/nowhere").find("cisco_ios", "show x").unwrap_err();
    assert!(error.to_string().starts_with("/nowhere/index: the file cannot be read"), "{error}");
}
