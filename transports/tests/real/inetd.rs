//! What inetd does: a process for each connection, with the socket as its input and output.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// A port of loopback; the processes end with it.
pub(crate) struct Inetd {
    pub(crate) addr: SocketAddr,
    stop: Arc<AtomicBool>,
    server: Option<JoinHandle<()>>,
    /// Each the leader of a group, which has what it starts in turn.
    processes: Arc<Mutex<Vec<Child>>>,
}

impl Inetd {
    /// Runs what `command` gives for each connection.
    pub(crate) fn start(command: impl Fn() -> Command + Send + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let addr = listener.local_addr().unwrap();
        let (stop, processes) = (Arc::new(AtomicBool::new(false)), Arc::<Mutex<Vec<_>>>::default());
        let (stopped, started) = (Arc::clone(&stop), Arc::clone(&processes));
        let server = std::thread::spawn(move || serve(&listener, &command, &stopped, &started));
        Self { addr, stop, server: Some(server), processes }
    }

    /// How many connections there were.
    pub(crate) fn connections(&self) -> usize {
        self.processes.lock().unwrap().len()
    }

    /// Ends all connections as a crash does.
    pub(crate) fn kill(&self) {
        self.signal("-KILL");
    }

    /// Lets all connections fall silent.
    pub(crate) fn suspend(&self) {
        self.signal("-STOP");
    }

    fn signal(&self, signal: &str) {
        for process in &*self.processes.lock().unwrap() {
            let mut kill = Command::new("kill");
            kill.args([signal, "--", &format!("-{}", process.id())]);
            // Fails where the whole group has ended by itself.
            kill.stderr(Stdio::null()).status().unwrap();
        }
    }
}

impl Drop for Inetd {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the thread; it has gone already only where it failed.
        let _ = TcpStream::connect(self.addr);
        let _ = self.server.take().map(JoinHandle::join);
        self.kill();
        for process in &mut *self.processes.lock().unwrap() {
            process.wait().unwrap();
        }
    }
}

fn serve(
    listener: &TcpListener,
    command: &impl Fn() -> Command,
    stop: &AtomicBool,
    started: &Mutex<Vec<Child>>,
) {
    while let Ok((socket, _)) = listener.accept() {
        if stop.load(Ordering::SeqCst) {
            return;
        }
        started.lock().unwrap().push(spawn(&mut command(), socket));
    }
}

fn spawn(command: &mut Command, socket: TcpStream) -> Child {
    let socket = OwnedFd::from(socket);
    let input = socket.try_clone().unwrap();
    command.process_group(0).stdin(input).stdout(socket).stderr(Stdio::null()).spawn().unwrap()
}
