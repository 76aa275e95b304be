//! The columns of the built-in templates beside those of ntc-templates: all of them, in their order.

use crate::oracle;
use linecrew_core::textfsm::Templates;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// linecrew's name of a platform and that of ntc-templates, which has none for FRRouting.
const PLATFORMS: [(&str, &str); 5] = [
    ("cisco_iosxe", "cisco_ios"),
    ("cisco_iosxr", "cisco_xr"),
    ("cisco_nxos", "cisco_nxos"),
    ("arista_eos", "arista_eos"),
    ("juniper_junos", "juniper_junos"),
];

/// Columns of ours that ntc-templates does not have, and why.
const MORE: [(&str, &str, &str); 2] = [
    (
        "cisco_iosxr_show_lldp_neighbors",
        "CAPABILITIES",
        "on each line, and a column with the other platforms",
    ),
    ("cisco_iosxr_show_l2vpn_mac-learning", "IP_ADDRESS", "on each line of a bridge domain with IRB"),
];

/// Commands that ntc-templates has no template for, though its index gives one: a command matches a row from its start
/// alone, so that the row of a shorter command takes them.
const TAKEN: [(&str, &str); 7] = [
    ("arista_eos_show_ip_route_summary", "arista_eos_show_ip_route"),
    ("cisco_iosxr_show_bgp_summary", "cisco_xr_show_bgp"),
    ("cisco_iosxr_show_interfaces_brief", "cisco_xr_show_interfaces"),
    ("cisco_iosxr_show_route_summary", "cisco_xr_show_ip_route"),
    ("cisco_nxos_show_ip_route_summary", "cisco_nxos_show_ip_route"),
    ("juniper_junos_show_interfaces_descriptions", "juniper_junos_show_interfaces"),
    ("juniper_junos_show_interfaces_terse", "juniper_junos_show_interfaces"),
];

/// The name of the template for a command, and its columns.
fn found(templates: &Templates, platform: &str, command: &str) -> Option<(String, Vec<String>)> {
    let parser = templates.find(platform, command).ok()?;
    let name = Path::new(parser.name()).file_stem().unwrap().to_string_lossy();
    Some((name.into_owned(), parser.header().to_vec()))
}

/// Commands of a platform: those of our index, and those that the index of ntc-templates finds.
fn commands(ours: &Templates, platform: &str, queries: &[(String, String, String)]) -> Vec<String> {
    let commands = ours.commands(platform).unwrap().into_iter().map(|command| command.replace(r"\S+", "1"));
    let theirs = queries.iter().filter(|(_, name, _)| PLATFORMS.contains(&(platform, name)));
    commands.chain(theirs.map(|(_, _, command)| command.clone())).collect()
}

#[test]
#[ignore = "needs python3 and PyPI"]
fn built_in_templates_have_the_columns_of_ntc_templates() {
    let mut oracle = oracle();
    let folder = oracle.ntc_templates().unwrap();
    let (builtin, with_ntc) = (Templates::builtin(), Templates::builtin().with_folder(&folder));
    let queries = oracle.queries(&folder).unwrap();
    let (mut same, mut differ, mut taken) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
    for (platform, name) in PLATFORMS {
        for command in commands(&builtin, platform, &queries) {
            let (ours, theirs) = (found(&builtin, name, &command), found(&with_ntc, name, &command));
            let (Some((ours, mut columns)), Some((theirs, their_columns))) = (ours, theirs) else { continue };
            let ours = ours.trim_start_matches("built-in ");
            if TAKEN.contains(&(ours, &theirs)) {
                taken.insert(ours.to_owned());
            }
            if theirs.starts_with("built-in ") || TAKEN.contains(&(ours, &theirs)) {
                continue;
            }
            columns.retain(|column| !MORE.iter().any(|(file, more, _)| (*file, *more) == (ours, column)));
            if columns == their_columns {
                same.insert(ours.to_owned(), theirs);
            } else {
                differ.insert((ours.to_owned(), theirs, command), (columns, their_columns));
            }
        }
    }
    println!("{} built-in templates have the columns of theirs", same.len());
    assert!(differ.is_empty(), "{differ:#?}");
    assert!(same.len() > 45, "{same:#?}");
    assert_eq!(taken.len(), TAKEN.len(), "{taken:#?}");
}
