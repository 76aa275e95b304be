//! The program that the contract suite finds at the other end of the terminal.
//!
//! Arguments: the script, and a socket to hold for as long as this process lives.

use linecrew_testkit::contract::Script;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;

struct Terminal;

impl Read for Terminal {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        io::stdin().read(buf)
    }
}

impl Write for Terminal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::stdout().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(script), Some(socket)) = (args.next(), args.next()) else { return Err("two arguments".into()) };
    let _alive = UnixStream::connect(socket)?;
    Ok(script.parse::<Script>()?.play(Terminal)?)
}
