//! 3,000 SSH and 3,000 telnet sessions open at once in this process, each on a thread of its own; the devices are in
//! another process.
//!
//! `cargo run --release -p linecrew-benches --features sessions --bin open_sessions`
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::cast_precision_loss,
    reason = "a program that prints figures"
)]

use linecrew_benches::{Bar, Client, Devices, Table, process, serve_if_asked, show_version, verdict};
use std::net::SocketAddr;
use std::sync::Barrier;
use std::thread::Scope;
use std::time::Instant;

const SESSIONS: usize = 3000;

fn main() {
    serve_if_asked();
    let sessions =
        std::env::args().nth(1).map_or(SESSIONS, |count| count.parse().expect("a number of sessions"));
    let devices = Devices::start();
    let (ssh, telnet) = (Client::ssh(), Client::telnet());
    // What the first session of all makes is no session's.
    ssh.visit(devices.ssh).expect("a session");
    telnet.visit(devices.telnet).expect("a session");

    println!("## {sessions} SSH and {sessions} telnet sessions open at once\n");
    let kinds = [
        Kind { name: "SSH", client: &ssh, device: devices.ssh, most_kb: 120.0 },
        Kind { name: "telnet", client: &telnet, device: devices.telnet, most_kb: 60.0 },
    ];
    let opened = kinds.each_ref().map(|_| Barrier::new(sessions + 1));
    let all_open = Barrier::new(2 * sessions + 1);
    let figures: Vec<_> = std::thread::scope(|scope| {
        let open = |(kind, opened)| Figures::of(sessions, || open(scope, kind, sessions, opened, &all_open));
        let figures = kinds.iter().zip(&opened).map(open).collect();
        all_open.wait();
        figures
    });

    let mut table = Table::new(&["sessions", "seconds to open", "KB each", "file descriptors each"]);
    for (kind, figures) in kinds.iter().zip(&figures) {
        table.row([
            kind.name.to_owned(),
            format!("{:.1}", figures.seconds),
            format!("{:.1}", figures.kb),
            format!("{:.2}", figures.files),
        ]);
    }
    table.print();
    for (kind, figures) in kinds.iter().zip(&figures) {
        verdict(&format!("{}, KB each", kind.name), figures.kb, Bar::AtMost(kind.most_kb));
        verdict(&format!("{}, file descriptors each", kind.name), figures.files, Bar::AtMost(2.0));
    }
    println!();
}

/// Sessions of one transport.
struct Kind<'a> {
    name: &'a str,
    client: &'a Client,
    device: SocketAddr,
    most_kb: f64,
}

/// What sessions take, for each of them.
struct Figures {
    seconds: f64,
    kb: f64,
    files: f64,
}

impl Figures {
    fn of(sessions: usize, open: impl FnOnce()) -> Self {
        let (start, kb, files) = (Instant::now(), process::resident(), process::open_files());
        open();
        let each = |before: u64, after: u64| after.saturating_sub(before) as f64 / sessions as f64;
        Self {
            seconds: start.elapsed().as_secs_f64(),
            kb: each(kb, process::resident()),
            files: each(files, process::open_files()),
        }
    }
}

/// Opens sessions, waits until all have run a command, and leaves them open. Once `all_open`, each runs one more.
fn open<'scope>(
    scope: &'scope Scope<'scope, '_>,
    kind: &'scope Kind<'_>,
    sessions: usize,
    opened: &'scope Barrier,
    all_open: &'scope Barrier,
) {
    for _ in 0..sessions {
        scope.spawn(|| {
            let mut session = kind.client.log_in(kind.device).expect("a session");
            show_version(&mut session).expect("a reply");
            opened.wait();
            all_open.wait();
            show_version(&mut session).expect("a reply");
            session.close();
        });
    }
    opened.wait();
}
