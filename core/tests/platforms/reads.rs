//! Which commands of each platform only read.

use linecrew_core::platform::Platform;

/// Platform, commands that only read, commands that do more or may do so.
const TABLE: &[(&str, &[&str], &[&str])] = &[
    (
        "cisco_iosxe",
        &[
            "show version",
            "sh ver",
            "show run | include x",
            "sh ip int br | i up|down",
            "show logging | exc a|b|c",
            "show run | section router bgp",
            "show ip bgp | b Network",
            "do sh run",
            "ping 192.0.2.1 source Lo0",
            "traceroute 192.0.2.1",
            "dir flash:",
            "more flash:x.cfg",
            "ter len 0",
            "terminal width 511",
            "show history",
        ],
        &[
            "show run | redirect flash:x",
            "show run | redir tftp://192.0.2.1/x",
            "show run | tee flash:x",
            "show run | append flash:x",
            "show run | include x | redirect flash:x",
            "show run > flash:x",
            "sh",
            "do wr",
            "wr",
            "write memory",
            "copy run start",
            "conf t",
            "configure terminal",
            "reload",
            "clear counters",
            "debug all",
            "delete flash:x",
            "no shutdown",
            "shutdown",
            "interface Gi1",
            "enable",
            "disable",
            "exit",
            "show version\nreload",
            "test aaa group radius x y",
            "tclsh",
            "te le 0",
            "t",
        ],
    ),
    (
        "cisco_iosxr",
        &[
            "show running-config router bgp",
            "sh bgp all all sum",
            "do show ip int br",
            "show configuration commit changes last 1",
            "show log | include \"a|b\" | exclude c",
            "show log | utility tail count 5",
            "ping 192.0.2.1",
        ],
        &[
            "show run | file disk0:x",
            "show log | include a | file disk0:x",
            "show log | include a|file disk0:x",
            "show log | utility sort x",
            "show tech-support",
            "sh tech isis",
            "commit",
            "conf",
            "admin reload location all",
            "run rm x",
        ],
    ),
    (
        "cisco_nxos",
        &[
            "show version | json",
            "sh int status | grep up",
            "show run | include \"ntp|snmp\" | count",
            "show run | section bgp | no-more",
            "sh mod",
        ],
        &[
            "show run > bootflash:x",
            "show run >> bootflash:x",
            "show version ; conf t",
            "show run | vsh",
            "show run | source x.py",
            "show run | email x",
            "show run | include a | vsh",
            "show run | include a|vsh",
            "show run | sed s/a/b/w x",
            "show run | awk 1",
            "show run | tee x",
            "copy running-config startup-config",
            "run bash",
            "guestshell",
        ],
    ),
    (
        "cisco_asa",
        &[
            "show run | grep a|b",
            "sh ver",
            "packet-tracer input inside tcp 10.0.0.1 1 10.0.0.2 2",
            "terminal pager 0",
            "show tech-support",
        ],
        &[
            "show tech-support file disk0:/x",
            "show run | redirect disk0:/x",
            "terminal width 511",
            "capture x",
            "wr mem",
            "clear conn",
        ],
    ),
    (
        "arista_eos",
        &[
            "show version | json",
            "sh int status | inc \"Et1|Et2\"",
            "show run | section bgp | no-more",
            "sh run | grep ntp",
        ],
        &[
            "show run > flash:x",
            "show run | redirect flash:x",
            "show run | tee flash:x",
            "show run | append flash:x",
            "show run | sudo reboot",
            "show run | include a|rm x",
            "show run | include $(reboot)",
            "bash rm x",
            "bash",
            "sh",
            "write",
        ],
    ),
    (
        "juniper_junos",
        &[
            "show",
            "show | compare",
            "show configuration | display set | match \"a|b\" | no-more",
            "show interfaces terse | match ge- | count",
            "run show version",
            "ping 192.0.2.1 count 5",
            "file list",
            "file show /var/log/messages | last 20",
            "set cli screen-length 0",
        ],
        &[
            "show configuration | save x",
            "show configuration | append x",
            "show configuration | tee x",
            "show configuration | display set | save x",
            "show configuration | match 'a|save x'",
            "show configuration | request message all",
            "set system host-name x",
            "commit",
            "rollback 1",
            "request system reboot",
            "file delete x",
            "configure",
            "delete interfaces",
            "start shell",
            "load override x",
            "run request system reboot",
            "test configuration x",
        ],
    ),
    (
        "frr",
        &["show running-config | include a|b", "sh ip bgp sum", "do show ip route", "ping 192.0.2.1"],
        &["show run | redirect x", "write", "copy x y", "conf t", "no router bgp", "clear bgp *"],
    ),
    (
        "linux",
        &[
            "cat /etc/hostname",
            "uname -a",
            "ip addr",
            "ip addr show dev eth0",
            "ls -l /tmp | grep 'a|b' | wc -l",
            "ps aux | grep \"sshd\"",
            "systemctl status frr",
        ],
        &[
            "ip addr add 10.0.0.1/8 dev eth0",
            "hostname x",
            "date -s 0",
            "cat x > y",
            "cat x | tee y",
            "cat x | sort -o y",
            "ls ; reboot",
            "ls && reboot",
            "ls || reboot",
            "cat $(reboot)",
            "cat `reboot`",
            "cat \\\n x",
            "ls !1",
            "ls \"'\" | rm \"'\"",
            "mount /dev/sda1 /mnt",
            "dmesg -C",
            "reboot",
            "sudo cat x",
            "grep x 'a' | xargs rm",
        ],
    ),
    (
        "generic",
        &["show version", "display version", "show log | include x", "ping 192.0.2.1"],
        &["sh ver", "dis cur", "show log | redirect x", "get system status", "reboot", "show version > x"],
    ),
];

#[test]
fn reads_are_told_from_all_else() {
    let mut wrong = Vec::new();
    for (name, reads, others) in TABLE {
        let platform = Platform::builtin(name).unwrap();
        wrong.extend(
            reads
                .iter()
                .filter(|line| !platform.is_read(line))
                .map(|line| format!("{name}: {line:?} is a read")),
        );
        wrong.extend(
            others
                .iter()
                .filter(|line| platform.is_read(line))
                .map(|line| format!("{name}: {line:?} is none")),
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_embedded_platform_is_in_the_table() {
    let missing: Vec<_> =
        Platform::builtin_names().filter(|name| !TABLE.iter().any(|(listed, ..)| listed == name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_steps_that_an_embedded_platform_sends_by_itself_are_reads() {
    for name in Platform::builtin_names() {
        let platform = Platform::builtin(name).unwrap();
        for step in ["terminal length 0", "terminal width 511"] {
            let is_sent = Platform::builtin_source(name).unwrap().contains(&format!("input: {step}\n"));
            assert!(!is_sent || platform.is_read(step) || name == "cisco_asa", "{name}: {step}");
        }
    }
}
