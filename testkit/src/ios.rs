//! Cisco IOS-XE: modes, commands and wording.

use crate::action::Action;
use crate::candidate::Hold;
use crate::clock;
use crate::device::LoginStyle;
use crate::facts::Choices;
use crate::node::Node;
use crate::platform::{
    Command, EnableWords, LoginWords, Mode, PagerStyle, Platform, Refusals, Refused, TelnetStyle,
};
use crate::running::Interface;
use crate::show_version;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

const USER: &str = "user";
const EXEC: &str = "exec";
const CONFIG: &str = "config";
const CONFIG_IF: &str = "config-if";

impl Platform {
    /// Cisco IOS-XE, as a router shows it.
    pub fn cisco_iosxe() -> Self {
        Self {
            name: "cisco_iosxe".into(),
            modes: modes(),
            usual_login: LoginStyle::UserPassword,
            user_mode: USER.into(),
            exec_mode: EXEC.into(),
            config_mode: CONFIG.into(),
            commands: commands(),
            login: login(),
            enable: enable(),
            pager: Some(pager()),
            refusals: refusals(),
            telnet: TelnetStyle::USUAL,
            ssh_is_privileged: false,
            starts_privileged: false,
            stamps: false,
            interfaces: interfaces(),
            interface_types: INTERFACE_TYPES.iter().map(|kind| Cow::Borrowed(*kind)).collect(),
            choices: Choices::new(
                &["FDO", "FGL", "FLM", "FOC"],
                &["17.03.08a", "17.06.06", "17.09.04a", "17.09.05", "17.12.03"],
                &["ISR4321/K9", "ISR4331/K9", "ISR4351/K9", "ISR4431/K9"],
            ),
            candidate: None,
        }
    }
}

fn login() -> LoginWords {
    LoginWords {
        hello: "".into(),
        greeting: "\nUser Access Verification\n\n".into(),
        welcome: "".into(),
        username: "Username: ".into(),
        password: "Password: ".into(),
        refused_login: Refused {
            again: "% Login invalid\n\n".into(),
            for_good: "% Login invalid\n\n".into(),
        },
        refused_password: Refused { again: "".into(), for_good: "% Bad passwords\n".into() },
    }
}

fn enable() -> EnableWords {
    EnableWords {
        password: "Password: ".into(),
        refused: Refused { again: "% Access denied\n".into(), for_good: "% Bad secrets\n\n".into() },
        own_password: false,
        closes: false,
        unset: Some("% No password set\n".into()),
    }
}

/// The eraser goes back over nine of the prompt's ten columns and blanks eight, as a real one's does: the first and
/// the last column are blank already.
fn pager() -> PagerStyle {
    PagerStyle {
        prompt: " --More-- ".into(),
        erase: "\x08\x08\x08\x08\x08\x08\x08\x08\x08        \x08\x08\x08\x08\x08\x08\x08\x08\x08".into(),
        follows_window: false,
        any_key_continues: false,
    }
}

const INTERFACE_TYPES: &[&str] =
    &["GigabitEthernet", "TenGigabitEthernet", "Loopback", "Port-channel", "Tunnel", "Vlan"];

fn refusals() -> Refusals {
    Refusals {
        ambiguous: "% Ambiguous command:  \"{line}\"\n".into(),
        incomplete: "% Incomplete command.\n\n".into(),
        invalid: "{caret}\n% Invalid input detected at '^' marker.\n\n".into(),
    }
}

const SAVED: &str = "Building configuration...\n[OK]\n";
const DESTINATION: &str = "Destination filename [startup-config]? ";
const CLEAR_COUNTERS: &str = "Clear \"show interface\" counters on all interfaces [confirm]";
const ERASE: &str = "Erasing the nvram filesystem will remove all configuration files! Continue? [confirm]";

fn confirmed(words: &'static str, modes: &[&'static str], question: &'static str, then: Action) -> Command {
    Command::new(words, modes, Action::Ask(question.into(), Arc::new(then)))
}

fn modes() -> Vec<Mode> {
    vec![
        Mode { name: USER.into(), prompt: "{hostname}>".into(), above: None, inherits: false },
        Mode { name: EXEC.into(), prompt: "{hostname}#".into(), above: None, inherits: false },
        Mode {
            name: CONFIG.into(),
            prompt: "{hostname}(config)#".into(),
            above: Some(EXEC.into()),
            inherits: false,
        },
        Mode {
            name: CONFIG_IF.into(),
            prompt: "{hostname}(config-if)#".into(),
            above: Some(CONFIG.into()),
            inherits: true,
        },
    ]
}

fn commands() -> Vec<Command> {
    const ANY_EXEC: &[&str] = &[USER, EXEC];
    const PRIVILEGED: &[&str] = &[EXEC];
    const ANY_CONFIG: &[&str] = &[CONFIG, CONFIG_IF];
    const GLOBAL: &[&str] = &[CONFIG];
    const INTERFACE: &[&str] = &[CONFIG_IF];
    let words = "Enter configuration commands, one per line.  End with CNTL/Z.\n";
    let configure = Action::Configure(words.into(), Hold::Shared);
    vec![
        Command::new("show version", ANY_EXEC, Action::Report(show_version::ios_xe)),
        Command::new("show clock", ANY_EXEC, Action::Report(|_| format!("*{}\n", clock::now()))),
        Command::new("show inventory", ANY_EXEC, Action::Report(inventory)),
        Command::new("show ip interface brief", ANY_EXEC, Action::Report(ip_interface_brief)),
        Command::new("show ip access-lists", ANY_EXEC, Action::Report(ip_access_lists)),
        Command::new("show users", ANY_EXEC, Action::Report(users)),
        Command::new("show running-config", PRIVILEGED, Action::Report(running_config)),
        Command::new("terminal length NUMBER", ANY_EXEC, Action::PageLength),
        Command::new("terminal width NUMBER", ANY_EXEC, Action::Accept),
        Command::new("enable", ANY_EXEC, Action::Enable),
        Command::new("disable", ANY_EXEC, Action::Disable),
        Command::new("exit", ANY_EXEC, Action::Logout),
        Command::new("logout", ANY_EXEC, Action::Logout),
        Command::new("quit", ANY_EXEC, Action::Logout),
        Command::new("configure terminal", PRIVILEGED, configure),
        Command::new("do LINE", ANY_CONFIG, Action::Do),
        Command::new("end", ANY_CONFIG, Action::End),
        Command::new("exit", ANY_CONFIG, Action::Exit),
        confirmed("reload", PRIVILEGED, "Proceed with reload? [confirm]", Action::Reload),
        confirmed("write erase", PRIVILEGED, ERASE, Action::Erase),
        confirmed("clear counters", PRIVILEGED, CLEAR_COUNTERS, Action::Accept),
        confirmed("copy running-config startup-config", PRIVILEGED, DESTINATION, Action::Save(SAVED.into())),
        Command::new("write memory", PRIVILEGED, Action::Save(SAVED.into())),
        Command::new("hostname WORD", GLOBAL, Action::Hostname),
        Command::new("banner WORD LINE", GLOBAL, Action::MultiLine),
        Command::new("interface LINE", GLOBAL, Action::Interface(CONFIG_IF.into())),
        Command::new("access-list NUMBER LINE", GLOBAL, Action::Configured),
        Command::new("ip domain name WORD", GLOBAL, Action::Configured),
        Command::new("ip route LINE", GLOBAL, Action::Configured),
        Command::new("logging host WORD", GLOBAL, Action::Configured),
        Command::new("ntp server WORD", GLOBAL, Action::Configured),
        Command::new("snmp-server LINE", GLOBAL, Action::Configured),
        Command::new("no LINE", GLOBAL, Action::Unconfigured),
        Command::new("description LINE", INTERFACE, Action::Configured),
        Command::new("ip address WORD WORD", INTERFACE, Action::Configured),
        Command::new("shutdown", INTERFACE, Action::Configured),
        Command::new("no LINE", INTERFACE, Action::Unconfigured),
    ]
}

fn interfaces() -> Vec<Interface> {
    let named = |number: u8| {
        let name = format!("GigabitEthernet0/0/{number}");
        match number {
            0 | 1 => Interface::new(&name, &["ip address {address} 255.255.255.0", "negotiation auto"]),
            _ => Interface::new(&name, &["shutdown", "negotiation auto"]),
        }
    };
    (0..4).map(named).collect()
}

fn running_config(node: &Node) -> String {
    let running = node.running().text();
    let version = node.device().facts().version.get(..5).unwrap_or("17.09").replace(".0", ".");
    let header = format!("!\nversion {version}\nservice timestamps log datetime msec\n!\n");
    let body =
        format!("{header}{running}!\nline con 0\nline vty 0 15\n transport input telnet ssh\n!\nend\n\n");
    format!("Building configuration...\n\nCurrent configuration : {} bytes\n{body}", body.len())
}

fn inventory(node: &Node) -> String {
    let facts = node.device().facts();
    let product = facts.hardware.trim_end_matches("/K9");
    format!(
        "NAME: \"Chassis\", DESCR: \"Cisco {product} Chassis\"\n\
         PID: {:<18}, VID: V04  , SN: {}\n\n\
         NAME: \"module 0\", DESCR: \"Cisco {product} Built-In NIM controller\"\n\
         PID: {:<18}, VID:      , SN:           \n\n",
        facts.hardware, facts.serial, facts.hardware
    )
}

fn ip_interface_brief(node: &Node) -> String {
    let heading = row(["Interface", "IP-Address", "OK?", "Method", "Status", "Protocol"]);
    let running = node.running();
    running.interfaces().iter().fold(heading, |text, interface| text + &brief_row(interface))
}

fn ip_access_lists(node: &Node) -> String {
    let mut lists = BTreeMap::<u16, Vec<String>>::new();
    for statement in node.running().statements() {
        let list = statement.strip_prefix("access-list ").and_then(|list| list.split_once(' '));
        if let Some((Ok(number), entry)) = list.map(|(number, entry)| (number.parse(), entry)) {
            lists.entry(number).or_default().push(entry.to_owned());
        }
    }
    lists.iter().map(|(number, entries)| access_list(*number, entries)).collect()
}

fn access_list(number: u16, entries: &[String]) -> String {
    let is_extended = matches!(number, 100..=199 | 2000..=2699);
    let kind = if is_extended { "Extended" } else { "Standard" };
    let heading = format!("{kind} IP access list {number}\n");
    (1..).zip(entries).fold(heading, |text, (place, entry)| {
        let entry = match entry.split(' ').collect::<Vec<_>>()[..] {
            [verb, network, wildcard] if !is_extended => {
                format!("{verb} {network}, wildcard bits {wildcard}")
            }
            _ => entry.clone(),
        };
        text + &format!("    {place}0 {entry}\n")
    })
}

fn brief_row(interface: &Interface) -> String {
    let address = interface.value("ip address").and_then(|value| value.split(' ').next());
    let method = if address.is_some() { "NVRAM" } else { "unset" };
    let (status, protocol) =
        if interface.is_shut_down() { ("administratively down", "down") } else { ("up", "up") };
    row([&interface.name, address.unwrap_or("unassigned"), "YES", method, status, protocol])
}

fn row([interface, address, ok, method, status, protocol]: [&str; 6]) -> String {
    format!("{interface:<22} {address:<15} {ok} {method:<6} {status:<21} {protocol}\n")
}

fn users(node: &Node) -> String {
    let rows = (0..node.counters().sessions_open.max(1)).map(|line| {
        let mark = if line == 0 { '*' } else { ' ' };
        format!(
            "{mark} {:>3} vty {line:<5} {:<10} idle                 00:00:00\n",
            line + 2,
            node.device().username
        )
    });
    let heading = "    Line       User       Host(s)              Idle       Location\n".to_owned();
    rows.fold(heading, |text, row| text + &row)
}
