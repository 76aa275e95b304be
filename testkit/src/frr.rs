//! FRRouting's own command line (VTY), as its daemons serve it on telnet.

use crate::action::Action;
use crate::candidate::Hold;
use crate::device::LoginStyle;
use crate::facts::Choices;
use crate::node::Node;
use crate::platform::{
    Command, EnableWords, LoginWords, Mode, PagerStyle, Platform, Refusals, Refused, TelnetStyle,
};
use crate::running::Interface;

const VIEW: &str = "view";
const ENABLED: &str = "enable";
const CONFIG: &str = "config";
const CONFIG_IF: &str = "config-if";

impl Platform {
    /// FRRouting, as the zebra daemon shows it.
    ///
    /// On telnet it asks for a password alone, and pages only for a client that tells its window; on SSH it is the
    /// shell of a privileged user.
    pub fn frr() -> Self {
        Self {
            name: "frr".into(),
            modes: modes(),
            usual_login: LoginStyle::Password,
            user_mode: VIEW.into(),
            exec_mode: ENABLED.into(),
            config_mode: CONFIG.into(),
            commands: commands(),
            login: login(),
            enable: enable(),
            pager: Some(pager()),
            refusals: refusals(),
            telnet: TELNET,
            ssh_is_privileged: true,
            starts_privileged: false,
            stamps: false,
            interfaces: vec![Interface::new("eth0", &["ip address {address}/24"]), Interface::new("lo", &[])],
            interface_types: Vec::new(),
            choices: Choices::new(&["FDO", "FGL", "FLM", "FOC"], &["8.4.4"], &["x86_64"]),
            candidate: None,
        }
    }
}

fn login() -> LoginWords {
    LoginWords {
        hello: "\nHello, this is FRRouting (version 8.4.4).\nCopyright 1996-2005 Kunihiro Ishiguro, et al.\n"
            .into(),
        greeting: "\n\nUser Access Verification\n\n".into(),
        welcome: "".into(),
        username: "Username: ".into(),
        password: "Password: ".into(),
        refused_login: Refused { again: "".into(), for_good: "% Bad passwords, too many failures!\n".into() },
        refused_password: Refused {
            again: "".into(),
            for_good: "% Bad passwords, too many failures!\n".into(),
        },
    }
}

fn enable() -> EnableWords {
    EnableWords {
        password: "Password: ".into(),
        refused: Refused {
            again: "".into(),
            for_good: "% Bad enable passwords, too many failures!\n".into(),
        },
        own_password: false,
        closes: true,
        unset: None,
    }
}

/// A NUL follows the prompt.
fn pager() -> PagerStyle {
    PagerStyle {
        prompt: " --More-- \0".into(),
        erase: "\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08          \x08\x08\x08\x08\x08\x08\x08\x08\x08\x08"
            .into(),
        follows_window: true,
        any_key_continues: true,
    }
}

/// WILL ECHO, WILL SGA, DONT LINEMODE, DO NAWS (RFC 857, 858, 1184, 1073).
const TELNET: TelnetStyle = TelnetStyle {
    offers: &[255, 251, 1, 255, 251, 3, 255, 254, 34, 255, 253, 31],
    offers_before_prompt: true,
};

fn modes() -> Vec<Mode> {
    vec![
        Mode { name: VIEW.into(), prompt: "{hostname}> ".into(), above: None, inherits: false },
        Mode { name: ENABLED.into(), prompt: "{hostname}# ".into(), above: None, inherits: false },
        Mode {
            name: CONFIG.into(),
            prompt: "{hostname}(config)# ".into(),
            above: Some(ENABLED.into()),
            inherits: false,
        },
        Mode {
            name: CONFIG_IF.into(),
            prompt: "{hostname}(config-if)# ".into(),
            above: Some(CONFIG.into()),
            inherits: true,
        },
    ]
}

fn commands() -> Vec<Command> {
    const ANY: &[&str] = &[VIEW, ENABLED];
    const PRIVILEGED: &[&str] = &[ENABLED];
    const ANY_CONFIG: &[&str] = &[CONFIG, CONFIG_IF];
    const GLOBAL: &[&str] = &[CONFIG];
    const INTERFACE: &[&str] = &[CONFIG_IF];
    vec![
        Command::new("show version", ANY, Action::Report(version)),
        Command::new("show interface brief", ANY, Action::Report(interface_brief)),
        Command::new("show running-config", PRIVILEGED, Action::Report(running_config)),
        Command::new("terminal length NUMBER", ANY, Action::PageLength),
        Command::new("enable", ANY, Action::Enable),
        Command::new("disable", ANY, Action::Disable),
        Command::new("exit", ANY, Action::Exit),
        Command::new("quit", ANY, Action::Exit),
        Command::new("configure terminal", PRIVILEGED, Action::Configure("".into(), Hold::Shared)),
        Command::new("do LINE", ANY_CONFIG, Action::Do),
        Command::new("end", ANY_CONFIG, Action::End),
        Command::new("exit", ANY_CONFIG, Action::Exit),
        Command::new("quit", ANY_CONFIG, Action::Exit),
        Command::new("hostname WORD", GLOBAL, Action::Hostname),
        Command::new("interface LINE", GLOBAL, Action::Interface(CONFIG_IF.into())),
        Command::new("ip route LINE", GLOBAL, Action::Configured),
        Command::new("log syslog WORD", GLOBAL, Action::Configured),
        Command::new("no LINE", GLOBAL, Action::Unconfigured),
        Command::new("description LINE", INTERFACE, Action::Configured),
        Command::new("ip address WORD", INTERFACE, Action::Configured),
        Command::new("shutdown", INTERFACE, Action::Configured),
        Command::new("no LINE", INTERFACE, Action::Unconfigured),
    ]
}

fn refusals() -> Refusals {
    Refusals {
        ambiguous: "% Ambiguous command.\n".into(),
        incomplete: "% Command incomplete.\n".into(),
        invalid: "% [ZEBRA] Unknown command: {line}\n".into(),
    }
}

fn version(node: &Node) -> String {
    format!(
        "FRRouting 8.4.4 ({}) on Linux(6.1.0-25-amd64).\n\
         Copyright 1996-2005 Kunihiro Ishiguro, et al.\n\
         configured with:\n    '--prefix=/usr' '--sysconfdir=/etc/frr' '--enable-vtysh' '--enable-multipath=256'\n",
        node.running().hostname
    )
}

fn interface_brief(node: &Node) -> String {
    let row = |name: &str, status: &str, address: &str| {
        format!("{name:<15} {status:<8} default         {address}\n")
    };
    let heading = "Interface       Status  VRF             Addresses\n\
                   ---------       ------  ---             ---------\n";
    node.running().interfaces().iter().fold(heading.to_owned(), |text, interface| {
        let status = if interface.is_shut_down() { "down" } else { "up" };
        text + &row(&interface.name, status, interface.value("ip address").unwrap_or_default())
    })
}

fn running_config(node: &Node) -> String {
    let body = node.running().text();
    format!("\nCurrent configuration:\n!\nfrr version 8.4.4\nfrr defaults traditional\n!\n{body}!\nend\n")
}
