//! No loader panics, whatever it is given.

use linecrew_core::inventory::{Format, Inventory, Loader};
use proptest::prelude::*;

/// Pieces that inventories are made of, so that the parsers are got past their first lines.
const PIECES: [&str; 42] = [
    "all",
    "hosts",
    "children",
    "vars",
    "groups",
    "defaults",
    "credentials",
    "data",
    "_meta",
    "hostvars",
    "r1",
    "sw[01:20]",
    "[",
    "]",
    "{",
    "}",
    ":",
    ": ",
    ",",
    "\n",
    "\n  ",
    "\n    ",
    "- ",
    "=",
    "#",
    "'",
    "\"",
    "{{ x }}",
    "ansible_host",
    "ansible_port",
    "ansible_password",
    "ansible_ssh_common_args",
    "-o ProxyJump=",
    "port",
    "22",
    "!vault |",
    "&a",
    "*a",
    "<<: *a",
    "connection_options",
    "linecrew_jump",
    "~",
];

fn made_of_pieces() -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..40).prop_map(|pieces| pieces.concat())
}

fn format() -> impl Strategy<Value = Option<Format>> {
    // A program is no text.
    let formats: Vec<_> =
        Format::ALL.into_iter().filter(|format| *format != Format::Program).map(Some).collect();
    proptest::sample::select([formats, vec![None]].concat())
}

fn origin() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(
        &["nowhere/x.yaml", "nowhere/x.ini", "nowhere/x.json", "nowhere/x.csv", "nowhere/x"][..],
    )
}

/// Reads, and looks at each host, but reads no secrets: a generated inventory may name a command; an error is on one line.
fn read(text: &str, format: Option<Format>, origin: &str) {
    let loader = format.into_iter().fold(Loader::default(), Loader::format);
    match loader.parse(text, origin) {
        Ok(inventory) => {
            for host in inventory.hosts().iter().take(100) {
                let _ = (host.out_of_band(), host.has_password(), host.jumps().len(), host.credential());
            }
            let _ = (inventory.to_yaml(), format!("{inventory:?}"));
        }
        Err(error) => assert!(!error.to_string().contains('\n'), "{error}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_a_loader_panic(text in any::<String>(), format in format(), origin in origin()) {
        read(&text, format, origin);
    }

    #[test]
    fn no_pieces_of_inventories_make_a_loader_panic(text in made_of_pieces(), format in format(), origin in origin()) {
        read(&text, format, origin);
    }

    #[test]
    fn each_host_of_a_list_is_there_once_in_its_order(names in proptest::collection::hash_set("[a-z][a-z0-9.-]{0,9}", 1..20)) {
        let names: Vec<_> = names.into_iter().collect();
        let inventory = Inventory::parse(&names.join("\n"), "hosts").unwrap();
        prop_assert!(inventory.hosts().iter().map(|host| host.name()).eq(names.iter().map(String::as_str)));
    }

    #[test]
    fn what_a_host_says_is_read_the_same_from_each_format(port in 1u16.., site in "[a-z]{1,8}") {
        let of = |text: String, origin: &str| {
            let inventory = Inventory::parse(&text, origin).unwrap();
            let host = &inventory.hosts()[0];
            (host.name().to_owned(), host.port(), host.data("site").map(ToString::to_string))
        };
        let expected = ("r1".to_owned(), Some(port), Some(site.clone()));
        prop_assert_eq!(of(format!("hosts: {{r1: {{port: {port}, data: {{site: '{site}'}}}}}}"), "a.yaml"), expected.clone());
        prop_assert_eq!(of(format!("r1: {{port: {port}, data: {{site: '{site}'}}}}"), "a.yaml"), expected.clone());
        prop_assert_eq!(of(format!("r1:{port} site='\"{site}\"'"), "a"), expected.clone());
        prop_assert_eq!(of(format!("all: {{hosts: {{r1: {{ansible_port: {port}, site: '{site}'}}}}}}"), "a.yml"), expected.clone());
        prop_assert_eq!(of(format!("name,port,site\nr1,{port},{site}\n"), "a.csv"), expected);
    }
}
