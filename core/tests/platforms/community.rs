//! scrapli's community definitions, as they are: each loads, finds the prompts of its devices, and is told what is
//! doubtful in it.
//!
//! They are nobody's to copy: they are read from `LINECREW_DEFINITIONS`, or from where a checkout may have them beside
//! it. Without them nothing is tested, unless the variable says that they must be there.

use crate::prompts::Table;
use linecrew_core::platform::{Finding, Platform, Severity};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The definitions by name; none where they are not there.
fn definitions() -> Vec<(String, PathBuf)> {
    let named = std::env::var_os("LINECREW_DEFINITIONS").map(PathBuf::from);
    let beside =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/scrapli_definitions/definitions");
    let folder = named.clone().unwrap_or(beside);
    let files = match Platform::files(&folder) {
        Ok(files) => files,
        Err(error) => {
            assert!(named.is_none(), "LINECREW_DEFINITIONS: {error}");
            println!("skipped: {error}");
            return Vec::new();
        }
    };
    let named = |file: PathBuf| (file.file_stem().unwrap().to_string_lossy().into_owned(), file);
    files.into_iter().map(named).collect()
}

fn platform(name: &str) -> Option<Arc<Platform>> {
    let (_, file) = definitions().into_iter().find(|(known, _)| known == name)?;
    Some(Platform::load(file).unwrap())
}

#[test]
fn all_load_and_each_has_a_table() {
    let definitions = definitions();
    let failed: Vec<_> = definitions.iter().filter_map(|(_, file)| Platform::load(file).err()).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    if !definitions.is_empty() {
        let names: BTreeSet<&str> = definitions.iter().map(|(name, _)| name.as_str()).collect();
        let tables: BTreeSet<&str> = TABLES.iter().map(|table| table.platform).collect();
        assert_eq!(names, tables);
        assert_eq!(names.len(), 44);
    }
}

#[test]
fn prompts_are_found_in_their_modes_and_nowhere_else() {
    let wrong = definitions().into_iter().flat_map(|(name, file)| {
        let table = TABLES.iter().find(|table| table.platform == name).expect("each has a table");
        table.check(&Platform::load(file).unwrap())
    });
    assert_eq!(wrong.collect::<Vec<_>>(), [""; 0]);
}

/// What is found in all of them, of one severity, as `name: finding`.
fn findings(of: Severity) -> Vec<String> {
    let all = definitions().into_iter().flat_map(|(name, file)| {
        let findings = Platform::check_file(file).unwrap();
        let some = findings.into_iter().filter(move |finding| finding.severity == of);
        some.map(move |Finding { mode, what, .. }| {
            let mode = mode.map(|mode| format!("mode {mode}: ")).unwrap_or_default();
            format!("{name}: {mode}{what}")
        })
    });
    all.collect()
}

/// Whether the findings are the expected ones, each by its head.
fn assert_heads(found: &[String], expected: &[&str]) {
    let fits =
        found.len() == expected.len() && found.iter().zip(expected).all(|(it, head)| it.starts_with(head));
    assert!(fits || definitions().is_empty(), "{found:#?}");
}

#[test]
fn three_name_modes_that_do_not_exist() {
    assert_heads(
        &findings(Severity::Error),
        &[
            "cisco_ftd: there is no mode privileged_exec: the step fails",
            "fortinet_fortios: there is no mode privileged_exec: no session opens",
            "fortinet_fortios: there is no mode privileged_exec: the step fails",
            "fortinet_fortios: there is no mode privileged_exec: the step fails",
            "versa_flexvnf: there is no mode privileged_exec: no session opens",
        ],
    );
}

#[test]
fn what_probably_does_something_else_is_told() {
    assert_heads(
        &findings(Severity::Warning),
        &[
            "aruba_wlc: ntc-templates has no platform aruba_wlc",
            "cisco_cbs: mode exec: prompt_exact ^(?:enable\\s){0,1}Password:\\s?$ looks like a pattern",
            "cisco_ftd: mode expert: prompt_exact ^Password:\\s?$ looks like a pattern",
            "cisco_ftd: mode expert: credentials have no secret root",
            "juniper_junos: mode exec: credentials have no secret root",
            "raisecom_ros: mode exec: prompt_exact [pP]assword:\\s?$ looks like a pattern",
            "ruckus_fastiron: mode exec: prompt_exact ^[pP]assword:\\s?$ looks like a pattern",
            "ubiquiti_edgeswitch: mode exec: prompt_exact ^(?:[eE]nable\\s){0,1}[pP]assword:\\s?$ looks like a pattern",
            "zyxel_dslam: ntc-templates has no platform zyxel_dslam",
        ],
    );
}

#[test]
fn steps_that_write_to_the_configuration_are_left_out() {
    let persistent = definitions().into_iter().flat_map(|(name, file)| {
        let platform = Platform::load(file).unwrap();
        let steps = platform.open_steps().chain(platform.close_steps()).filter(|(_, persists)| *persists);
        steps.map(|(step, _)| format!("{name}: {step}")).collect::<Vec<_>>()
    });
    let persistent: Vec<String> = persistent.collect();
    assert_heads(
        &persistent,
        &[
            "datacom_dmswitch: enter mode configuration",
            "datacom_dmswitch: no terminal paging",
            "dlink_os: enable clipaging",
            "dlink_os: disable clipaging",
            "fortinet_fortios: config system console",
            "fortinet_fortios: set output standard",
            "fortinet_fortios: end",
        ],
    );
}

#[test]
fn a_definition_without_a_list_of_reads_has_the_usual_ones() {
    let Some(platform) = platform("huawei_vrp") else { return };
    assert!(platform.is_read("display version") && !platform.is_read("reset saved-configuration"));
}

#[test]
fn refusals_that_are_parts_of_sentences_are_known() {
    let Some(platform) = platform("juniper_junos") else { return };
    assert!(platform.failure_indicators().contains(&"is ambiguous".to_owned()));
}

const PASSWORD: &str = "Password: ";

/// What no command line of the IOS family takes for its prompt.
const IOS_NEVER: &[&str] =
    &["R1#show version", "Password: ", " --More-- ", "Destination filename [startup-config]? ", "!"];

const TABLES: &[Table] = &[
    Table {
        platform: "aethra_atosnt",
        modes: &[("exec", &["ATOSNT>>", "bg-1.ams>>", "ATOSNT>> "])],
        never: &["ATOSNT>", "ATOSNT>>show", PASSWORD],
    },
    Table {
        platform: "alcatel_aos",
        modes: &[("exec", &["OS6450> ", "-> ", "sw1#", "admin@sw/1>"])],
        never: &["OS6450> show", PASSWORD, "login : "],
    },
    Table {
        platform: "arista_eos",
        modes: &[
            ("exec", &["sw1>", "sw1(s1)>", "sw1.10:12:34>"]),
            ("privileged_exec", &["sw1#", "sw1(s1)#", "sw1.ams# "]),
            ("configuration", &["sw1(config)#", "sw1(config-if-Et1/1)#", "sw1(config-s-change1)#"]),
            ("bash", &["[admin@sw1 ~]$ "]),
        ],
        never: &["sw1#show", PASSWORD, " --More-- "],
    },
    Table {
        platform: "aruba_aoscx",
        modes: &[
            ("privileged_exec", &["8320#", "sw1.ams# "]),
            ("configuration", &["8320(config)#", "sw1(config-if)# ", "sw1(config-lag-if)#"]),
        ],
        never: &["8320# show", PASSWORD, "-- MORE --, next page: Space, next line: Enter, quit: q"],
    },
    Table {
        platform: "aruba_wlc",
        modes: &[
            ("exec", &["(Aruba7005) >", "(wlc-1) *>"]),
            // A controller puts a blank before its sharp sign, which the definition takes for privileged exec.
            (
                "privileged_exec",
                &["(Aruba7005) #", "(wlc-1) *#", "(wlc-1) (config)#", "(wlc-1) (config) #", "R1(tcl)#"],
            ),
            ("configuration", &["(wlc-1) (config)#"]),
            ("tclsh", &["R1(tcl)#", "+>"]),
        ],
        never: &["(Aruba7005) # show", PASSWORD, "--More-- (q) quit (u) pageup (/) search (n) repeat"],
    },
    Table {
        platform: "cisco_aireos",
        modes: &[
            ("exec", &["(Cisco Controller) >", "(wlc-1.ams) >"]),
            ("configuration", &["(Cisco Controller) config>"]),
        ],
        never: &[
            "(Cisco Controller) >show",
            "User: ",
            PASSWORD,
            "--More-- or (q)uit",
            "(Cisco Controller) debug>",
        ],
    },
    Table {
        platform: "cisco_asa",
        modes: &[
            ("exec", &["fw1> ", "fw1/pri/act> "]),
            ("privileged_exec", &["fw1# ", "fw1/pri/act# "]),
            ("configuration", &["fw1(config)# ", "fw1/pri/act(config-if)# "]),
        ],
        never: &["fw1# show", PASSWORD, "<--- More --->"],
    },
    Table {
        platform: "cisco_cbs",
        modes: &[
            ("exec", &["switch1a2b3c>"]),
            ("privileged_exec", &["switch1a2b3c#", "sg350.ams#"]),
            ("configuration", &["switch1a2b3c(config)#", "sg350(config-if)#"]),
        ],
        never: &["switch1a2b3c#show", "User Name:", "More: <space>,  Quit: q or CTRL+Z, One line: <return> "],
    },
    Table {
        platform: "cisco_ftd",
        modes: &[
            ("exec", &["> "]),
            ("expert", &["admin@ftd1:~$ ", "admin@firepower:/ngfw$ "]),
            ("root", &["root@ftd1:~# ", "root@firepower:/home/admin# "]),
        ],
        never: &["> show version", PASSWORD, "admin@ftd1:~$ ls"],
    },
    Table {
        platform: "cisco_iosxe",
        modes: &[
            ("exec", &["R1>", "sw-1.ams> "]),
            ("privileged_exec", &["R1#", "sw-1.ams# "]),
            ("configuration", &["R1(config)#", "R1(config-if-range)#", "R1(ca-trustpoint)#"]),
            ("tclsh", &["R1(tcl)#", "+>"]),
        ],
        never: IOS_NEVER,
    },
    Table {
        platform: "cisco_iosxr",
        modes: &[
            ("privileged_exec", &["RP/0/RP0/CPU0:R1#", "RP/0/RSP0/CPU0:core-1.ams# "]),
            ("configuration", &["RP/0/RP0/CPU0:R1(config)#", "RP/0/RSP0/CPU0:R1(config-bgp-nbr)#"]),
            ("configuration_exclusive", &["RP/0/RP0/CPU0:R1(config)#", "RP/0/RSP0/CPU0:R1(config-bgp-nbr)#"]),
        ],
        never: &[
            "RP/0/RP0/CPU0:R1#show",
            "Uncommitted changes found, commit them before exiting(yes/no/cancel)? [cancel]:",
            PASSWORD,
        ],
    },
    Table {
        platform: "cisco_nxos",
        modes: &[
            ("exec", &["leaf-1> ", "leaf-1(maint-mode)>"]),
            ("privileged_exec", &["leaf-1# ", "leaf-1(maint-mode)# "]),
            ("configuration", &["leaf-1(config)# ", "leaf-1(config-if)#", "leaf-1(maint-mode)(config)#"]),
            ("tclsh", &["leaf-1(config-tcl)# ", "> ", "leaf-1(maint-mode-tcl)#"]),
        ],
        never: &["leaf-1# show", "leaf-1(config-s)#", PASSWORD, "--More--"],
    },
    Table {
        platform: "cumulus_linux",
        modes: &[
            ("exec", &["cumulus@leaf1:mgmt:~$ ", "root@leaf1:mgmt:/home/cumulus# "]),
            ("root", &["root@leaf1:mgmt:/home/cumulus# "]),
        ],
        never: &["[sudo] password for cumulus: ", "cumulus@leaf1:mgmt:~$ ls"],
    },
    Table {
        platform: "cumulus_vtysh",
        modes: &[
            ("linux", &["cumulus@leaf1:mgmt:~$ "]),
            ("exec", &["leaf1# "]),
            ("configuration", &["leaf1(config)# "]),
        ],
        never: &["leaf1# show", "leaf1>"],
    },
    Table {
        platform: "datacom_dmos",
        modes: &[("exec", &["DM4370# ", "sw.ams#"]), ("configuration", &["DM4370(config)# "])],
        never: &["DM4370# show", PASSWORD, "--More--"],
    },
    Table {
        platform: "datacom_dmswitch",
        modes: &[("exec", &["DmSwitch3000#", "sw.ams#"]), ("configuration", &["DmSwitch3000(config)#"])],
        never: &["DmSwitch3000#show", PASSWORD, "--More--"],
    },
    Table {
        platform: "default",
        modes: &[("cli", &["R1#", "R1> ", "ops@web1:~$ ", "admin@mx1# "])],
        never: &[PASSWORD, "R1#show", "login: "],
    },
    Table {
        platform: "dell_emc",
        modes: &[
            ("exec", &["N1548>"]),
            ("privileged_exec", &["N1548#", "sw-1.ams#"]),
            ("configuration", &["N1548(config)#", "N1548(config-if-Gi1/0/1)#"]),
        ],
        never: &["N1548#show", PASSWORD, "--More-- or (q)uit"],
    },
    Table {
        platform: "dell_enterprisesonic",
        modes: &[
            ("linux", &["admin@sonic:~$ ", "root@sonic:/home/admin# "]),
            ("exec", &["sonic# "]),
            ("configuration", &["sonic(config)# ", "sonic(config-if-Ethernet0)# "]),
        ],
        never: &["sonic# show", PASSWORD, "--more--"],
    },
    Table {
        platform: "dlink_os",
        modes: &[
            ("exec", &["DES-3200-28:user#", "DGS-3120:3#"]),
            ("privileged_exec", &["DES-3200-28:admin#", "DGS-3120:5#"]),
            ("configuration", &["DES-3200-28:admin#", "DGS-3120:5#"]),
        ],
        never: &[
            "UserName:",
            "PassWord:",
            "DES-3200-28:admin#show",
            "CTRL+C ESC q Quit SPACE n Next Page ENTER Next Entry a All",
        ],
    },
    Table {
        platform: "edgecore_ecs",
        modes: &[
            ("privileged_exec", &["Console#", "ecs4100.ams#", "Console(config)#", "Console(config-if)#"]),
            ("configuration", &["Console(config)#", "Console(config-if)#"]),
        ],
        never: &["Console#show", "Username: ", "---More---"],
    },
    Table {
        platform: "eltex_esr",
        modes: &[
            ("exec", &["esr-20> "]),
            ("privileged_exec", &["esr-20# ", "esr.ams#"]),
            ("configuration", &["esr-20(config)# ", "esr-20(config-if-gi)# "]),
        ],
        never: &[
            "esr-20# show",
            "esr login: ",
            "More? Enter - next line; Space - next page; Q - quit; R - show the rest.",
        ],
    },
    Table {
        platform: "fortinet_fortios",
        modes: &[("exec", &["FGT60E # ", "fw-1 $ ", "FGT60E (console) # "])],
        never: &["FGT60E # get system status", "FGT60E login: ", "--More-- "],
    },
    Table {
        platform: "fortinet_wlc",
        modes: &[
            ("privileged_exec", &["wlc-1(15)# "]),
            ("configuration", &["wlc-1(15)(config)# ", "wlc-1(15)(config-essid)#"]),
        ],
        never: &["wlc-1# ", "wlc-1(15)# show", PASSWORD],
    },
    Table {
        platform: "hp_comware",
        modes: &[
            ("privileged_exec", &["<HPE>", "<sw-1.ams>", "<HPE> "]),
            ("configuration", &["[HPE]", "[sw-1-GigabitEthernet1/0/1]"]),
        ],
        never: &["<HPE>display", PASSWORD, "---- More ----", "Continue? [Y/N]:"],
    },
    Table {
        platform: "huawei_smartax",
        modes: &[
            ("exec", &["MA5800-X7>"]),
            ("privileged_exec", &["MA5800-X7#", "MA5800-X7(config)#", "MA5800-X7(config-if-gpon-0/1)#"]),
            ("configuration", &["MA5800-X7(config)#", "MA5800-X7(config-if-gpon-0/1)#"]),
            ("diagnose", &["MA5800-X7(diagnose)%%"]),
        ],
        never: &[
            ">>User name:",
            "---- More ( Press 'Q' to break ) ----",
            "{ <cr>|backplane<K>|frameid/slotid<S><Length 1-15> }:",
            "MA5800-X7#display",
        ],
    },
    Table {
        platform: "huawei_vrp",
        modes: &[
            ("privileged_exec", &["<HUAWEI>", "<sw-1.ams>", "HRP_M<fw1>"]),
            ("configuration", &["[HUAWEI]", "[~HUAWEI]", "[*HUAWEI-GE1/0/1]", "HRP_S[fw1]"]),
        ],
        never: &[
            "[V200R009C00SPC500]",
            "<HUAWEI>display",
            "  ---- More ----",
            "Are you sure to continue? [Y/N]:",
        ],
    },
    Table {
        platform: "ipinfusion_ocnos",
        modes: &[
            ("linux", &["root@OcNOS:~# ", "ocnos@leaf:/home#"]),
            ("exec", &["OcNOS>"]),
            ("privileged_exec", &["OcNOS#", "leaf-1.ams# ", "ocnos@leaf:/home#"]),
            ("configuration", &["OcNOS(config)#", "OcNOS(config-if)# "]),
        ],
        never: &["OcNOS#show", PASSWORD, "--More--"],
    },
    Table {
        platform: "juniper_junos",
        modes: &[
            ("exec", &["admin@mx1> ", "{master:0}\nadmin@qfx1> "]),
            ("configuration", &["admin@mx1# ", "{master:0}[edit]\nadmin@qfx1# "]),
            ("configuration_exclusive", &["admin@mx1# ", "{master:0}[edit]\nadmin@qfx1# "]),
            ("configuration_private", &["admin@mx1# ", "{master:0}[edit]\nadmin@qfx1# "]),
            ("shell", &["% ", "admin@mx1:~ $ "]),
            ("root_shell", &["root@mx1:~ # ", "root@mx1% ", "root@mx1:RE:0% "]),
        ],
        never: &[
            "admin@mx1> show",
            "---(more 35%)---",
            "Exit with uncommitted changes? [yes,no] (yes) ",
            PASSWORD,
        ],
    },
    Table {
        platform: "mikrotik_routeros",
        modes: &[("cli", &["[admin@MikroTik] > ", "[ops@gw-1.ams] /ip/address> ", "[admin@Mikro Tik] >"])],
        never: &["[admin@MikroTik] > /export", "Login: ", PASSWORD, "-- [Q quit|D dump|down]"],
    },
    Table {
        platform: "nokia_srlinux",
        modes: &[
            ("bash", &["bash-4.2$ ", "[admin@srl ~]$ "]),
            (
                "exec",
                &[
                    "--{ running }--[  ]--\nA:srl1# ",
                    "--{ + running }--[ interface ethernet-1/1 ]--\nA:srl1#",
                ],
            ),
            (
                "configuration",
                &[
                    "--{ candidate private private-admin }--[  ]--\nA:srl1# ",
                    "--{ * candidate private private-admin }--[ system name ]--\nA:srl1# ",
                ],
            ),
        ],
        never: &["--{ running }--[  ]--", PASSWORD],
    },
    Table {
        platform: "nokia_sros",
        modes: &[
            ("exec", &["[/]\nA:admin@node-2# ", "[/show router]\nB:admin@pe1#"]),
            (
                "configuration",
                &[
                    "(ex)[/]\nA:admin@node-2# ",
                    "*(ex)[/configure router \"Base\"]\nA:admin@node-2# ",
                    "!(pr)[/]\nA:admin@pe1#",
                ],
            ),
        ],
        never: &[
            "[/]",
            PASSWORD,
            "Press Q to quit, Enter to print next line or any other key to print next page.",
        ],
    },
    Table {
        platform: "nokia_sros_classic",
        modes: &[
            ("exec", &["A:pe1# ", "*A:pe1#", "B:pe-1.ams# "]),
            ("configuration", &["A:pe1>config# ", "*A:pe1>config>router>bgp# ", "*A:pe1>config>service$ "]),
        ],
        never: &["A:pe1# show", PASSWORD, "Press any key to continue (Q to quit)"],
    },
    Table {
        platform: "nokia_sros_classic_aram",
        modes: &[("exec", &["typ:isadmin># ", "leg:isadmin>configure# ", "isam$ "])],
        never: &[PASSWORD, "login: ", "typ:isadmin>#show"],
    },
    Table {
        platform: "paloalto_panos",
        modes: &[
            ("exec", &["admin@PA-220> ", "admin@fw1(active)> "]),
            ("configuration", &["admin@PA-220# ", "admin@fw1(active)# "]),
        ],
        never: &["admin@PA-220> show", "[edit]", "lines 1-23 ", PASSWORD],
    },
    Table {
        platform: "raisecom_ros",
        modes: &[
            ("exec", &["Raisecom>"]),
            ("privileged_exec", &["Raisecom#", "iscom.ams#"]),
            ("configuration", &["Raisecom(config)#", "Raisecom(config-port)#"]),
        ],
        never: &["Raisecom#show", "Login:", PASSWORD, " --More-- "],
    },
    Table {
        platform: "ruckus_fastiron",
        modes: &[
            ("exec", &["ICX7150-48 Switch>", "SSH@icx1>"]),
            (
                "privileged_exec",
                &[
                    "ICX7150-48 Switch#",
                    "SSH@icx1#",
                    "ICX7150-48 Switch(config)#",
                    "SSH@icx1(config-if-e1000-1/1/1)#",
                ],
            ),
            ("configuration", &["ICX7150-48 Switch(config)#", "SSH@icx1(config-if-e1000-1/1/1)#"]),
        ],
        never: &[
            "SSH@icx1#show",
            PASSWORD,
            "--More--, next page: Space, next line: Return key, quit: Control-c",
        ],
    },
    Table {
        platform: "ruckus_unleashed",
        modes: &[
            ("exec", &["ruckus> "]),
            ("privileged_exec", &["ruckus# "]),
            ("configuration", &["ruckus(config)# ", "ruckus(config-wlan)# "]),
            ("debug", &["ruckus(debug)# "]),
            ("ap_mode", &["ruckus(ap-mode)# "]),
        ],
        never: &["ruckus# show", "Please login: ", PASSWORD],
    },
    Table {
        platform: "ruijie_rgos",
        modes: &[
            ("exec", &["Ruijie>"]),
            ("privileged_exec", &["Ruijie#", "sw-1.ams#"]),
            ("configuration", &["Ruijie(config)#", "Ruijie(config-router)#"]),
        ],
        // The last one is a prompt, which the definition has no place for: a session knows it by the device's name.
        never: &["Ruijie#show version", PASSWORD, " --More-- ", "Ruijie(config-if-GigabitEthernet 0/1)#"],
    },
    Table {
        platform: "siemens_roxii",
        modes: &[
            ("privileged_exec", &["ruggedcom# "]),
            ("configuration", &["ruggedcom(config)# ", "ruggedcom(config-hostname)# "]),
        ],
        never: &["ruggedcom# show", "login: ", "--More--"],
    },
    Table {
        platform: "ubiquiti_edgeswitch",
        modes: &[
            ("exec", &["(UBNT) >"]),
            ("privileged_exec", &["(UBNT) #", "(es-24.ams) #"]),
            ("configuration", &["(UBNT) (Config)#", "(UBNT) (Interface 0/1)#"]),
        ],
        never: &["(UBNT) #show", "User:", "--More-- or (q)uit"],
    },
    Table {
        platform: "versa_flexvnf",
        modes: &[
            ("shell", &["[admin@versa: ~] $ "]),
            ("cli", &["admin@versa-cli> "]),
            ("configuration", &["admin@versa-cli(config)% "]),
        ],
        never: &["admin@versa-cli> show", "versa login: ", "--More--"],
    },
    Table {
        platform: "vyos_vyos",
        modes: &[
            ("privileged_exec", &["vyos@vyos:~$ ", "ops@gw-1:/config$"]),
            ("configuration", &["vyos@vyos# ", "ops@gw-1#"]),
        ],
        never: &["vyos@vyos:~$ show", "[edit]", "vyos login: ", ":"],
    },
    Table {
        platform: "zyxel_dslam",
        modes: &[("exec", &["ies-1248> ", "dslam#", "IES(config)# "])],
        never: &["ies-1248> show", "User name:", PASSWORD],
    },
];
