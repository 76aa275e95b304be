//! Servers that a test starts on loopback and that end with it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

/// Long enough for the slowest machine; nothing waits that long where all is well.
pub(crate) const LIMIT: Duration = Duration::from_mins(1);

/// A daemon in the foreground, killed and reaped when dropped.
pub(crate) struct Server {
    child: Child,
    what: String,
}

impl Server {
    pub(crate) fn start(command: &mut Command) -> Self {
        let what = format!("{command:?}");
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = quiet.spawn().unwrap_or_else(|error| panic!("{what}: {error}"));
        Self { child, what }
    }

    /// Asks `ready` until it has something, as long as the server runs.
    pub(crate) fn wait_until<T>(&mut self, mut ready: impl FnMut() -> io::Result<T>) -> T {
        let start = Instant::now();
        loop {
            let error = match ready() {
                Ok(found) => return found,
                Err(error) => error,
            };
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("{} ended: {status}", self.what);
            }
            assert!(start.elapsed() < LIMIT, "{} is not ready: {error}", self.what);
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn loopback(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

/// A port for a server that cannot choose one itself: free now, given to nobody else in this process, and below those
/// that the system gives to connections.
pub(crate) fn free_port() -> u16 {
    const FIRST: u16 = 20_000;
    const COUNT: u16 = 12_000;
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let offset = u16::try_from(std::process::id() % u32::from(COUNT)).unwrap();
    (0..COUNT)
        .map(|_| FIRST + offset.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % COUNT)
        .find(|port| TcpListener::bind(loopback(*port)).is_ok())
        .expect("no port is free")
}

/// Runs a program to its end and gives what it printed.
pub(crate) fn output_of(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {} {errors}", output.status);
    String::from_utf8(output.stdout).unwrap()
}
