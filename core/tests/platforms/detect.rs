//! What the devices of each platform say of themselves, and what they are taken for.

use linecrew_core::platform::{Guess, Platforms, Said, Trace};
use proptest::prelude::*;

fn guesses(said: Said<'_>) -> Vec<Guess> {
    Platforms::default().detect(said)
}

/// The likeliest platform, if any is sure.
fn sure(said: Said<'_>) -> Option<String> {
    let best = guesses(said).into_iter().next()?;
    best.is_sure().then(|| best.platform.clone())
}

fn by_version(prompt: &str, show_version: &str) -> Option<String> {
    sure(Said { prompt, show_version, ..Said::default() })
}

#[test]
fn show_version_tells_each_platform() {
    for (platform, prompt, text) in [
        (
            "cisco_iosxe",
            "R1#",
            "Cisco IOS XE Software, Version 17.09.04a\nCisco IOS Software [Cupertino], ISR Software \
             (X86_64_LINUX_IOSD-UNIVERSALK9-M), Version 17.9.4a, RELEASE SOFTWARE (fc3)\n",
        ),
        (
            "cisco_iosxe",
            "sw1>",
            "Cisco IOS Software, C2960X Software (C2960X-UNIVERSALK9-M), Version 15.2(2)E6, RELEASE SOFTWARE (fc1)\n",
        ),
        (
            "cisco_iosxe",
            "old#",
            "Cisco Internetwork Operating System Software \nIOS (tm) C2600 Software (C2600-IK9S-M), Version 12.2(15)T\n",
        ),
        (
            "cisco_iosxr",
            "ios#",
            "Cisco IOS XR Software, Version 7.3.2\nCopyright (c) 2013-2021 by Cisco Systems, Inc.\n\nBuild Information:\n",
        ),
        (
            "cisco_nxos",
            "leaf-1# ",
            "Cisco Nexus Operating System (NX-OS) Software\nTAC support: http://www.cisco.com/tac\nSoftware\n  BIOS: version 05.45\n",
        ),
        (
            "cisco_asa",
            "fw1# ",
            "\nCisco Adaptive Security Appliance Software Version 9.16(3)19 \nSSP Operating System Version 2.10(1.211)\n",
        ),
        (
            "arista_eos",
            "sw1#",
            "Arista DCS-7050TX-64-R\nHardware version:    01.11\nSoftware image version: 4.28.3M\n",
        ),
        (
            "arista_eos",
            "sw1>",
            "Arista vEOS-lab\nHardware version: \nSerial number: SN-1\nSoftware image version: 4.30.1F\n",
        ),
        (
            "juniper_junos",
            "admin@mx1> ",
            "Hostname: mx1\nModel: mx240\nJunos: 20.4R3.8\nJUNOS OS Kernel 64-bit  [20210618.f43645e]\n",
        ),
        (
            "juniper_junos",
            "admin@srx> ",
            "Hostname: srx\nModel: srx210h\nJUNOS Software Release [12.1X46-D30.2]\n",
        ),
        (
            "frr",
            "R1# ",
            "FRRouting 8.4.4 (R1) on Linux(6.1.0-25-amd64).\nCopyright 1996-2005 Kunihiro Ishiguro, et al.\n",
        ),
        ("linux", "ops@web1:~$ ", "-bash: show: command not found\n"),
        ("linux", "$ ", "sh: 1: show: not found\n"),
        ("linux", "[ops@web1 ~]$ ", "bash: show: command not found...\n"),
    ] {
        assert_eq!(by_version(prompt, text).as_deref(), Some(platform), "{text}");
    }
}

#[test]
fn some_platforms_are_known_before_any_question() {
    let prompt = |prompt| sure(Said { prompt, ..Said::default() });
    assert_eq!(prompt("RP/0/RSP0/CPU0:core1#").as_deref(), Some("cisco_iosxr"));
    assert_eq!(prompt("{master:0}\nadmin@qfx1> ").as_deref(), Some("juniper_junos"));
    assert_eq!(prompt("fw1/pri/act> ").as_deref(), Some("cisco_asa"));
    let banner = |banner, prompt| sure(Said { banner, prompt, ..Said::default() });
    let frr = "\nHello, this is FRRouting (version 8.4.4).\nCopyright 1996-2005 Kunihiro Ishiguro, et al.\n";
    assert_eq!(banner(frr, "R1> ").as_deref(), Some("frr"));
    let nxos = "\nCisco Nexus Operating System (NX-OS) Software\nTAC support: http://www.cisco.com/tac\n";
    assert_eq!(banner(nxos, "leaf-1# ").as_deref(), Some("cisco_nxos"));
    let junos =
        "Last login: Mon Nov  2 10:00:00 2026\n--- JUNOS 20.4R3.8 Kernel 64-bit  JNPR-11.0-20210618\n";
    assert_eq!(banner(junos, "admin@mx1> ").as_deref(), Some("juniper_junos"));
    let ubuntu = "Welcome to Ubuntu 24.04.1 LTS (GNU/Linux 6.8.0-45-generic x86_64)\n";
    assert_eq!(banner(ubuntu, "ops@web1:~$ ").as_deref(), Some("linux"));
}

#[test]
fn a_prompt_that_many_have_is_not_enough_and_nothing_is_nothing() {
    for prompt in ["R1#", "R1> ", "sw1# ", "admin@box> "] {
        assert_eq!(sure(Said { prompt, ..Said::default() }), None, "{prompt}");
    }
    assert!(guesses(Said::default()).is_empty());
    assert!(
        guesses(Said { banner: "Welcome to ACME\n", prompt: "acme:1>", show_version: "ACME OS 4\n" })
            .is_empty()
    );
}

#[test]
fn words_that_a_banner_quotes_are_weighed_against_the_answer() {
    let said = Said {
        banner: "Hello, this is FRRouting (version 8.4.4).\n",
        prompt: "R1#",
        show_version: "Cisco IOS XE Software, Version 17.09.04a\n",
    };
    assert_eq!(sure(said), None, "both are as likely");
    let best = &guesses(said)[0];
    assert!((40..=60).contains(&best.sureness), "{best}");
}

#[test]
fn a_guess_says_why() {
    let guesses = guesses(Said { show_version: "FRRouting 8.4.4 (R1) on Linux.\n", ..Said::default() });
    assert_eq!(guesses[0].to_string(), "frr (98 % sure: \"FRRouting 8\")");
    assert_eq!(guesses[0].because, [(Trace::Version, "FRRouting 8".to_owned())]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_panics_and_all_shares_are_within_the_whole(
        banner in "[ -~\r\n\u{e9}\u{1f600}]{0,200}", prompt in "[ -~\n]{0,40}", show_version in "\\PC{0,100}",
    ) {
        let guesses = guesses(Said { banner: &banner, prompt: &prompt, show_version: &show_version });
        let sum: u32 = guesses.iter().map(|guess| u32::from(guess.sureness)).sum();
        prop_assert!(sum <= 100);
        prop_assert!(guesses.is_sorted_by(|a, b| a.sureness >= b.sureness));
    }
}
