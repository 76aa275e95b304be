//! What inetd does: a process for each connection, with the socket as its input and output.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

/// A port of loopback; the processes end with it.
pub(crate) struct Inetd {
    pub(crate) addr: SocketAddr,
    stop: Arc<AtomicBool>,
    server: Option<JoinHandle<()>>,
}

impl Inetd {
    /// Runs what `command` gives for each connection.
    pub(crate) fn start(command: impl Fn() -> Command + Send + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let addr = listener.local_addr().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let server = std::thread::spawn(move || serve(&listener, &command, &stopped));
        Self { addr, stop, server: Some(server) }
    }
}

impl Drop for Inetd {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the thread; it has gone already only where it failed.
        let _ = TcpStream::connect(self.addr);
        let _ = self.server.take().map(JoinHandle::join);
    }
}

fn serve(listener: &TcpListener, command: &impl Fn() -> Command, stop: &AtomicBool) {
    let mut children = Vec::new();
    while let Ok((socket, _)) = listener.accept() {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        children.push(spawn(&mut command(), socket));
    }
    for mut child in children {
        // Most have ended by themselves.
        let _ = child.kill();
        child.wait().unwrap();
    }
}

fn spawn(command: &mut Command, socket: TcpStream) -> Child {
    let socket = OwnedFd::from(socket);
    let input = socket.try_clone().unwrap();
    command.stdin(input).stdout(socket).stderr(Stdio::null()).spawn().unwrap()
}
