//! The socket of a simulated device: a delay line in front, faults behind.

use crate::alarm::Alarm;
use crate::faults::{self, Outlet, Verdict};
use crate::lag::Lag;
use crate::meter::Seat;
use crate::node::Node;
use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

/// Bytes on their way are bounded, so that TCP holds a client back that never reads.
const MOST_ON_THE_WAY: usize = 64 * 1024;

/// A client's connection. What it sends is read one latency after it arrived: each chunk has its own time, so that
/// the delays of pipelined inputs do not add up.
pub(crate) struct Wire {
    /// Left before the socket is closed, so that no descriptor outlives it.
    seat: Arc<Seat>,
    socket: TcpStream,
    delay: Option<Delay>,
    drip: Option<Drip>,
    outlet: Outlet,
}

impl Wire {
    pub(crate) fn new(socket: TcpStream, node: &Node, seat: Seat) -> Self {
        let device = node.device();
        Self {
            seat: Arc::new(seat),
            socket,
            delay: Lag::of(device).map(Delay::new),
            drip: faults::drip(&device.faults).map(|every| Drip { every, due: None }),
            outlet: Outlet::new(&device.faults, device.seed),
        }
    }

    /// Its place in the meters.
    pub(crate) fn seat(&self) -> &Arc<Seat> {
        &self.seat
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.outlet.is_closed() {
            // Nothing read is the end of the stream: the session ends, and its socket closes.
            return Poll::Ready(Ok(()));
        }
        if this.outlet.is_hung() {
            return Poll::Pending;
        }
        match &mut this.delay {
            None => Pin::new(&mut this.socket).poll_read(cx, buf),
            Some(delay) => {
                delay.take_in(&mut this.socket, cx)?;
                delay.poll_give(cx, buf)
            }
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if bytes.is_empty() {
            return Poll::Ready(Ok(0));
        }
        let this = &mut *self;
        if let Some(drip) = this.drip.as_mut().filter(|_| this.outlet.at_start()) {
            ready!(drip.poll_due(cx));
        }
        match this.outlet.verdict(bytes) {
            Verdict::Lose => Poll::Ready(Ok(bytes.len())),
            Verdict::Close => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
            // Nothing wakes it: the task ends with the lab.
            Verdict::Hang => Poll::Pending,
            Verdict::Send(count) => {
                let sent = ready!(Pin::new(&mut this.socket).poll_write(cx, &bytes[..count]))?;
                this.outlet.sent(&bytes[..sent]);
                if let Some(drip) = &mut this.drip {
                    drip.due = None;
                }
                Poll::Ready(Ok(sent))
            }
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}

/// Chunks on their way, each with the time of its arrival.
struct Delay {
    lag: Lag,
    /// No bytes stand for the end of the stream.
    on_the_way: VecDeque<(Instant, Vec<u8>)>,
    bytes: usize,
    ended: bool,
    alarm: Alarm,
}

impl Delay {
    fn new(lag: Lag) -> Self {
        Self { lag, on_the_way: VecDeque::new(), bytes: 0, ended: false, alarm: Alarm::default() }
    }

    /// Sends what the socket has on its way.
    fn take_in(&mut self, socket: &mut TcpStream, cx: &mut Context<'_>) -> io::Result<()> {
        let mut space = [0; 4096];
        while !self.ended && self.bytes < MOST_ON_THE_WAY {
            let mut buf = ReadBuf::new(&mut space);
            match Pin::new(&mut *socket).poll_read(cx, &mut buf) {
                Poll::Pending => return Ok(()),
                Poll::Ready(read) => read?,
            }
            let chunk = buf.filled().to_vec();
            self.ended = chunk.is_empty();
            self.bytes += chunk.len();
            let due = self.due();
            self.on_the_way.push_back((due, chunk));
        }
        Ok(())
    }

    /// When a chunk that is sent now arrives: none overtakes another.
    fn due(&mut self) -> Instant {
        let due = Instant::now() + self.lag.next();
        self.on_the_way.back().map_or(due, |(before, _)| due.max(*before))
    }

    /// Hands out what has arrived. If nothing is on its way, the socket wakes the task; else the alarm does.
    fn poll_give(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let Some((due, chunk)) = self.on_the_way.front_mut() else {
            return if self.ended { Poll::Ready(Ok(())) } else { Poll::Pending };
        };
        ready!(self.alarm.poll_due(*due, cx));
        let count = chunk.len().min(buf.remaining());
        buf.put_slice(&chunk[..count]);
        chunk.drain(..count);
        self.bytes -= count;
        if chunk.is_empty() {
            self.on_the_way.pop_front();
        }
        Poll::Ready(Ok(()))
    }
}

/// The wait before each piece.
struct Drip {
    every: Duration,
    /// When the next piece goes out, once something is ready for it.
    due: Option<Pin<Box<Sleep>>>,
}

impl Drip {
    fn poll_due(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let every = self.every;
        self.due.get_or_insert_with(|| Box::pin(tokio::time::sleep(every))).as_mut().poll(cx)
    }
}
