//! Ansible's inventories.

use super::{assert_hidden, folder, load, login, names, refused, text, texts};
use linecrew_core::inventory::Inventory;
use linecrew_core::transport::{Credentials, HostKeyCheck};
use std::time::Duration;

pub(super) const INI: &str = "\
# routers without a group
gw.example.net:2022

[leafs]
leaf[01:03].dc1 ansible_network_os=arista.eos.eos  rack=7
[2001:db8::7]:22 ansible_user='net ops'
[spines]
spine-[a:b] ansible_host=192.0.2.20 # one address for both, as it happens

[dc1:children]
leafs
spines

[dc1:vars]
ansible_user=automation
ansible_connection=ansible.netcommon.network_cli
site = dc1
tags=['a', 'b']
ansible_ssh_common_args='-o ProxyJump=ops@bastion -o ControlMaster=auto'
";

#[test]
fn an_ini_inventory_has_groups_ranges_ports_children_and_variables() {
    let inventory = Inventory::parse(INI, "hosts").unwrap();
    let expected =
        ["gw.example.net", "leaf01.dc1", "leaf02.dc1", "leaf03.dc1", "2001:db8::7", "spine-a", "spine-b"];
    assert_eq!(names(&inventory), expected);
    let host = |name| inventory.host(name).unwrap();
    assert_eq!(host("gw.example.net").port(), Some(2022));
    assert!(host("gw.example.net").all_groups().is_empty());
    let leaf = host("leaf02.dc1");
    assert_eq!((leaf.platform(), leaf.transport()), (Some("arista.eos.eos"), "ssh"));
    assert_eq!((leaf.groups().join(" "), leaf.all_groups().join(" ")), ("leafs".into(), "leafs dc1".into()));
    assert_eq!((leaf.data("rack").unwrap().to_string(), text(leaf, "site")), ("7".to_owned(), "dc1"));
    assert_eq!(leaf.data("tags").unwrap().to_string(), "[a, b]");
    assert_eq!(leaf.jumps()[0].name(), "bastion");
    assert_eq!(login(host("2001:db8::7"))[0].as_deref(), Some("net ops"));
    assert_eq!((host("spine-b").hostname(), login(leaf)[0].as_deref()), ("192.0.2.20", Some("automation")));
    let notes: Vec<_> = inventory.notes().iter().map(ToString::to_string).collect();
    assert_eq!(notes, ["hosts:19: ansible_ssh_common_args: has no effect here: -o ControlMaster"]);
}

#[test]
fn a_plain_list_of_hosts_is_an_ini_inventory_without_groups() {
    let list = "# all of them\nr1\nr2:2022\n192.0.2.[1:2]\n2001:db8::1\n[2001:db8::2]:23\n";
    let inventory = Inventory::parse(list, "list.txt").unwrap();
    assert_eq!(names(&inventory), ["r1", "r2", "192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"]);
    assert_eq!((inventory.hosts()[1].port(), inventory.hosts()[5].port()), (Some(2022), Some(23)));
}

const YAML: &str = "\
all:
  vars: {ansible_user: automation, site: none, ansible_command_timeout: 120}
  hosts:
    gw: {ansible_host: 192.0.2.1, ansible_port: '2022'}
  children:
    dc1:
      vars: {site: dc1}
      children:
        leafs:
          vars: {domain: dc1.example}
          hosts:
            leaf[1:2]:
              ansible_network_os: cisco.nxos.nxos
              ansible_host: '{{ inventory_hostname }}.{{ domain }}'
        spines:
          hosts: {spine1: , leaf1: }
          vars: {site: dc1-spines, ansible_host_key_checking: false}
    labs:
      hosts: {spine1: {linecrew_limits_group: lab, linecrew_out_of_band: {hostname: 192.0.2.99, port: 2001}}}
";

#[test]
fn a_yaml_inventory_counts_the_nearest_variable() {
    let inventory = Inventory::parse(YAML, "inventory.yml").unwrap();
    assert_eq!(names(&inventory), ["gw", "leaf1", "leaf2", "spine1"]);
    let host = |name| inventory.host(name).unwrap();
    assert_eq!((host("gw").hostname(), host("gw").port()), ("192.0.2.1", Some(2022)));
    assert_eq!((host("leaf2").hostname(), text(host("leaf2"), "site")), ("leaf2.dc1.example", "dc1"));
    // Of two groups as deep as each other, the later one in the alphabet counts.
    assert_eq!((text(host("leaf1"), "site"), text(host("gw"), "site")), ("dc1-spines", "none"));
    let spine = host("spine1");
    assert_eq!((spine.host_key_check(), spine.limits_group()), (HostKeyCheck::Off, Some("lab")));
    assert_eq!(spine.out_of_band().unwrap().port(), Some(2001));
    assert_eq!(host("leaf1").timeouts().command, Some(Duration::from_mins(2)));
    let parents =
        |name: &str| inventory.groups().iter().find(|group| group.name == name).unwrap().parents.clone();
    assert_eq!((parents("leafs"), parents("dc1")), (vec!["dc1".to_owned()], vec![]));
}

#[test]
fn a_priority_lets_a_group_count_more() {
    let x = |priority: &str| {
        let vars = format!("{{x: a, ansible_group_priority: {priority}}}");
        let yaml = format!("a: {{hosts: {{r1: }}, vars: {vars}}}\nb: {{hosts: {{r1: }}, vars: {{x: b}}}}");
        text(&Inventory::parse(&yaml, "i.yml").unwrap().hosts()[0], "x").to_owned()
    };
    assert_eq!((x("1"), x("10")), ("b".to_owned(), "a".to_owned()));
}

#[test]
fn group_vars_and_host_vars_are_read_beside_the_inventory() {
    let folder = folder(&[
        ("inv/hosts", "[core]\nr1 ansible_user=inline\nr2\n"),
        ("inv/group_vars/all.yml", "ansible_user: of-all\nansible_network_os: ios\n"),
        ("inv/group_vars/core/a.yml", "site: ams\n"),
        ("inv/group_vars/core/vault.yml", "$ANSIBLE_VAULT;1.1;AES256\n6162\n"),
        (
            "inv/group_vars/core/z.yml",
            "ansible_password: '{{ vault_pw }}'\nansible_become_password: En-plain\n",
        ),
        ("inv/host_vars/r2.yaml", "ansible_user: of-r2\nansible_password: Pw-of-r2\n"),
    ]);
    let inventory = load(&folder, "inv/hosts").unwrap();
    let (r1, r2) = (&inventory.hosts()[0], &inventory.hosts()[1]);
    assert_eq!((r1.platform(), text(r1, "site")), (Some("ios"), "ams"));
    assert_eq!(login(r2), texts(["of-r2", "Pw-of-r2", "En-plain"]));
    assert!(r1.credential().is_some() && r1.credential() != r2.credential());
    let error = r1.target(&Credentials::default()).unwrap_err().to_string();
    assert!(error.contains("the variable vault_pw is not set, or it is in what ansible-vault"), "{error}");
    assert!(error.contains("group_vars/core/vault.yml"), "{error}");
    // Whoever gives a password anyway gets along without the vault.
    let given = Credentials::default().password("Pw-given");
    let given = r1.target(&given).unwrap().credentials;
    assert_eq!((given.username.as_deref(), given.password.unwrap().expose()), (Some("inline"), "Pw-given"));
    assert!(
        inventory.notes()[0].to_string().ends_with("vault.yml: encrypted by ansible-vault, and not read")
    );
    assert_hidden(&inventory, "En-plain");
}

#[test]
fn a_folder_of_inventories_is_one_inventory() {
    let folder = folder(&[
        ("inv/01-static.yml", "core: {hosts: {r1: }}"),
        ("inv/02-more", "[core]\nr2\n"),
        ("inv/README.md", "no inventory"),
        ("inv/group_vars/core.yml", "site: ams\n"),
    ]);
    let inventory = load(&folder, "inv").unwrap();
    assert_eq!(names(&inventory), ["r1", "r2"]);
    assert_eq!(text(&inventory.hosts()[1], "site"), "ams");
}

const LIST: &str = r#"{
  "_meta": {"hostvars": {
    "r1": {"ansible_host": "192.0.2.1", "ansible_port": 2022, "ansible_user": "u",
           "ansible_password": {"__ansible_vault": "$ANSIBLE_VAULT;1.1;AES256\n6162"}},
    "r2": {"ansible_password": "Pw-of-r2", "config_context": {"ntp": ["192.0.2.5"]}}}},
  "all": {"children": ["ungrouped", "device_roles_access"]},
  "device_roles_access": {"hosts": ["r2", "r1"], "vars": {"ansible_network_os": "cisco.ios.ios"}},
  "ungrouped": {"hosts": []}
}"#;

#[test]
fn what_ansible_inventory_lists_is_read() {
    let inventory = Inventory::parse(LIST, "list.json").unwrap();
    assert_eq!(names(&inventory), ["r2", "r1"]);
    let (r2, r1) = (&inventory.hosts()[0], &inventory.hosts()[1]);
    assert_eq!((r1.hostname(), r1.port(), r1.platform()), ("192.0.2.1", Some(2022), Some("cisco.ios.ios")));
    assert_eq!(r2.data("config_context").unwrap().to_string(), "{ntp: [192.0.2.5]}");
    assert_eq!(login(r2)[1].as_deref(), Some("Pw-of-r2"));
    let error = r1.target(&Credentials::default()).unwrap_err().to_string();
    assert!(
        error.starts_with("list.json: ansible_password: encrypted by ansible-vault, which is not read"),
        "{error}"
    );
    assert_hidden(&inventory, "Pw-of-r2");
}

#[test]
fn an_old_script_may_list_the_hosts_of_a_group_alone() {
    let text = r#"{"core": ["r1", "r2"], "edge": {"hosts": ["r3"]}}"#;
    let inventory = Inventory::parse(text, "x.json").unwrap();
    assert_eq!(names(&inventory), ["r1", "r2", "r3"]);
    assert_eq!(inventory.hosts()[0].groups(), ["core"]);
}

#[test]
fn a_vaulted_text_is_told_by_its_variable_and_only_when_it_is_needed() {
    let yaml = "all:\n  hosts:\n    r1:\n      ansible_password: !vault |\n        $ANSIBLE_VAULT;1.1;AES256\n        6162\n";
    let inventory = Inventory::parse(yaml, "i.yml").unwrap();
    let error = inventory.hosts()[0].target(&Credentials::default()).unwrap_err().to_string();
    assert!(error.starts_with("i.yml: ansible_password (i.yml:5): encrypted by ansible-vault"), "{error}");
    let user = Inventory::parse(&yaml.replace("_password", "_user"), "i.yml").unwrap_err().to_string();
    assert!(user.contains(": host r1: ansible_user: encrypted by ansible-vault"), "{user}");
}

#[test]
fn secrets_do_not_become_data() {
    let vars = "{ansible_password: '{{ net_pw }}', net_pw: Pw-hidden, snmp_community: C-hidden}";
    let inventory = Inventory::parse(&format!("all: {{hosts: {{r1: {vars}}}}}"), "i.yml").unwrap();
    assert!(inventory.hosts()[0].settings().data.is_empty());
    assert_eq!(login(&inventory.hosts()[0])[1].as_deref(), Some("Pw-hidden"));
    assert_hidden(&inventory, "hidden");
}

#[test]
fn a_secret_may_be_in_the_environment() {
    let yaml = "all: {hosts: {r1: {ansible_password: \"{{ lookup('env', 'LINECREW_TEST_UNSET') }}\"}}}";
    let inventory = Inventory::parse(yaml, "i.yml").unwrap();
    let error = inventory.hosts()[0].target(&Credentials::default()).unwrap_err();
    assert_eq!(error.to_string(), "i.yml: the environment variable LINECREW_TEST_UNSET is not set");
}

#[test]
fn errors_name_file_line_and_key() {
    let folder = folder(&[
        ("a.ini", "[core]\nr1 ansible_host\n"),
        ("b.ini", "[core:kids]\nr1\n"),
        ("c.ini", "r1\n[core:vars]\nx=1\n"),
        ("d.ini", "[core]\nr1 ansible_port=ssh\n"),
        ("e.ini", "[a:children]\nb\n[b:children]\na\n[a]\nr1\n"),
        ("f.ini", "r1 x='y\n"),
        ("g.yml", "all:\n  hosts:\n    r1:\n      ansible_host: '{{ a | b }}'\n"),
        ("h.yml", "core:\n  host:\n    r1:\nall:\n"),
        ("j.yml", "all:\n  hosts:\n    r1:\n      linecrew_port: x\n"),
        ("k/hosts", "r1\n"),
        ("k/host_vars/r1.yml", "a: 1\nansible_port: 70000\n"),
        ("l.yml", "plugin: netbox.netbox.nb_inventory\nvalidate_certs: true\n"),
    ]);
    let refused = |name| refused(&folder, name);
    assert_eq!(refused("a.ini"), "a.ini:2: expected name=value");
    let section = "b.ini:1: the section [core:kids]: expected [group], [group:children] or [group:vars]";
    assert_eq!(refused("b.ini"), section);
    assert_eq!(refused("c.ini"), "c.ini:2: variables of a group that is nowhere: core");
    assert_eq!(refused("d.ini"), "d.ini:2: host r1: ansible_port: expected a whole number from 0 to 65535");
    assert!(refused("e.ini").contains("a circle of groups"));
    assert_eq!(refused("f.ini"), "f.ini:1: a quote that does not end");
    let template = "g.yml:4: host r1: ansible_host: a template of Jinja, which is not computed here";
    assert_eq!(refused("g.yml"), template);
    assert!(
        refused("h.yml")
            .ends_with("core: host: unknown key of a group; expected one of hosts, children, vars")
    );
    assert_eq!(
        refused("j.yml"),
        "j.yml:4: host r1: linecrew_: port: expected a whole number from 0 to 65535"
    );
    let port = "k/host_vars/r1.yml:2: host r1: ansible_port: expected a whole number from 0 to 65535";
    assert_eq!(refused("k/hosts"), port);
    assert!(refused("l.yml").starts_with("l.yml:1: this configures an inventory plugin of Ansible; what"));
}
