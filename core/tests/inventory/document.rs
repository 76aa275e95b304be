//! The document on inventories: each of its examples is one.

use super::{folder, load, login, names, text};
use linecrew_core::inventory::Inventory;
use std::time::Duration;

const DOCUMENT: &str = include_str!("../../docs/inventories.md");

#[test]
fn each_example_is_an_inventory() {
    let blocks: Vec<&str> = DOCUMENT.split("```").skip(1).step_by(2).collect();
    let texts = blocks.iter().map(|block| block.split_once('\n').unwrap().1);
    let [own, hosts, groups, defaults, ini, csv, list] = texts.collect::<Vec<_>>()[..] else {
        panic!("{} examples", blocks.len())
    };
    let parse = |text, name| Inventory::parse(text, name).unwrap_or_else(|error| panic!("{error}: {text}"));
    let own = parse(own, "fleet.yaml");
    assert_eq!(names(&own), ["r1", "r2", "r3"]);
    let console = own.host("r2").unwrap();
    assert_eq!(console.credentials().collect::<Vec<_>>(), ["tacacs", "token"]);
    assert!(console.is_one_time("token") && !console.is_one_time("tacacs"));
    let files = [("hosts.yaml", hosts), ("groups.yaml", groups), ("defaults.yaml", defaults)];
    let nornir = load(&folder(&files), "").unwrap();
    let [r1, r2] = nornir.hosts() else { panic!("{nornir:?}") };
    assert_eq!((r1.platform(), text(r1, "site"), text(r1, "role")), (Some("ios"), "ams", "edge"));
    assert_eq!((r2.port(), login(r2)[0].as_deref()), (Some(2022), Some("netops")));
    assert_eq!(r2.timeouts().connect, Some(Duration::from_secs(7)));
    let ini = parse(ini, "hosts.ini");
    assert_eq!((ini.hosts()[0].name(), ini.hosts()[12].name(), ini.len()), ("sw01.ams", "core1", 13));
    assert_eq!((names(&parse(csv, "hosts.csv")), parse(list, "hosts").len()), (vec!["r1", "r2"], 5));
}
