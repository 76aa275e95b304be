//! Telnet, to a far end that doubles 0xFF and offers nothing.

use linecrew_core::transport::Target;
use linecrew_testkit::contract::{FarEnd, Fixture, Near};
use linecrew_testkit::contract_tests;
use linecrew_transports::telnet::TelnetConnector;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};

struct Telnet;

impl Fixture for Telnet {
    fn near(&self, far_end: FarEnd) -> Near {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let target = target(&listener);
        std::thread::spawn(move || {
            let (socket, _) = listener.accept().unwrap();
            socket.set_nodelay(true).unwrap();
            // Fails where the client is gone first, as it may be.
            let _ = far_end.play(Escaped { socket, halved: false });
        });
        Near::new(TelnetConnector::new(), target)
    }

    /// A listener whose queue is full answers nobody.
    #[cfg(target_os = "linux")]
    fn stuck(&self) -> Option<Near> {
        use rustix::net::{AddressFamily, SocketType};
        let listener = rustix::net::socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
        rustix::net::bind(&listener, &"127.0.0.1:0".parse::<std::net::SocketAddr>().unwrap()).unwrap();
        rustix::net::listen(&listener, 0).unwrap();
        let listener = TcpListener::from(listener);
        let waiting = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        Some(Near::new(TelnetConnector::new(), target(&listener)).keeping((listener, waiting)))
    }

    /// Line ends are translated.
    fn avoids(&self) -> &[u8] {
        b"\r\n"
    }
}

fn target(listener: &TcpListener) -> Target {
    Target::new("127.0.0.1").name("r1").port(listener.local_addr().unwrap().port())
}

/// Data on a telnet connection without commands: each 0xFF stands there twice (RFC 854).
struct Escaped {
    socket: TcpStream,
    /// The first half of such a pair is read.
    halved: bool,
}

impl Read for Escaped {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.socket.read(buf)?;
            let mut kept = 0;
            for at in 0..count {
                self.halved = buf[at] == 0xff && !self.halved;
                if !self.halved {
                    buf[kept] = buf[at];
                    kept += 1;
                }
            }
            // None kept of some is no end of the stream.
            if kept > 0 || count == 0 {
                return Ok(kept);
            }
        }
    }
}

impl Write for Escaped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let doubled = bytes.iter().flat_map(|&byte| std::iter::repeat_n(byte, 1 + usize::from(byte == 0xff)));
        self.socket.write_all(&doubled.collect::<Vec<_>>())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}

contract_tests!(Telnet);

/// A port that speaks no telnet.
mod raw {
    use super::*;
    use linecrew_core::transport::TelnetOptions;

    struct Raw;

    impl Fixture for Raw {
        fn near(&self, far_end: FarEnd) -> Near {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let mut options = TelnetOptions::default();
            options.raw = Some(true);
            let target = target(&listener).telnet(options);
            std::thread::spawn(move || {
                let (socket, _) = listener.accept().unwrap();
                socket.set_nodelay(true).unwrap();
                // Fails where the client is gone first, as it may be.
                let _ = far_end.play(socket);
            });
            Near::new(TelnetConnector::new(), target)
        }

        /// Line ends are translated, when they are sent.
        fn avoids(&self) -> &[u8] {
            b"\n"
        }
    }

    contract_tests!(Raw);
}
