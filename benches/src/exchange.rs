//! What two sides sent each other, recorded once and replayed by bare system calls.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The client's part of a session that goes the same way each time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// How many bytes of the server's had come, and what was sent then.
    sent: Vec<(usize, Vec<u8>)>,
    /// How many bytes of the server's came in all.
    received: usize,
}

impl Exchange {
    /// Runs a session of `client`'s with `server` through an address in between, and records it.
    pub fn record(server: SocketAddr, client: impl FnOnce(SocketAddr)) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let between = listener.local_addr().expect("it is bound");
        std::thread::scope(|scope| {
            let recorder = scope.spawn(move || {
                let near = listener.accept().expect("the client").0;
                relay(&near, &TcpStream::connect(server).expect("the server"))
            });
            client(between);
            recorder.join().expect("no panic")
        })
    }

    /// The same session with nothing but blocking system calls, each read and write as large as can be.
    pub fn replay(&self, server: SocketAddr) -> io::Result<()> {
        let mut socket = TcpStream::connect(server)?;
        socket.set_nodelay(true)?;
        let mut received = 0;
        for (due, bytes) in &self.sent {
            receive(&mut socket, &mut received, *due)?;
            socket.write_all(bytes)?;
        }
        receive(&mut socket, &mut received, self.received)
    }
}

fn receive(socket: &mut TcpStream, received: &mut usize, due: usize) -> io::Result<()> {
    let mut buf = [0; 8 * 1024];
    while *received < due {
        match socket.read(&mut buf)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => *received += count,
        }
    }
    Ok(())
}

/// Passes on what comes, until the client has done.
fn relay(near: &TcpStream, far: &TcpStream) -> Exchange {
    // Counted before it is passed on: what the client sends can then only answer bytes that were counted.
    let received = AtomicUsize::new(0);
    let mut sent = Vec::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            pass_on(far, near, |bytes| _ = received.fetch_add(bytes.len(), Ordering::SeqCst));
        });
        pass_on(near, far, |bytes| sent.push((received.load(Ordering::SeqCst), bytes.to_vec())));
        // Fails only where the server has ended it already.
        let _ = far.shutdown(Shutdown::Both);
    });
    Exchange { sent, received: received.into_inner() }
}

fn pass_on(mut from: &TcpStream, mut to: &TcpStream, mut note: impl FnMut(&[u8])) {
    let mut buf = [0; 8 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buf) {
        note(&buf[..count]);
        if to.write_all(&buf[..count]).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Greets, and says "done" to each word of four letters.
    fn serve(listener: &TcpListener, sessions: usize) {
        for _ in 0..sessions {
            let mut socket = listener.accept().unwrap().0;
            socket.write_all(b"hello").unwrap();
            let mut word = [0; 4];
            while socket.read_exact(&mut word).is_ok() {
                socket.write_all(b"done").unwrap();
            }
        }
    }

    #[test]
    fn a_session_is_replayed_as_it_was_recorded() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let server = listener.local_addr().unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| serve(&listener, 2));
            let exchange = Exchange::record(server, |between| {
                let mut socket = TcpStream::connect(between).unwrap();
                socket.read_exact(&mut [0; 5]).unwrap();
                for word in [b"walk", b"talk"] {
                    socket.write_all(word).unwrap();
                    socket.read_exact(&mut [0; 4]).unwrap();
                }
            });
            let sent = vec![(5, b"walk".to_vec()), (9, b"talk".to_vec())];
            assert_eq!(exchange, Exchange { sent, received: 13 });
            exchange.replay(server).unwrap();
        });
    }
}
