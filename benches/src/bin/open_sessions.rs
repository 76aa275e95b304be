//! 3,000 SSH and 3,000 telnet sessions open at once in this process; the devices are in another process.
//!
//! `cargo run --release -p linecrew-benches --features sessions --bin open_sessions`
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::cast_precision_loss,
    reason = "a program that prints figures"
)]

use linecrew_benches::{Bar, Client, Devices, Table, process, serve_if_asked, show_version, verdict};
use linecrew_core::session::Session;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::Barrier;
use std::thread::Scope;
use std::time::Instant;

const SESSIONS: usize = 3000;
/// The threads that hold all sessions of a kind, where not each has one of its own.
const FEW: usize = 64;
/// What tells this program how many threads hold the sessions of a kind.
const THREADS: &str = "OPEN_SESSIONS_THREADS";

fn main() {
    serve_if_asked();
    let sessions =
        std::env::args().nth(1).map_or(SESSIONS, |count| count.parse().expect("a number of sessions"));
    if let Ok(threads) = std::env::var(THREADS) {
        return measure(sessions, threads.parse().expect("a number of threads"));
    }
    println!("## {sessions} SSH and {sessions} telnet sessions open at once\n");
    // Each in a process of its own, which has no memory from the one before.
    for threads in [FEW, sessions] {
        let mut again = Command::new(std::env::current_exe().expect("this program has a path"));
        let status = again.arg(sessions.to_string()).env(THREADS, threads.to_string()).status();
        assert!(status.expect("this program can be started").success(), "{threads} threads");
    }
}

fn measure(sessions: usize, threads: usize) {
    let devices = Devices::start();
    let threads = threads.min(sessions);
    let own = threads == sessions;
    let (ssh, telnet) = (if own { Client::ssh_to_hold() } else { Client::ssh() }, Client::telnet());
    // What the first session of all makes is no session's.
    ssh.visit(devices.ssh).expect("a session");
    telnet.visit(devices.telnet).expect("a session");

    let kinds = [
        Kind { name: "SSH", client: &ssh, device: devices.ssh, most_kb: 120.0 },
        Kind { name: "telnet", client: &telnet, device: devices.telnet, most_kb: 60.0 },
    ];
    let opened = kinds.each_ref().map(|_| Barrier::new(threads + 1));
    let all_open = Barrier::new(2 * threads + 1);
    let figures: Vec<_> = std::thread::scope(|scope| {
        let holders = |kind, opened| Holders { kind, opened, all_open: &all_open, sessions, threads };
        let open = |(kind, opened)| Figures::of(sessions, || holders(kind, opened).open(scope));
        let figures = kinds.iter().zip(&opened).map(open).collect();
        all_open.wait();
        figures
    });
    let holders = if own { "a thread each".to_owned() } else { format!("{threads} threads") };
    let mut table =
        Table::new(&["sessions", "held by", "seconds to open", "KB each", "file descriptors each"]);
    for (kind, figures) in kinds.iter().zip(&figures) {
        table.row([
            kind.name.to_owned(),
            holders.clone(),
            format!("{:.1}", figures.seconds),
            format!("{:.1}", figures.kb),
            format!("{:.2}", figures.files),
        ]);
    }
    table.print();
    for (kind, figures) in kinds.iter().zip(&figures) {
        verdict(&format!("{}, KB each, {holders}", kind.name), figures.kb, Bar::AtMost(kind.most_kb));
        verdict(&format!("{}, file descriptors each, {holders}", kind.name), figures.files, Bar::AtMost(2.0));
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

/// Those who hold the sessions of a kind.
#[derive(Clone, Copy)]
struct Holders<'a> {
    kind: &'a Kind<'a>,
    opened: &'a Barrier,
    all_open: &'a Barrier,
    sessions: usize,
    threads: usize,
}

impl<'a> Holders<'a> {
    /// Opens the sessions, waits until all have run a command, and leaves them open.
    fn open<'scope>(self, scope: &'scope Scope<'scope, '_>)
    where
        'a: 'scope,
    {
        for thread in 0..self.threads {
            // As many as there are, over all threads.
            let own = self.sessions / self.threads + usize::from(thread < self.sessions % self.threads);
            scope.spawn(move || self.hold(own));
        }
        self.opened.wait();
    }

    /// Holds so many sessions. Once all are open, each runs one more command.
    fn hold(self, own: usize) {
        let mut sessions: Vec<Session> = (0..own).map(|_| self.session()).collect();
        self.opened.wait();
        self.all_open.wait();
        for session in &mut sessions {
            show_version(session).expect("a reply");
        }
        sessions.into_iter().for_each(Session::close);
    }

    fn session(self) -> Session {
        let mut session = self.kind.client.log_in(self.kind.device).expect("a session");
        show_version(&mut session).expect("a reply");
        session
    }
}
