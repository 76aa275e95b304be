//! The built-in templates on realistic outputs.

use super::*;
use crate::textfsm::{Template, Templates};
use std::path::{Path, PathBuf};

/// Replies of devices, `TEMPLATE.txt` or `TEMPLATE_VARIANT.txt`, each beside the rows that it gives, `.json`, in which
/// a column may be left out where it is an empty text.
fn replies() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/textfsm/testdata/replies");
    let mut replies: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    replies.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    replies.sort();
    replies
}

/// The longest name of a template that the name of the reply begins with.
fn template_of(reply: &Path) -> &'static str {
    let name = reply.file_stem().unwrap().to_str().unwrap();
    let names =
        files().filter(|file| file.strip_suffix(".textfsm").is_some_and(|stem| name.starts_with(stem)));
    names.max_by_key(|file| file.len()).unwrap_or_else(|| panic!("{name} is a reply for no template"))
}

#[test]
fn replies_of_devices_give_the_rows_beside_them() {
    let mut differ = Vec::new();
    for reply in replies() {
        let template = Template::parse(text(template_of(&reply)).unwrap()).unwrap();
        let table = template.parse_text(&std::fs::read_to_string(&reply).unwrap());
        let rows = serde_json::to_value(table.unwrap_or_else(|error| panic!("{}: {error}", reply.display())))
            .unwrap();
        let expected = std::fs::read_to_string(reply.with_extension("json")).unwrap_or_default();
        let mut expected: serde_json::Value = serde_json::from_str(&expected).unwrap_or_default();
        for row in expected.as_array_mut().into_iter().flatten() {
            for column in template.header() {
                row.as_object_mut().unwrap().entry(column).or_insert("".into());
            }
        }
        if rows != expected {
            differ.push(format!("{}\n{rows:#}", reply.display()));
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

#[test]
fn every_template_has_a_reply() {
    let with_reply: Vec<_> = replies().iter().map(|reply| template_of(reply)).collect();
    let others: Vec<_> = files().filter(|file| *file != "index" && !with_reply.contains(file)).collect();
    // The tests below have theirs.
    assert_eq!(others, ["cisco_iosxe_show_version.textfsm", "frr_show_version.textfsm"]);
}

/// The commands of a platform with the columns that come of them, as the document lists them.
fn listed(platform: &str) -> String {
    let templates = Templates::builtin();
    let row = |command: String| {
        let parser = templates.find(platform, &command.replace(r"\S+", "1")).unwrap();
        let command = command.replace(r"\S+", "...").replace('|', "\\|");
        format!("| `{command}` | {} |\n", parser.header().join(", "))
    };
    let rows: String = templates.commands(platform).unwrap().into_iter().map(row).collect();
    format!("## {platform}\n\n| command | columns |\n| --- | --- |\n{rows}")
}

#[test]
fn the_document_lists_each_command_with_its_columns() {
    let document = include_str!("../../docs/templates.md");
    let platforms = ["cisco_iosxe", "cisco_iosxr", "cisco_nxos", "arista_eos", "juniper_junos", "frr"];
    let lists = platforms.map(listed);
    let missing: Vec<_> = lists.iter().filter(|listed| !document.contains(*listed)).cloned().collect();
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// Parses `text` as a platform's `show version`, which gives one row, and returns that as JSON.
fn show_version(platform: &str, text: &str) -> serde_json::Value {
    let table = Templates::builtin().find(platform, "show version").unwrap().parse_text(text).unwrap();
    assert_eq!(table.len(), 1, "{table:?}");
    serde_json::to_value(table.first()).unwrap()
}

#[track_caller]
fn check(text: &str, expected: &serde_json::Value) {
    let row = show_version("cisco_iosxe", text);
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&row[name], value, "{name}");
    }
}

#[test]
fn ios_12_routers() {
    check(
        include_str!("testdata/ios12_c2811.txt"),
        &serde_json::json!({
            "SOFTWARE_IMAGE": "C2800NM-ADVENTERPRISEK9-M", "VERSION": "12.4(24)T5", "RELEASE": "fc3",
            "ROMMON": "12.4(13r)T11", "HOSTNAME": "BRANCH-7",
            "UPTIME": "2 years, 11 weeks, 1 day, 6 hours, 1 minute", "UPTIME_YEARS": "2", "UPTIME_WEEKS": "11",
            "UPTIME_DAYS": "1", "UPTIME_HOURS": "6", "UPTIME_MINUTES": "1", "RELOAD_REASON": "power-on",
            "RUNNING_IMAGE": "c2800nm-adventerprisek9-mz.124-24.T5.bin", "HARDWARE": ["2811"],
            "SERIAL": ["FTX1019A0B1"], "CONFIG_REGISTER": "0x2102", "MAC_ADDRESS": [],
            "RESTARTED": "04:11:52 CET Mon Mar 4 2024",
        }),
    );
    check(
        include_str!("testdata/ios12_c2600.txt"),
        &serde_json::json!({
            "SOFTWARE_IMAGE": "C2600-IK9O3S3-M", "VERSION": "12.3(26)", "ROMMON": "11.3(2)XA4", "HOSTNAME": "lab2600",
            "UPTIME": "45 minutes", "UPTIME_HOURS": "", "UPTIME_MINUTES": "45", "HARDWARE": ["2620"],
            "SERIAL": ["JAD04390AB1"], "CONFIG_REGISTER": "0x2142",
        }),
    );
}

#[test]
fn ios_15_routers_and_switches() {
    check(
        include_str!("testdata/ios15_c2911.txt"),
        &serde_json::json!({
            "VERSION": "15.7(3)M5", "ROMMON": "15.0(1r)M16", "HOSTNAME": "edge.example.net", "UPTIME_WEEKS": "31",
            "RELOAD_REASON": "Reload Command", "HARDWARE": ["CISCO2911/K9"], "SERIAL": ["FGL161410V7"],
            "RUNNING_IMAGE": "c2900-universalk9-mz.SPA.157-3.M5.bin",
        }),
    );
    check(
        include_str!("testdata/ios15_c2960x.txt"),
        &serde_json::json!({
            "SOFTWARE_IMAGE": "C2960X-UNIVERSALK9-M", "VERSION": "15.2(4)E7", "HOSTNAME": "sw-floor2",
            "HARDWARE": ["WS-C2960X-48TS-L"], "SERIAL": ["FOC2145T0QX"], "MAC_ADDRESS": ["00:5D:73:11:22:80"],
            "CONFIG_REGISTER": "0xF",
            "RUNNING_IMAGE": "/c2960x-universalk9-mz.152-4.E7/c2960x-universalk9-mz.152-4.E7.bin",
        }),
    );
}

#[test]
fn ios_xe_routers() {
    check(
        include_str!("testdata/iosxe16_isr4331.txt"),
        &serde_json::json!({
            "SOFTWARE_IMAGE": "X86_64_LINUX_IOSD-UNIVERSALK9-M", "VERSION": "16.9.4", "RELEASE": "fc2",
            "ROMMON": "IOS-XE ROMMON", "HOSTNAME": "WAN-RTR-01", "UPTIME": "1 year, 4 weeks, 12 minutes",
            "UPTIME_YEARS": "1", "UPTIME_DAYS": "", "RELOAD_REASON": "PowerOn", "HARDWARE": ["ISR4331/K9"],
            "RUNNING_IMAGE": "isr4300-universalk9.16.09.04.SPA.bin", "SERIAL": ["FDO2117A0VK"],
        }),
    );
    check(
        include_str!("testdata/iosxe16_csr1000v.txt"),
        &serde_json::json!({
            "VERSION": "16.11.1b", "HOSTNAME": "csr1000v-1", "HARDWARE": ["CSR1000V"], "SERIAL": ["9ESGOBARV9D"],
            "RUNNING_IMAGE": "packages.conf", "CONFIG_REGISTER": "0x2102",
        }),
    );
    check(
        include_str!("testdata/iosxe17_c8000v.txt"),
        &serde_json::json!({
            "VERSION": "17.6.3a", "HOSTNAME": "cloud-r1", "UPTIME": "5 hours, 1 minute", "HARDWARE": ["C8000V"],
            "SERIAL": ["9Q1RTH3W2YA"], "RELOAD_REASON": "Reload Command",
        }),
    );
}

#[test]
fn a_stack_lists_each_member_once() {
    check(
        include_str!("testdata/iosxe17_c9300_stack.txt"),
        &serde_json::json!({
            "SOFTWARE_IMAGE": "CAT9K_IOSXE", "VERSION": "17.3.4", "ROMMON": "17.3.1r", "HOSTNAME": "ACC-STACK",
            "RELOAD_REASON": "Image Install", "HARDWARE": ["C9300-48UXM", "C9300-24T"],
            "SERIAL": ["FCW2233A0ZX", "FCW2233B1YY"],
            "MAC_ADDRESS": ["70:1f:53:aa:b0:00", "70:1f:53:cc:d0:80"], "CONFIG_REGISTER": "0x102",
        }),
    );
}

#[test]
fn frrouting() {
    let row = show_version("frr", include_str!("testdata/frr_vty.txt"));
    assert_eq!(row, serde_json::json!({ "VERSION": "8.4.4", "HOSTNAME": "R101" }));
}

#[test]
fn a_text_that_is_no_version_gives_no_rows() {
    let parser = Templates::builtin().find("cisco_iosxe", "show version").unwrap();
    let table = parser.parse_text("% Invalid input detected\n").unwrap();
    assert!(table.is_empty());
}
