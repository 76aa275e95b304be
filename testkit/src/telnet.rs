//! A simulated device's telnet server.

use crate::console::{Console, Entry};
use crate::meter::Seat;
use crate::negotiation::{Event, Negotiation, escaped};
use crate::node::Node;
use crate::wire::Wire;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Serves one client until either side hangs up. A client that is gone is no error here: nobody is left to tell.
pub(crate) async fn serve(socket: TcpStream, node: Arc<Node>, seat: Seat) {
    let _count = node.open_session();
    let mut wire = Wire::new(socket, &node, seat);
    let _ = match node.turns_away() {
        Some(words) => wire.write_all(words).await,
        None => converse(&mut wire, &node).await,
    };
    let _ = wire.shutdown().await;
}

async fn converse(wire: &mut Wire, node: &Arc<Node>) -> io::Result<()> {
    let device = node.device();
    let style = &device.platform.telnet;
    let mut negotiation = Negotiation::new(style);
    let mut console = Console::new(node, Entry::Login);
    // The connection is an input like any other: its answer, the greeting, comes one latency later.
    tokio::time::sleep(device.latency).await;
    let greeting = escaped(&console.greeting());
    let prompt = escaped(&console.first_prompt());
    let order: [&[u8]; 3] = if style.offers_before_prompt {
        [&greeting, style.offers, &prompt]
    } else {
        [style.offers, &greeting, &prompt]
    };
    wire.write_all(&order.concat()).await?;
    let mut buf = [0; 2048];
    while !console.is_closed() {
        if console.has_arrived() {
            wire.seat().logged_in();
        }
        let more = console.more();
        let count = match &more {
            // What goes on for ever must not keep the client from ending it.
            Some(said) => {
                wire.write_all(&escaped(said)).await?;
                match timeout(Duration::ZERO, wire.read(&mut buf)).await {
                    Ok(read) => read?,
                    Err(_) => continue,
                }
            }
            None => wire.read(&mut buf).await?,
        };
        if count == 0 {
            break;
        }
        let said = reply(&mut console, &mut negotiation, &buf[..count]);
        wire.write_all(&said).await?;
    }
    Ok(())
}

fn reply(console: &mut Console, negotiation: &mut Negotiation, input: &[u8]) -> Vec<u8> {
    let events = negotiation.receive(input);
    let mut said = negotiation.take_replies();
    for event in events {
        match event {
            Event::Data(typed) => said.extend(escaped(&console.input(&typed))),
            Event::Window(rows) => console.window(rows),
        }
    }
    said
}
