//! The embedded definitions: each finds the prompts of its devices, and stands up to its own check.

use crate::prompts::Table;
use linecrew_core::platform::{Basis, Platform, Severity};
use proptest::prelude::*;
use std::collections::BTreeSet;

const TABLES: &[Table] = &[
    Table {
        platform: "cisco_iosxe",
        modes: &[
            ("exec", &["R1>", "sw-1.ams>", "R1> "]),
            ("privileged_exec", &["R1#", "sw-1.ams#", "sw1# ", "sw1_2/core:a+b@x#"]),
            (
                "configuration",
                &[
                    "R1(config)#",
                    "R1(config-if-range)#",
                    "R1(ca-trustpoint)#",
                    "R1(cfg-crypto-trans)#",
                    "(config)#",
                ],
            ),
        ],
        never: &[
            "R1#show",
            "R1#show version",
            "##########",
            "Password:",
            "description uplink#",
            "Proceed with reload? [confirm]",
            "R1(tcl)#",
            " --More-- ",
            "R1(boot)>x",
            "",
        ],
    },
    Table {
        platform: "cisco_iosxr",
        modes: &[
            (
                "privileged_exec",
                &["RP/0/RP0/CPU0:R1#", "RP/0/RSP0/CPU0:core-1.ams#", "RP/0/0/CPU0:ios# ", "R1#"],
            ),
            (
                "configuration",
                &[
                    "RP/0/RP0/CPU0:R1(config)#",
                    "RP/0/RSP1/CPU0:R1(config-bgp-nbr-af)#",
                    "RP/0/0/CPU0:ios(config-if)# ",
                ],
            ),
            (
                "configuration_exclusive",
                &[
                    "RP/0/RP0/CPU0:R1(config)#",
                    "RP/0/RSP1/CPU0:R1(config-bgp-nbr-af)#",
                    "RP/0/0/CPU0:ios(config-if)# ",
                ],
            ),
            ("admin", &["RP/0/RSP0/CPU0:R1(admin)#", "sysadmin-vm:0_RP0#", "sysadmin-vm:0_RSP0# "]),
        ],
        never: &[
            "Uncommitted changes found, commit them before exiting(yes/no/cancel)? [cancel]:",
            "RP/0/RP0/CPU0:R1#show",
            "Building configuration...",
            " --More-- ",
            "RP/0/RP0/CPU0:Nov 26 16:00:00.123 UTC: config[65777]: %MGBL-SYS-5-CONFIG_I",
            "Password: ",
        ],
    },
    Table {
        platform: "cisco_nxos",
        modes: &[
            ("exec", &["leaf-1>", "leaf-1> ", "leaf-1(maint-mode)>"]),
            ("privileged_exec", &["leaf-1# ", "n9k.ams#", "leaf-1(maint-mode)# "]),
            (
                "configuration",
                &[
                    "leaf-1(config)# ",
                    "leaf-1(config-if-range)#",
                    "leaf-1(maint-mode)(config)#",
                    "leaf-1(config-s)#",
                ],
            ),
        ],
        never: &["leaf-1# show", "leaf-1(config-tcl)#", "--More--", "Password: ", "bash-4.4#x", "y/n [n] "],
    },
    Table {
        platform: "cisco_asa",
        modes: &[
            ("exec", &["fw1> ", "fw1/ctx1>", "fw1/pri/act> "]),
            ("privileged_exec", &["fw1# ", "fw1/pri/act# ", "fw1/sec/stby/admin#"]),
            ("configuration", &["fw1(config)# ", "fw1/pri/act(config-if)# ", "fw1(config-network-object)#"]),
        ],
        never: &["<--- More --->", "Password: ", "fw1# sh", "[Y]es, [N]o, [A]sk later: ", "fw1(config)# x"],
    },
    Table {
        platform: "arista_eos",
        modes: &[
            ("exec", &["sw1>", "sw1(s1)>", "sw1.10:12:34>"]),
            ("privileged_exec", &["sw1#", "sw1(s1)#", "sw1.ams# "]),
            ("configuration", &["sw1(config)#", "sw1(config-if-Et1/1)#", "sw1(s1)(config-s-change1)#"]),
            ("bash", &["[admin@sw1 ~]$ ", "[admin@sw1 /mnt/flash]$"]),
        ],
        never: &["sw1#show", "Password: ", " --More-- ", "[admin@sw1 ~]$ ls", "sw1(config)#int"],
    },
    Table {
        platform: "juniper_junos",
        modes: &[
            (
                "exec",
                &[
                    "admin@mx1> ",
                    "root@srx.ams>",
                    "root> ",
                    "{master:0}\nadmin@qfx1> ",
                    "{primary:node0}\nadmin@srx1>",
                    "{master}\nadmin@mx1> ",
                ],
            ),
            (
                "configuration",
                &[
                    "admin@mx1# ",
                    "[edit]\nadmin@mx1# ",
                    "[edit interfaces ge-0/0/0 unit 0]\nadmin@mx1#",
                    "{master:0}[edit]\nadmin@qfx1# ",
                ],
            ),
            (
                "configuration_exclusive",
                &[
                    "admin@mx1# ",
                    "[edit]\nadmin@mx1# ",
                    "[edit interfaces ge-0/0/0 unit 0]\nadmin@mx1#",
                    "{master:0}[edit]\nadmin@qfx1# ",
                ],
            ),
            (
                "configuration_private",
                &[
                    "admin@mx1# ",
                    "[edit]\nadmin@mx1# ",
                    "[edit interfaces ge-0/0/0 unit 0]\nadmin@mx1#",
                    "{master:0}[edit]\nadmin@qfx1# ",
                ],
            ),
            ("shell", &["% ", "root@mx1% ", "admin@mx1:~ $ ", "root@mx1:~ # ", "root@:~ # "]),
        ],
        never: &[
            "---(more)---",
            "---(more 35%)---",
            "admin@mx1> show",
            "Exit with uncommitted changes? [yes,no] (yes) ",
            "[edit]",
            "login: ",
            "## Last commit: 2026-11-02 10:00:00 UTC by admin",
            "100%",
            "Password:",
        ],
    },
    Table {
        platform: "frr",
        modes: &[
            ("exec", &["R101> ", "r-1.ams>"]),
            ("privileged_exec", &["R101# ", "r-1.ams#"]),
            ("configuration", &["R101(config)# ", "R101(config-router-af)# ", "r-1.ams(config-if)#"]),
        ],
        never: &["Password: ", "R101# show", " --More-- ", "(END)", ":"],
    },
    Table {
        platform: "linux",
        modes: &[
            (
                "exec",
                &[
                    "ops@web1:~$ ",
                    "ops@web1:/var/log/nginx$ ",
                    "[ops@web1 ~]$ ",
                    "(venv) ops@web1:~/src$ ",
                    "$ ",
                    "web1:~$ ",
                    "ops@web1:~% ",
                    "root@web1:~# ",
                    "[root@web1 etc]# ",
                    "web1:~# ",
                    "/ # ",
                    "# ",
                ],
            ),
            ("root", &["root@web1:~# ", "[root@web1 etc]# ", "web1:~# ", "/ # ", "# "]),
        ],
        never: &[
            "[sudo] password for ops: ",
            "ops@web1:~$ ls",
            "Do you want to continue? [Y/n] ",
            "--More--(35%)",
            "100%",
            "# comment",
            "login: ",
        ],
    },
    Table {
        platform: "generic",
        modes: &[(
            "exec",
            &[
                "R1#",
                "R1> ",
                "admin@mx1> ",
                "ops@web1:~$ ",
                "leaf-1(config)# ",
                "<HUAWEI>",
                "[~HUAWEI-GigabitEthernet0/0/1]",
                "(Cisco Controller) >",
                "A:admin@node-2# ",
                "[admin@MikroTik] > ",
                "*A:pe1#",
                "FGT60E # ",
                "host% ",
            ],
        )],
        never: &["Password: ", "login: ", " --More-- ", "Continue? [y/n]: ", "show version", "----------"],
    },
];

#[test]
fn prompts_are_found_in_their_modes_and_nowhere_else() {
    let wrong = TABLES.iter().flat_map(|table| table.check(&Platform::builtin(table.platform).unwrap()));
    assert_eq!(wrong.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn every_embedded_platform_has_a_table() {
    let tables: BTreeSet<&str> = TABLES.iter().map(|table| table.platform).collect();
    assert_eq!(Platform::builtin_names().collect::<BTreeSet<_>>(), tables);
}

#[test]
fn every_embedded_platform_stands_up_to_its_own_check() {
    for name in Platform::builtin_names() {
        let findings = Platform::check(Platform::builtin_source(name).unwrap(), name).unwrap();
        let serious: Vec<_> = findings.iter().filter(|finding| finding.severity != Severity::Note).collect();
        assert!(serious.is_empty(), "{name}: {serious:#?}");
    }
}

#[test]
fn every_embedded_platform_says_what_it_is_and_what_it_rests_on() {
    for name in Platform::builtin_names() {
        let platform = Platform::builtin(name).unwrap();
        assert!(platform.description().is_some() && !platform.evidence().is_empty(), "{name}");
        assert!(!platform.failure_indicators().is_empty(), "{name}");
        assert!(platform.close_steps().count() > 0 && platform.read_commands().count() > 0, "{name}");
        // Of a device that nobody has described nothing else is known.
        assert!(
            name == "generic" || platform.open_steps().count() > 0 && platform.pager_pattern().is_some(),
            "{name}"
        );
    }
    assert_eq!(Platform::builtin("frr").unwrap().evidence()[0].basis, Basis::Device);
}

#[test]
fn no_name_stands_for_two_platforms() {
    let mut seen = BTreeSet::new();
    for name in Platform::builtin_names() {
        let platform = Platform::builtin(name).unwrap();
        for name in platform.aliases().iter().map(String::as_str).chain([name]) {
            assert!(seen.insert(name.to_lowercase().replace('-', "_")), "{name} twice");
        }
    }
}

#[test]
fn the_names_of_netmiko_napalm_ansible_and_ntc_templates_are_known() {
    for (names, platform) in [
        (&["cisco_ios", "cisco_xe", "ios", "cisco.ios.ios", "cisco_iosxe", "IOS-XE"][..], "cisco_iosxe"),
        (&["cisco_xr", "iosxr", "ios_xr", "cisco.iosxr.iosxr"], "cisco_iosxr"),
        (&["cisco_nxos", "nxos", "nxos_ssh", "cisco_nxos_ssh", "cisco.nxos.nxos"], "cisco_nxos"),
        (&["cisco_asa", "asa", "cisco.asa.asa"], "cisco_asa"),
        (&["arista_eos", "eos", "arista_eos_ssh", "Arista-EOS-Telnet", "arista.eos.eos"], "arista_eos"),
        (
            &["juniper", "juniper_junos", "junos", "juniper_ssh", "junipernetworks.junos.junos"],
            "juniper_junos",
        ),
        (&["frr.frr.frr", "frrouting"], "frr"),
        (&["linux"], "linux"),
        (&["generic"], "generic"),
    ] {
        for name in names {
            assert_eq!(Platform::builtin(name).unwrap().name(), platform, "{name}");
        }
    }
    for name in ["_ssh", "ssh", "acme_ssh"] {
        assert!(Platform::builtin(name).is_err(), "{name}");
    }
}

#[test]
fn only_the_asa_has_an_open_step_that_persists() {
    for name in Platform::builtin_names() {
        let platform = Platform::builtin(name).unwrap();
        let steps = platform.open_steps().chain(platform.close_steps());
        let persistent: Vec<&str> = steps.filter(|(_, persists)| *persists).map(|(step, _)| step).collect();
        let expected: &[&str] =
            if name == "cisco_asa" { &["enter mode configuration", "terminal width 511"] } else { &[] };
        assert_eq!(persistent, expected, "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_output_and_no_command_panics(text in "[ -~\r\n\u{1b}\u{e9}\u{1f600}]{0,120}") {
        for name in Platform::builtin_names() {
            let platform = Platform::builtin(name).unwrap();
            platform.modes_at(&text).for_each(drop);
            platform.is_read(&text);
        }
    }
}
