//! What a byte of a reply costs, however long the reply is, and how often a session waits for its device.
//!
//! `cargo run --release -p linecrew-benches --features sessions --bin replies`
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::cast_precision_loss,
    reason = "a program that prints figures"
)]

use linecrew_benches::{Bar, Contender, CountingWaits, LongReply, Table, alternate, cx, process, verdict};
use linecrew_core::platform::Platform;
use linecrew_core::session::{SendOptions, Session};
use linecrew_core::transport::Target;
use linecrew_testkit::{Device, memory};

const SIZES: [(&str, usize); 4] =
    [("20 KB", 20 << 10), ("200 KB", 200 << 10), ("2 MB", 2 << 20), ("20 MB", 20 << 20)];
const ROUNDS: usize = 9;
/// Each round reads this much in all, so that short replies are measured as well as long ones.
const ALL: usize = 20 << 20;

fn main() {
    let mut contenders: Vec<Contender<'_, 1>> = Vec::new();
    for (name, size) in SIZES {
        let mut session = open(size);
        contenders.push(Contender::new(name, move || [nanoseconds_per_byte(&mut session, size)]));
    }
    let samples = alternate(&mut contenders, ROUNDS);
    println!("## The processor time of a reply\n");
    let mut table = Table::new(&["reply", "ns per byte"]);
    for sample in &samples {
        table.row([sample.name.clone(), format!("{:.2}", sample.median(0))]);
    }
    table.print();
    verdict("20 MB to 20 KB, per byte", samples[3].median(0) / samples[0].median(0), Bar::AtMost(1.0));

    println!("\n## How often a session waits for its device, in memory\n");
    let mut table = Table::new(&["session", "waits"]);
    for (what, device, bar) in [
        ("login, paging off, show version; privileged", device().privileged(), 5.0),
        ("login, enable, paging off, show version", device(), 7.0),
    ] {
        let waits = waits(device, |session| {
            session.send_command("show version").expect("a reply");
        });
        table.row([what.to_owned(), waits.to_string()]);
        verdict(what, waits as f64, Bar::AtMost(bar));
    }
    let lines: Vec<String> =
        (1..=255).map(|at| format!("ip route 192.0.2.{at} 255.255.255.255 Null0")).collect();
    for (what, options) in [
        ("255 lines of configuration, one by one", SendOptions::default()),
        ("255 lines of configuration, pipelined", SendOptions::default().pipelined(true)),
    ] {
        let waits = waits(device(), |session| {
            assert!(session.send_configs_with(&lines, &options).expect("replies").ok());
        });
        table.row([what.to_owned(), waits.to_string()]);
    }
    let shows = ["show version", "show clock", "show users", "show ip interface brief", "show inventory"];
    let waits = waits(device(), |session| {
        assert!(session.send_commands(shows).expect("replies").ok());
    });
    table.row(["5 commands that read".to_owned(), waits.to_string()]);
    println!();
    table.print();
}

fn open(size: usize) -> Session {
    let line = "interface GigabitEthernet1/0/24, address 192.0.2.17, line protocol is up, 17 packets\r\n";
    let reply = LongReply { line, lines: size / line.len() };
    let platform = Platform::builtin("cisco_iosxe").expect("built in");
    Session::builder(platform).open(&reply, &Target::new("R1"), &cx()).expect("a session")
}

fn nanoseconds_per_byte(session: &mut Session, size: usize) -> f64 {
    let before = process::cpu_time();
    let rounds = ALL / size;
    for _ in 0..rounds {
        let reply = session.send_command("show big").expect("a reply");
        assert!(reply.text.len() > size * 9 / 10);
    }
    process::cpu_time().saturating_sub(before).as_nanos() as f64 / (rounds * size) as f64
}

fn device() -> Device {
    Device::cisco_iosxe("R1")
}

fn waits(device: Device, visit: impl FnOnce(&mut Session)) -> usize {
    let target = device.target();
    let connector = CountingWaits::new(memory::connector([device.power_on()]));
    let platform = Platform::builtin("cisco_iosxe").expect("built in");
    let mut session = Session::builder(platform).open(&connector, &target, &cx()).expect("a session");
    visit(&mut session);
    session.close();
    connector.waits()
}
