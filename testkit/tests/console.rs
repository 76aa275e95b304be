//! What a client sees of a device's command line, by behaviour: IOS-XE first, FRRouting below. No I/O.
#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use linecrew_testkit::{Console, Device, Entry, Fault, LoginStyle, Node};
use proptest::prelude::*;
use std::sync::Arc;

fn open(device: Device) -> Console {
    open_on(&device.power_on())
}

fn open_on(node: &Arc<Node>) -> Console {
    let mut console = Console::new(node, Entry::Login);
    console.greet();
    console
}

/// A session in user exec, without a login.
fn exec() -> Console {
    open(Device::cisco_iosxe("R1").login(LoginStyle::None))
}

/// A session in privileged exec, without a login or paging.
fn privileged() -> Console {
    let mut console = open(Device::cisco_iosxe("R1").login(LoginStyle::None).privileged());
    typed(&mut console, "terminal length 0\n");
    console
}

fn typed(console: &mut Console, text: impl AsRef<[u8]>) -> String {
    String::from_utf8(console.input(text.as_ref())).unwrap()
}

#[test]
fn telnet_greets_and_asks_for_a_user_name() {
    let mut console = Console::new(&Device::cisco_iosxe("R1").power_on(), Entry::Login);
    assert_eq!(console.greet(), b"\r\nUser Access Verification\r\n\r\nUsername: ");
}

#[test]
fn a_banner_comes_first() {
    let node = Device::cisco_iosxe("R1").banner("no password is given here\n").power_on();
    let shown = String::from_utf8(Console::new(&node, Entry::Login).greet()).unwrap();
    assert!(shown.starts_with("no password is given here\r\n\r\nUser"), "{shown:?}");
}

#[test]
fn a_login_echoes_the_name_and_not_the_password() {
    let mut console = open(Device::cisco_iosxe("R1"));
    assert_eq!(typed(&mut console, "admin\r"), "admin\r\nPassword: ");
    assert_eq!(typed(&mut console, "admin\r"), "\r\nR1>");
}

#[test]
fn an_empty_user_name_is_asked_for_again() {
    assert_eq!(typed(&mut open(Device::cisco_iosxe("R1")), "\r"), "\r\nUsername: ");
}

#[test]
fn the_third_wrong_login_hangs_up() {
    let node = Device::cisco_iosxe("R1").power_on();
    let mut console = open_on(&node);
    for _ in 0..2 {
        let shown = typed(&mut console, "admin\nwrong\n");
        assert_eq!(shown, "admin\r\nPassword: \r\n% Login invalid\r\n\r\nUsername: ");
    }
    assert!(typed(&mut console, "admin\nwrong\n").ends_with("% Login invalid\r\n\r\n"));
    assert!(console.is_closed());
    assert_eq!(node.counters().logins_refused, 3);
}

#[test]
fn a_password_only_login_asks_thrice() {
    let mut console = open(Device::cisco_iosxe("R1").login(LoginStyle::Password));
    assert_eq!(typed(&mut console, "x\nx\n"), "\r\nPassword: \r\nPassword: ");
    assert_eq!(typed(&mut console, "x\n"), "\r\n% Bad passwords\r\n");
    assert!(console.is_closed());
}

#[test]
fn refused_logins_end_after_their_number() {
    let mut console = open(Device::cisco_iosxe("R1").fault(Fault::RefuseLogins(1)));
    assert!(typed(&mut console, "admin\nadmin\n").contains("% Login invalid"));
    assert!(typed(&mut console, "admin\nadmin\n").ends_with("R1>"));
}

#[test]
fn enable_takes_its_secret_unseen() {
    let mut console = exec();
    assert_eq!(typed(&mut console, "enable\n"), "enable\r\nPassword: ");
    assert_eq!(typed(&mut console, "enable\n"), "\r\nR1#");
    assert_eq!(typed(&mut console, "disable\n"), "disable\r\nR1>");
}

#[test]
fn a_wrong_enable_secret_is_denied_and_the_third_one_leads_back() {
    let mut console = exec();
    typed(&mut console, "enable\n");
    for _ in 0..2 {
        assert_eq!(typed(&mut console, "x\n"), "\r\n% Access denied\r\nPassword: ");
    }
    assert_eq!(typed(&mut console, "x\n"), "\r\n% Bad secrets\r\n\r\nR1>");
    assert!(!console.is_closed());
}

#[test]
fn without_an_enable_secret_there_is_no_way_up() {
    let mut console = open(Device::cisco_iosxe("R1").login(LoginStyle::None).no_enable_secret());
    assert_eq!(typed(&mut console, "enable\n"), "enable\r\n% No password set\r\nR1>");
}

#[test]
fn each_kind_of_line_end_ends_one_line() {
    for end in ["\r", "\n", "\r\n", "\r\0"] {
        let mut console = exec();
        assert_eq!(typed(&mut console, format!("disable{end}{end}")), "disable\r\nR1>\r\nR1>", "{end:?}");
    }
}

#[test]
fn a_line_end_split_over_two_inputs_is_one() {
    let mut console = exec();
    assert_eq!(typed(&mut console, "disable\r"), "disable\r\nR1>");
    assert_eq!(typed(&mut console, "\n"), "");
}

#[test]
fn backspace_and_line_erase_edit_the_line() {
    let mut console = exec();
    assert_eq!(typed(&mut console, "disablx\x7fe\n"), "disablx\x08 \x08e\r\nR1>");
    assert_eq!(typed(&mut console, "ab\x15"), "ab\x08 \x08\x08 \x08");
    assert_eq!(typed(&mut console, "\x08"), "", "nothing is left to erase");
}

#[test]
fn commands_may_be_abbreviated() {
    let mut console = privileged();
    let shown = typed(&mut console, "sh ver\n");
    assert!(shown.starts_with("sh ver\r\nCisco IOS XE Software") && shown.ends_with("R1#"), "{shown}");
}

#[test]
fn a_caret_stands_under_the_first_wrong_character() {
    let shown = typed(&mut exec(), "show verx\n");
    assert_eq!(
        shown,
        "show verx\r\n\
         \u{20}          ^\r\n\
         % Invalid input detected at '^' marker.\r\n\r\nR1>"
    );
}

#[test]
fn ambiguous_and_incomplete_commands_are_told_apart() {
    assert_eq!(typed(&mut exec(), "show i\n"), "show i\r\n% Ambiguous command:  \"show i\"\r\nR1>");
    assert_eq!(typed(&mut exec(), "show\n"), "show\r\n% Incomplete command.\r\n\r\nR1>");
}

#[test]
fn privileged_commands_do_not_exist_in_user_exec() {
    assert!(typed(&mut exec(), "configure terminal\n").contains("% Invalid input"));
    assert!(typed(&mut exec(), "show running-config\n").contains("% Invalid input"));
}

#[test]
fn output_is_paged_after_24_lines_until_told_otherwise() {
    let mut console = exec();
    let page = typed(&mut console, "show version\n");
    assert_eq!(page.matches("\r\n").count(), 1 + 24);
    assert!(page.ends_with("\r\n --More-- "));
    typed(&mut console, "q");
    typed(&mut console, "terminal length 0\n");
    let whole = typed(&mut console, "show version\n");
    assert!(!whole.contains("--More--") && whole.ends_with("R1>"));
}

#[test]
fn the_pager_erases_its_prompt_and_turns_a_page_or_a_line() {
    let mut console = exec();
    typed(&mut console, "show version\n");
    let eraser = format!("{0}{1}{0}", "\x08".repeat(9), " ".repeat(8));
    let page = typed(&mut console, " ");
    assert!(page.starts_with(&eraser) && page.ends_with(" --More-- "));
    assert_eq!(page.matches("\r\n").count(), 24);
    assert_eq!(typed(&mut console, "\r\n").matches("\r\n").count(), 1, "one line for one Enter");
    assert_eq!(typed(&mut console, "q"), format!("{eraser}R1>"));
}

#[test]
fn pages_put_together_are_the_whole_output() {
    let mut console = exec();
    let mut paged = typed(&mut console, "show version\n");
    while let Some(shown) = paged.strip_suffix(" --More-- ") {
        let eraser = format!("{0}{1}{0}", "\x08".repeat(9), " ".repeat(8));
        paged = shown.to_owned() + typed(&mut console, " ").strip_prefix(&eraser).unwrap();
    }
    typed(&mut console, "terminal length 0\n");
    assert_eq!(paged, typed(&mut console, "show version\n"));
}

#[test]
fn a_page_is_as_long_as_was_set() {
    let mut console = exec();
    typed(&mut console, "terminal length 5\n");
    assert_eq!(typed(&mut console, "show version\n").matches("\r\n").count(), 1 + 5);
}

#[test]
fn pipelined_lines_are_answered_in_order() {
    let mut console = exec();
    let shown = typed(&mut console, "terminal length 0\nterminal width 511\nshow clock\nexit\n");
    assert!(shown.starts_with("terminal length 0\r\nR1>terminal width 511\r\nR1>show clock\r\n*"), "{shown}");
    assert!(console.is_closed());
}

#[test]
fn configuration_changes_the_hostname_for_every_session() {
    let node = Device::cisco_iosxe("R1").login(LoginStyle::None).privileged().power_on();
    let (mut one, mut other) = (open_on(&node), open_on(&node));
    assert!(typed(&mut one, "conf t\n").ends_with("R1(config)#"));
    assert!(typed(&mut one, "hostname core-1\n").ends_with("core-1(config)#"));
    assert!(typed(&mut one, "end\n").ends_with("core-1#"));
    assert!(typed(&mut other, "\n").ends_with("core-1#"));
    typed(&mut other, "term len 0\n");
    assert!(typed(&mut other, "show run\n").contains("\r\nhostname core-1\r\n"));
    assert!(typed(&mut other, "show version\n").contains("\r\ncore-1 uptime is "));
}

#[test]
fn interface_configuration_shows_where_it_belongs() {
    let mut console = privileged();
    typed(&mut console, "conf t\n");
    assert!(typed(&mut console, "int gi 0/0/2\n").ends_with("R1(config-if)#"));
    typed(&mut console, "description to core\nip address 192.0.2.1 255.255.255.0\nno shutdown\n");
    assert!(
        typed(&mut console, "ntp server 10.0.0.1\n").ends_with("R1(config)#"),
        "a global command leads up"
    );
    assert!(typed(&mut console, "int lo0\n").ends_with("R1(config-if)#"));
    assert!(typed(&mut console, "exit\n").ends_with("R1(config)#"));
    let running = typed(&mut console, "do show run\n");
    assert!(
        running.contains("interface GigabitEthernet0/0/2\r\n negotiation auto\r\n description to core\r\n")
    );
    assert!(running.contains("\r\nntp server 10.0.0.1\r\n") && running.contains("interface Loopback0\r\n"));
    typed(&mut console, "end\n");
    let brief = typed(&mut console, "show ip int brief\n");
    assert!(brief.contains("GigabitEthernet0/0/2   192.0.2.1       YES NVRAM  up "), "{brief}");
}

#[test]
fn access_lists_are_shown_as_they_were_configured() {
    let mut console = privileged();
    assert_eq!(typed(&mut console, "show ip access-lists\n"), "show ip access-lists\r\nR1#");
    let lines = "access-list 101 permit tcp any any\naccess-list 10 permit 192.0.2.0 0.0.0.255\naccess-list 10 deny any\n";
    typed(&mut console, format!("conf t\n{lines}end\n"));
    assert_eq!(
        typed(&mut console, "sh ip access-l\n"),
        "sh ip access-l\r\nStandard IP access list 10\r\n    10 permit 192.0.2.0, wildcard bits 0.0.0.255\r\n    \
         20 deny any\r\nExtended IP access list 101\r\n    10 permit tcp any any\r\nR1#"
    );
}

#[test]
fn an_interface_that_cannot_exist_is_invalid() {
    let mut console = privileged();
    typed(&mut console, "conf t\n");
    let shown = typed(&mut console, "interface bogus1\n");
    assert!(shown.contains("\r\n                     ^\r\n% Invalid input"), "{shown}");
    assert!(shown.ends_with("R1(config)#"));
}

#[test]
fn control_z_leaves_configuration_and_control_c_drops_the_line() {
    let mut console = privileged();
    typed(&mut console, "conf t\n");
    assert_eq!(typed(&mut console, "\x1a"), "^Z\r\nR1#");
    assert_eq!(typed(&mut console, "relo\x03\n"), "relo^C\r\nR1#\r\nR1#");
}

#[test]
fn the_usual_show_commands_tell_of_the_device() {
    let node = Device::cisco_iosxe("R1").serial("FDO2417A1BC").login(LoginStyle::None).power_on();
    let mut console = open_on(&node);
    assert!(typed(&mut console, "show inventory\n").contains("SN: FDO2417A1BC\r\n"));
    assert!(typed(&mut console, "show users\n").contains("* "));
}

#[test]
fn a_reply_of_one_s_own_may_be_any_bytes_and_replaces_a_built_in_one() {
    let device = Device::cisco_iosxe("R1").login(LoginStyle::None);
    let mut console =
        open(device.command("show version", b"\xff\xfe old\n").command("show blob", [0x80, 0x81]));
    assert_eq!(console.input(b"show ver\n"), b"show ver\r\n\xff\xfe old\r\nR1>");
    assert_eq!(console.input(b"show blob\n"), b"show blob\r\n\x80\x81R1>");
}

#[test]
fn garbage_comes_before_each_reply() {
    let device = Device::cisco_iosxe("R1").login(LoginStyle::None).fault(Fault::Garbage(vec![0xc3, 0x28]));
    let shown = open(device).input(b"show clock\n");
    assert!(shown.starts_with(b"show clock\r\n\xc3\x28\r\n*"), "{shown:?}");
}

#[test]
fn any_bytes_at_all_are_survived() {
    let mut console = exec();
    let every: Vec<u8> = (0..=255).chain((0..=255).rev()).collect();
    console.input(&every);
    console.input(&vec![b'x'; 100_000]);
    assert!(typed(&mut console, "\x15disable\n").ends_with("disable\r\nR1>"));
}

#[test]
fn an_authenticated_session_starts_at_the_prompt() {
    let mut console = Console::new(&Device::cisco_iosxe("R1").power_on(), Entry::Authenticated);
    assert_eq!(console.greet(), b"\r\nR1>");
}

#[test]
fn an_exec_request_gets_the_bare_unpaged_reply() {
    let node = Device::cisco_iosxe("R1").power_on();
    let mut console = Console::new(&node, Entry::Authenticated);
    let shown = String::from_utf8(console.exec("show version")).unwrap();
    assert!(shown.starts_with("Cisco IOS XE Software") && shown.ends_with("0x2102\r\n\r\n"));
    assert!(console.is_closed());
}

#[test]
fn sessions_count_until_they_are_dropped() {
    let node = Device::cisco_iosxe("R1").power_on();
    let (one, _other) = (node.connect_in_memory(), node.connect_in_memory());
    drop(one);
    assert_eq!((node.counters().sessions_opened, node.counters().sessions_open), (2, 1));
}

#[test]
fn frr_asks_for_a_password_alone() {
    let node = Device::frr("R101").power_on();
    let mut console = Console::new(&node, Entry::Login);
    let greeting = String::from_utf8(console.greet()).unwrap();
    assert!(greeting.starts_with("\r\nHello, this is FRRouting") && greeting.ends_with("\r\n\r\nPassword: "));
    assert_eq!(typed(&mut console, "admin\n"), "\r\nR101> ");
    assert_eq!(typed(&mut console, "enable\nenable\n"), "enable\r\nPassword: \r\nR101# ");
    assert!(typed(&mut console, "conf t\n").ends_with("R101(config)# "));
}

#[test]
fn frr_closes_after_three_wrong_passwords_of_either_kind() {
    let mut console = open(Device::frr("R101"));
    assert!(typed(&mut console, "x\nx\nx\n").ends_with("% Bad passwords, too many failures!\r\n"));
    assert!(console.is_closed());
    let mut console = open(Device::frr("R101").login(LoginStyle::None));
    let shown = typed(&mut console, "enable\nx\nx\nx\n");
    assert!(shown.ends_with("% Bad enable passwords, too many failures!\r\n") && console.is_closed());
}

#[test]
fn frr_words_its_errors_its_own_way() {
    let mut console = open(Device::frr("R101").login(LoginStyle::None));
    assert_eq!(typed(&mut console, "foo bar\n"), "foo bar\r\n% [ZEBRA] Unknown command: foo bar\r\nR101> ");
    assert!(typed(&mut console, "show\n").contains("% Command incomplete."));
}

#[test]
fn frr_pages_only_for_a_client_that_told_its_window() {
    let long = "line\n".repeat(30);
    let node = Device::frr("R101").login(LoginStyle::None).command("show long", long).power_on();
    let mut console = open_on(&node);
    assert!(!typed(&mut console, "show long\n").contains("More"));
    console.window(10);
    let page = typed(&mut console, "show long\n");
    assert!(page.ends_with("line\r\n --More-- \0"));
    assert_eq!(page.matches("line\r\n").count(), 10);
    let next = typed(&mut console, "x");
    assert!(next.starts_with(&format!("{0}{1}{0}line\r\n", "\x08".repeat(10), " ".repeat(10))));
}

proptest! {
    /// Keys and line ends, at every mode and pager, cut anywhere.
    #[test]
    fn the_same_bytes_show_the_same_whatever_their_pieces(
        words in proptest::collection::vec(
            proptest::sample::select(vec![
                "admin\r\n", "enable\r\0", "enable\n", "show version\r\n", "conf t\n", "int lo1\n", "hostname x\n",
                "end\r", " ", "q", "\x03", "\x1a", "\x7f", "\u{fffd}", "terminal length 3\n", "disable\n", "\n",
            ]),
            0..40,
        ),
        size in 1..20_usize,
    ) {
        let input = words.concat();
        let whole = open(Device::cisco_iosxe("R1")).input(input.as_bytes());
        let mut console = open(Device::cisco_iosxe("R1"));
        let pieces: Vec<u8> = input.as_bytes().chunks(size).flat_map(|piece| console.input(piece)).collect();
        prop_assert_eq!(whole, pieces);
    }
}

#[test]
fn a_reload_asks_and_comes_up_with_what_was_saved() {
    let node = Device::cisco_iosxe("R1").login(LoginStyle::None).privileged().power_on();
    let session = || {
        let mut console = Console::new(&node, Entry::Login);
        console.greet();
        console
    };
    let (mut first, mut other) = (session(), session());
    first.input(b"conf t\nhostname R2\nend\nwrite memory\nconf t\nhostname R3\nend\n");
    let said = String::from_utf8(first.input(b"reload\nn\nrel\n")).unwrap();
    assert_eq!(said, "reload\r\nProceed with reload? [confirm]n\r\nR3#rel\r\nProceed with reload? [confirm]");
    first.input(b"\n");
    other.input(b"\n");
    assert!(first.is_closed() && other.is_closed(), "every session ends");
    assert_eq!(node.hostname(), "R2");
    session().input(b"write erase\n\nreload\n\n");
    assert_eq!(node.hostname(), "R1");
}
