//! A server that never reads, so that writes block once the buffers are full.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// More connections than the test has at a time, so that none is dropped while it is in use.
const KEPT: usize = 2 * super::THREADS;

pub(crate) struct Wall {
    pub(crate) addr: SocketAddr,
    stop: Arc<AtomicBool>,
    kept: Arc<Mutex<VecDeque<TcpStream>>>,
    thread: Option<JoinHandle<()>>,
}

impl Wall {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let addr = listener.local_addr().unwrap();
        let (stop, kept) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let (stopped, keep) = (Arc::clone(&stop), Arc::clone(&kept));
        let thread = std::thread::spawn(move || serve(&listener, &keep, &stopped));
        Self { addr, stop, kept, thread: Some(thread) }
    }

    /// Drops the connections that it holds; nobody uses them any more.
    pub(crate) fn clear(&self) {
        self.kept.lock().unwrap().clear();
    }
}

impl Drop for Wall {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.addr);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn serve(listener: &TcpListener, kept: &Mutex<VecDeque<TcpStream>>, stop: &AtomicBool) {
    while let Ok((socket, _)) = listener.accept() {
        if stop.load(Ordering::SeqCst) {
            return;
        }
        let mut kept = kept.lock().unwrap();
        kept.push_front(socket);
        kept.truncate(KEPT);
    }
}
