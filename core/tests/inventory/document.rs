//! The document on inventories: each of its examples is one.

use super::names;
use linecrew_core::inventory::Inventory;

const DOCUMENT: &str = include_str!("../../docs/inventories.md");

#[test]
fn each_example_is_an_inventory() {
    let mut hosts = Vec::new();
    let mut parts = DOCUMENT.split("```").skip(1).step_by(2);
    for (block, name) in parts.by_ref().zip(["a.yaml", "hosts.yaml", "hosts.ini", "hosts.csv", "hosts"]) {
        let (_, text) = block.split_once('\n').unwrap();
        let inventory = Inventory::parse(text, name).unwrap_or_else(|error| panic!("{error}: {text}"));
        hosts.push(names(&inventory).join(" "));
    }
    assert_eq!(parts.count(), 0);
    assert_eq!(hosts[0], "r1 r2 r3");
    assert_eq!(hosts[1], "r1 r2");
    assert!(hosts[2].starts_with("sw01.ams ") && hosts[2].ends_with("sw12.ams core1"), "{}", hosts[2]);
    assert_eq!((hosts[3].as_str(), hosts[4].split(' ').count()), ("r1 r2", 5));
}
