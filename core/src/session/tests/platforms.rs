//! The embedded platforms, each through a whole session as its vendor documents it: login, paging, a long reply, a refusal,
//! configuration with a refused line, the way out. FRRouting and a Linux shell are tested for real besides.

use super::*;

/// What the device says first, and to each line that is typed.
struct Story {
    platform: &'static str,
    greeting: &'static str,
    steps: &'static [(&'static str, &'static str)],
    /// The mode that the session opens in.
    home: &'static str,
    version: (&'static str, &'static str),
    /// A refused command, and the line that tells.
    refused: (&'static str, &'static str),
    /// Lines of configuration of which the second is refused.
    config: Option<[&'static str; 3]>,
}

const STORIES: &[Story] = &[
    Story {
        platform: "cisco_iosxr",
        greeting: "\r\n\r\n\r\nRP/0/RP0/CPU0:r1#",
        steps: &[
            ("terminal length 0\n", "terminal length 0\r\nSun Nov 22 14:05:12.123 UTC\r\nRP/0/RP0/CPU0:r1#"),
            (
                "terminal width 512\n",
                "terminal width 512\r\nSun Nov 22 14:05:12.223 UTC\r\nRP/0/RP0/CPU0:r1#",
            ),
            (
                "terminal exec prompt no-timestamp\n",
                "terminal exec prompt no-timestamp\r\nSun Nov 22 14:05:12 UTC\r\nRP/0/RP0/CPU0:r1#",
            ),
            ("show version\n", "show version\r\nCisco IOS XR Software, Version 7.5.2\r\n --More-- "),
            (" ", "\r          \rCopyright (c) 2013-2022 by Cisco Systems, Inc.\r\nRP/0/RP0/CPU0:r1#"),
            (
                "show foo\n",
                "show foo\r\n           ^\r\n% Invalid input detected at '^' marker.\r\nRP/0/RP0/CPU0:r1#",
            ),
            ("configure terminal\n", "configure terminal\r\nRP/0/RP0/CPU0:r1(config)#"),
            ("interface Loopback9\n", "interface Loopback9\r\nRP/0/RP0/CPU0:r1(config-if)#"),
            (
                "ip rooting\n",
                "ip rooting\r\n     ^\r\n% Invalid input detected at '^' marker.\r\nRP/0/RP0/CPU0:r1(config-if)#",
            ),
            ("clear\n", "clear\r\nRP/0/RP0/CPU0:r1(config)#"),
            (
                "end\n",
                "end\r\nUncommitted changes found, commit them before exiting(yes/no/cancel)? [cancel]:",
            ),
            ("no\n", "no\r\nRP/0/RP0/CPU0:r1#"),
            ("exit\n", "exit\r\n"),
        ],
        home: "privileged_exec",
        version: (
            "show version",
            "Cisco IOS XR Software, Version 7.5.2\nCopyright (c) 2013-2022 by Cisco Systems, Inc.",
        ),
        refused: ("show foo", "% Invalid input detected at '^' marker."),
        config: Some(["interface Loopback9", "ip rooting", "description x"]),
    },
    Story {
        platform: "cisco_nxos",
        greeting: "\r\nUser Access Verification\r\nlogin: ",
        steps: &[
            ("admin\n", "admin\r\nPassword: "),
            (
                "pw-1\n",
                "\r\n\r\nCisco Nexus Operating System (NX-OS) Software\r\nTAC support: http://www.cisco.com/tac\r\nsw1# ",
            ),
            ("terminal length 0\n", "terminal length 0\r\nsw1# "),
            ("terminal width 511\n", "terminal width 511\r\nsw1# "),
            ("show version\n", "show version\r\nCisco Nexus Operating System (NX-OS) Software\r\n--More--"),
            (" ", "\r        \r  NXOS: version 9.3(8)\r\nsw1# "),
            ("show foo\n", "show foo\r\n                ^\r\n% Invalid command at '^' marker.\r\nsw1# "),
            (
                "configure terminal\n",
                "configure terminal\r\nEnter configuration commands, one per line. End with CNTL/Z.\r\nsw1(config)# ",
            ),
            ("interface loopback9\n", "interface loopback9\r\nsw1(config-if)# "),
            (
                "descripton x\n",
                "descripton x\r\n                           ^\r\n% Invalid command at '^' marker.\r\nsw1(config-if)# ",
            ),
            ("end\n", "end\r\nsw1# "),
            ("exit\n", "exit\r\n"),
        ],
        home: "privileged_exec",
        version: ("show version", "Cisco Nexus Operating System (NX-OS) Software\n  NXOS: version 9.3(8)"),
        refused: ("show foo", "% Invalid command at '^' marker."),
        config: Some(["interface loopback9", "descripton x", "no shutdown"]),
    },
    Story {
        platform: "cisco_asa",
        greeting: "Type help or '?' for a list of available commands.\r\n\rfw1> ",
        steps: &[
            ("enable\n", "enable\r\nPassword: "),
            ("pw-2\n", "********\r\nfw1# "),
            ("terminal pager 0\n", "terminal pager 0\r\nfw1# "),
            (
                "show version\n",
                "show version\r\n\r\nCisco Adaptive Security Appliance Software Version 9.12(2)\r\n<--- More --->",
            ),
            (" ", "\r              \rfw1 up 5 days 3 hours\r\nfw1# "),
            (
                "show foo\n",
                "show foo\r\n          ^\r\nERROR: % Invalid input detected at '^' marker.\r\nfw1# ",
            ),
            (
                "configure terminal\n",
                "configure terminal\r\nfw1(config)# \r\n\r\n***************************** NOTICE *****************************\r\n\r\n\
                 Would you like to enable anonymous error reporting? [Y]es, [N]o, [A]sk later: ",
            ),
            ("A\n", "A\r\n\r\nYou will be reminded again in 7 days.\r\nfw1(config)# "),
            ("interface Ethernet0\n", "interface Ethernet0\r\nfw1(config-if)# "),
            (
                "nameeif x\n",
                "nameeif x\r\n     ^\r\nERROR: % Invalid input detected at '^' marker.\r\nfw1(config-if)# ",
            ),
            ("end\n", "end\r\nfw1# "),
            ("exit\n", "exit\r\n\r\nLogoff\r\n\r\n"),
        ],
        home: "privileged_exec",
        version: (
            "show version",
            "\nCisco Adaptive Security Appliance Software Version 9.12(2)\nfw1 up 5 days 3 hours",
        ),
        refused: ("show foo", "ERROR: % Invalid input detected at '^' marker."),
        config: Some(["interface Ethernet0", "nameeif x", "no shutdown"]),
    },
    Story {
        platform: "arista_eos",
        greeting: "\r\nLast login: Sun Nov 22 14:05:12 2026 from 192.0.2.9\r\nleaf1>",
        steps: &[
            ("enable\n", "enable\r\nleaf1#"),
            ("terminal length 0\n", "terminal length 0\r\nPagination disabled.\r\nleaf1#"),
            ("terminal width 32767\n", "terminal width 32767\r\nWidth set to 32767 columns.\r\nleaf1#"),
            ("show version\n", "show version\r\nArista DCS-7050TX-64-R\r\n\x1b[7m--More--\x1b[27m"),
            (" ", "\r\x1b[KSoftware image version: 4.26.4M\r\nleaf1#"),
            ("show foo\n", "show foo\r\n% Invalid input (at token 1: 'foo')\r\nleaf1#"),
            ("configure terminal\n", "configure terminal\r\nleaf1(config)#"),
            ("interface Loopback9\n", "interface Loopback9\r\nleaf1(config-if-Lo9)#"),
            ("descripton x\n", "descripton x\r\n% Invalid input\r\nleaf1(config-if-Lo9)#"),
            ("end\n", "end\r\nleaf1#"),
            ("exit\n", "exit\r\n"),
        ],
        home: "privileged_exec",
        version: ("show version", "Arista DCS-7050TX-64-R\nSoftware image version: 4.26.4M"),
        refused: ("show foo", "% Invalid input (at token 1: 'foo')"),
        config: Some(["interface Loopback9", "descripton x", "no shutdown"]),
    },
    Story {
        platform: "juniper_junos",
        greeting: "--- JUNOS 21.4R1.12 Kernel 64-bit\r\n{master:0}\r\nadmin@r1> ",
        steps: &[
            (
                "set cli complete-on-space off\n",
                "set cli complete-on-space off \r\nDisabling complete-on-space\r\n\r\n{master:0}\r\nadmin@r1> ",
            ),
            (
                "set cli screen-length 0\n",
                "set cli screen-length 0 \r\nScreen length set to 0\r\n\r\n{master:0}\r\nadmin@r1> ",
            ),
            (
                "set cli screen-width 1024\n",
                "set cli screen-width 1024 \r\nScreen width set to 1024\r\n\r\n{master:0}\r\nadmin@r1> ",
            ),
            ("show version\n", "show version \r\nHostname: r1\r\n---(more 35%)---"),
            (" ", "\r                                        \rModel: mx960\r\n---(more)---"),
            (
                " ",
                "\r                                        \rJunos: 21.4R1.12\r\n\r\n{master:0}\r\nadmin@r1> ",
            ),
            (
                "show foo\n",
                "show foo \r\n          ^\r\nsyntax error, expecting <command>.\r\n\r\n{master:0}\r\nadmin@r1> ",
            ),
            (
                "configure\n",
                "configure \r\nEntering configuration mode\r\n\r\n{master:0}[edit]\r\nadmin@r1# ",
            ),
            ("set system host-name r9\n", "set system host-name r9 \r\n\r\n{master:0}[edit]\r\nadmin@r1# "),
            (
                "set sytem services\n",
                "set sytem services \r\n          ^\r\nsyntax error.\r\n\r\n{master:0}[edit]\r\nadmin@r1# ",
            ),
            ("rollback 0\n", "rollback 0 \r\nload complete\r\n\r\n{master:0}[edit]\r\nadmin@r1# "),
            (
                "exit configuration-mode\n",
                "exit configuration-mode \r\nExiting configuration mode\r\n\r\n{master:0}\r\nadmin@r1> ",
            ),
            ("exit\n", "exit \r\n"),
        ],
        home: "exec",
        version: ("show version", "Hostname: r1\nModel: mx960\nJunos: 21.4R1.12"),
        refused: ("show foo", "syntax error, expecting <command>."),
        config: Some(["set system host-name r9", "set sytem services", "commit"]),
    },
    Story {
        platform: "linux",
        greeting: "Linux srv1 6.1.0 #1 SMP x86_64\r\nLast login: Sun Nov 22 14:05:12 2026\r\nops@srv1:~$ ",
        steps: &[
            (
                "export PAGER=cat SYSTEMD_PAGER=cat GIT_PAGER=cat\n",
                "export PAGER=cat SYSTEMD_PAGER=cat GIT_PAGER=cat\r\nops@srv1:~$ ",
            ),
            (
                "cat /etc/os-release\n",
                "cat /etc/os-release\r\nPRETTY_NAME=\"Debian\"\r\nVERSION_ID=\"12\"\r\nops@srv1:~$ ",
            ),
            ("uptme\n", "uptme\r\n-bash: uptme: command not found\r\nops@srv1:~$ "),
            ("exit\n", "exit\r\nlogout\r\n"),
        ],
        home: "exec",
        version: ("cat /etc/os-release", "PRETTY_NAME=\"Debian\"\nVERSION_ID=\"12\""),
        refused: ("uptme", "-bash: uptme: command not found"),
        config: None,
    },
];

fn play(story: &Story, chunk: usize) {
    let Story { platform, greeting, steps, home, version, refused, config } = story;
    let device = steps.iter().fold(Scripted::new(greeting), |device, (typed, said)| device.step(typed, said));
    let device = device.chunk(chunk);
    let mut session =
        open_as(platform, &device, &target()).unwrap_or_else(|error| panic!("{platform}: {error}"));
    assert_eq!(session.mode(), Some(*home), "{platform}");
    let prompt = session.prompt().to_owned();

    let reply = session.send_command(version.0).unwrap_or_else(|error| panic!("{platform}: {error}"));
    assert!(reply.ok(), "{platform}: {:?}", reply.failure);
    assert_eq!((reply.text.as_str(), reply.prompt.as_str()), (version.1, &*prompt), "{platform}");

    let reply = session.send_command(refused.0).unwrap();
    let failure = reply.failure.unwrap_or_else(|| panic!("{platform}: {}", reply.text));
    assert_eq!((failure.cause, failure.line.as_str()), (FailureCause::Refused, refused.1), "{platform}");

    if let Some(lines) = config {
        let stop = SendOptions::default().stop_on_failed();
        let replies =
            session.send_configs_with(lines, &stop).unwrap_or_else(|error| panic!("{platform}: {error}"));
        assert_eq!(replies.first_failed().map(|(at, _)| at), Some(1), "{platform}: {replies:?}");
        assert_eq!(replies.not_sent, lines[2..], "{platform}");
        assert_eq!((session.mode(), session.prompt()), (Some(*home), &*prompt), "{platform}");
    }
    session.close();
    let typed: String = steps.iter().map(|(typed, _)| *typed).collect();
    assert_eq!(device.written(), typed, "{platform}");
}

#[test]
fn each_platform_is_followed_from_its_login_to_its_end() {
    for story in STORIES {
        for chunk in [1, 5, 4096] {
            play(story, chunk);
        }
    }
}
