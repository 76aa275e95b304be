//! What is left of a dropped lab. Alone in its process, so that no other test takes the ports that become free.
#![cfg(all(feature = "ssh", feature = "telnet"))]
#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use linecrew_testkit::{Lab, RunningDevice};
use std::io::Read;
use std::net::TcpStream;

#[test]
fn a_dropped_lab_ends_its_sessions_and_closes_its_ports() {
    let lab = Lab::builder().devices(2).start().unwrap();
    let addrs: Vec<_> = lab.devices().iter().map(RunningDevice::addr).collect();
    let mut clients: Vec<_> = addrs.iter().map(|addr| TcpStream::connect(addr).unwrap()).collect();
    for client in &mut clients {
        client.read_exact(&mut [0]).unwrap();
    }
    assert_eq!((lab.counters().sessions_opened, lab.counters().sessions_open), (2, 2));
    let nodes: Vec<_> = lab.devices().iter().map(|device| device.node().clone()).collect();
    drop(lab);
    assert!(nodes.iter().all(|node| node.counters().sessions_open == 0), "every task has ended");
    for client in &mut clients {
        // It returns at the end of the stream or at a reset; either says that the device has hung up.
        let _ = client.read_to_end(&mut Vec::new());
    }
    assert!(addrs.iter().all(|addr| TcpStream::connect(addr).is_err()), "nobody listens any more");
}
