//! Every promise of a transport, kept by this one.

use linecrew_core::cx::Cx;
use linecrew_core::transport::{Connector, Target, Transport, TransportError};
use linecrew_testkit::contract::{FarEnd, Fixture, Near};
use pty_transport::PtyConnector;
use std::io::Read;
use std::os::unix::net::UnixListener;
use std::sync::Mutex;

struct Terminals;

impl Fixture for Terminals {
    fn near(&self, far_end: FarEnd) -> Near {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("alive");
        let listener = UnixListener::bind(&path).unwrap();
        let program = std::env::current_exe().unwrap().with_file_name("../examples/far_end");
        let args = [far_end.script().to_string(), path.to_str().unwrap().to_owned()];
        let connector = PtyConnector::new(program.to_str().unwrap(), args);
        let far_end = Mutex::new(Some(far_end));
        Near::new(Watched { connector, listener, far_end }, Target::new("r1")).keeping(folder)
    }
}

/// Lets the suite know when the program has ended: its socket is closed then.
struct Watched {
    connector: PtyConnector,
    listener: UnixListener,
    far_end: Mutex<Option<FarEnd>>,
}

impl Connector for Watched {
    fn connect(&self, target: &Target, cx: &Cx) -> Result<Box<dyn Transport>, TransportError> {
        let transport = self.connector.connect(target, cx)?;
        let (mut alive, _) = self.listener.accept().unwrap();
        let far_end = self.far_end.lock().unwrap().take();
        std::thread::spawn(move || {
            let _ = alive.read(&mut [0]);
            drop(far_end);
        });
        Ok(transport)
    }
}

linecrew_testkit::contract_tests!(Terminals);
