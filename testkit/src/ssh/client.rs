//! One connection to a device's SSH server.

use super::Server;
use super::offer::methods;
use crate::console::{Console, Entry};
use crate::factor::{Factor, Question};
use crate::faults::{Fault, Noise, Pieces, Stage, Trip};
use crate::meter::Seat;
use crate::node::{Forwarded, Node, SessionCount};
use russh::keys::PublicKey;
use russh::server::{
    Auth, ChannelOpenHandle, Handler, Msg, PublicKeyOffer, Response, Session, VerifiedPublicKey,
};
use russh::{Channel, ChannelId, ChannelOpenFailure, MethodKind, Pty};
use std::borrow::Cow;
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

/// One connection: its command lines, one for each channel with a shell.
pub(super) struct Client {
    server: Arc<Server>,
    /// Which step of the login is being taken.
    step: usize,
    /// How many rounds of questions were answered in it.
    asked: usize,
    /// Of devices whose replies go on for ever.
    writers: HashMap<ChannelId, Writer>,
    shells: HashMap<ChannelId, Shell>,
    /// Of a jump host.
    forwarded: HashMap<ChannelId, Arc<Forwarded>>,
    _count: SessionCount,
    /// The wire's, which is left with it.
    seat: Weak<Seat>,
}

/// A command line in a channel.
struct Shell {
    console: Console,
    pieces: Pieces,
}

type Writer = Pin<Box<dyn AsyncWrite + Send>>;

impl Client {
    pub(super) fn new(server: Arc<Server>, count: SessionCount, seat: Weak<Seat>) -> Self {
        let (writers, shells, forwarded) = (HashMap::new(), HashMap::new(), HashMap::new());
        Self { server, step: 0, asked: 0, writers, shells, forwarded, _count: count, seat }
    }

    fn console(&self) -> Console {
        Console::new(&self.server.node, Entry::Authenticated)
    }

    /// A refused client may try the same method again, as with real servers; russh's own refusal takes it away.
    fn verdict(&mut self, admitted: bool) -> Auth {
        let device = self.server.node.device();
        self.asked = 0;
        if admitted {
            self.step += 1;
            if self.step >= device.factors.len() {
                if let Some(seat) = self.seat.upgrade() {
                    seat.logged_in();
                }
                return Auth::Accept;
            }
        }
        Auth::Reject { proceed_with_methods: Some(methods(device, self.step)), partial_success: admitted }
    }

    /// Whether this step of the login takes that method; russh does not look.
    fn takes(&self, kind: MethodKind) -> bool {
        methods(self.server.node.device(), self.step).contains(&kind)
    }

    /// The questions of this step's rounds.
    fn rounds(&self) -> Vec<&[Question]> {
        let factors = self.server.node.device().factors.get(self.step);
        let rounds = factors.into_iter().flatten().find_map(|factor| match factor {
            Factor::Questions(questions) => Some(questions.chunks(1).collect()),
            Factor::Form(questions) => Some(vec![&questions[..]]),
            _ => None,
        });
        rounds.unwrap_or_default()
    }

    /// The next round of questions, if there is one.
    fn ask(&self) -> Option<Auth> {
        let rounds = self.rounds();
        let questions = rounds.get(self.asked)?;
        let prompts: Vec<_> = questions.iter().map(|it| (it.prompt.clone().into(), it.echo)).collect();
        Some(Auth::Partial {
            name: Cow::Borrowed(""),
            instructions: questions.first()?.instructions.clone().into(),
            prompts: prompts.into(),
        })
    }

    /// Whether all questions of this round are answered right.
    fn is_answered(&self, answers: Response<'_>) -> bool {
        let rounds = self.rounds();
        let right = rounds.get(self.asked).into_iter().copied().flatten();
        let given: Vec<_> = answers.collect();
        !rounds.is_empty() && right.map(|it| it.answer.expose().as_bytes()).eq(given.iter().map(|it| &**it))
    }

    /// A client that has ended a connection to another host is not counted there any more, whether that one has noticed or not.
    fn end_forwarded(&mut self, channel: ChannelId) {
        if let Some(forwarded) = self.forwarded.remove(&channel) {
            forwarded.end();
        }
    }

    fn is_authorized(&self, key: &PublicKey) -> bool {
        self.server.authorized_keys.iter().any(|known| known.key_data() == key.key_data())
    }
}

impl Shell {
    /// Sends what was said, in as many packets as the faults make of it.
    fn say(
        &mut self,
        mut said: &[u8],
        channel: ChannelId,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        while !said.is_empty() {
            let (piece, rest) = said.split_at(self.pieces.next(said));
            self.pieces.sent(piece);
            session.data(channel, piece.to_vec())?;
            said = rest;
        }
        Ok(())
    }
}

impl Client {
    /// Hangs up where the console did, and starts what goes on for ever.
    fn settle(&mut self, channel: ChannelId, session: &mut Session) -> Result<(), russh::Error> {
        let Some(shell) = self.shells.get_mut(&channel) else { return Ok(()) };
        if shell.console.is_closed() {
            self.shells.remove(&channel);
            return hang_up(channel, session);
        }
        if shell.console.is_endless()
            && let Some(writer) = self.writers.remove(&channel)
        {
            tokio::spawn(flood(writer, shell.console.noise.clone()));
        }
        Ok(())
    }
}

/// Where a fault lets authentication stall or end.
async fn reach_login(node: Arc<Node>) -> Result<(), russh::Error> {
    let faults = &node.device().faults;
    match Stage::Login.trip(faults).or(Stage::Password.trip(faults)) {
        Some(Trip::Stall) => std::future::pending().await,
        Some(Trip::Close) => Err(russh::Error::Disconnect),
        None => Ok(()),
    }
}

/// Says what goes on for ever as fast as the client reads it, until the client leaves.
async fn flood(mut writer: Writer, mut noise: Noise) {
    while writer.write_all(&noise.endless()).await.is_ok() {}
}

impl Handler for Client {
    type Error = russh::Error;

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, Self::Error> {
        reach_login(Arc::clone(&self.server.node)).await?;
        let right = self.takes(MethodKind::Password) && self.server.node.admits(Some(user), password);
        Ok(self.verdict(right))
    }

    async fn auth_publickey_offered(
        &mut self,
        _user: &str,
        offer: PublicKeyOffer<'_>,
    ) -> Result<Auth, Self::Error> {
        let known = self.takes(MethodKind::PublicKey) && self.is_authorized(offer.public_key);
        // Nothing is proved yet.
        Ok(if known { Auth::Accept } else { self.verdict(false) })
    }

    async fn auth_publickey(&mut self, user: &str, key: VerifiedPublicKey<'_>) -> Result<Auth, Self::Error> {
        reach_login(Arc::clone(&self.server.node)).await?;
        let node = &self.server.node;
        let right = self.takes(MethodKind::PublicKey)
            && user == node.device().username
            && self.is_authorized(key.public_key);
        let admitted = node.admits_proof(right);
        Ok(self.verdict(admitted))
    }

    async fn auth_keyboard_interactive<'a>(
        &'a mut self,
        user: &str,
        _submethods: &str,
        response: Option<Response<'a>>,
    ) -> Result<Auth, Self::Error> {
        let Some(answers) = response else {
            self.asked = 0;
            return Ok(self.ask().unwrap_or_else(Auth::reject));
        };
        let right = user == self.server.node.device().username && self.is_answered(answers);
        self.asked += 1;
        if right && let Some(next) = self.ask() {
            return Ok(next);
        }
        let admitted = self.server.node.admits_proof(right);
        Ok(self.verdict(admitted))
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        if self.server.node.device().faults.contains(&Fault::Endless) {
            // The channel itself must not be kept: nobody reads what the session would hand to it.
            self.writers.insert(channel.id(), Box::pin(channel.make_writer()));
        }
        reply.accept().await;
        Ok(())
    }

    async fn channel_open_direct_tcpip(
        &mut self,
        channel: Channel<Msg>,
        host: &str,
        port: u32,
        _originator: &str,
        _originator_port: u32,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        let port = u16::try_from(port).ok().filter(|_| self.server.node.device().forwards);
        match port {
            Some(port) => {
                let count = Arc::new(self.server.node.forward());
                self.forwarded.insert(channel.id(), Arc::clone(&count));
                tokio::spawn(forward(channel, (host.to_owned(), port), reply, count));
            }
            None => reply.reject(ChannelOpenFailure::AdministrativelyProhibited).await,
        }
        Ok(())
    }

    async fn pty_request(
        &mut self,
        channel: ChannelId,
        _term: &str,
        _columns: u32,
        _rows: u32,
        _width: u32,
        _height: u32,
        _modes: &[(Pty, u32)],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        // Neither IOS nor vtysh pages by the window of an SSH client.
        session.channel_success(channel)
    }

    async fn window_change_request(
        &mut self,
        channel: ChannelId,
        _columns: u32,
        _rows: u32,
        _width: u32,
        _height: u32,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        session.channel_success(channel)
    }

    async fn shell_request(&mut self, channel: ChannelId, session: &mut Session) -> Result<(), Self::Error> {
        let device = self.server.node.device();
        let pieces = Pieces::of_escapes(&device.faults, device.seed);
        let mut shell = Shell { console: self.console(), pieces };
        session.channel_success(channel)?;
        let said = shell.console.greet();
        shell.say(&said, channel, session)?;
        self.shells.insert(channel, shell);
        self.settle(channel, session)
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        command: &[u8],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        // A recording has a shell's bytes and no other command's.
        if self.server.node.device().recording.is_some() {
            return session.channel_failure(channel);
        }
        let said = self.console().exec(&String::from_utf8_lossy(command));
        session.channel_success(channel)?;
        session.data(channel, said)?;
        hang_up(channel, session)
    }

    async fn data(
        &mut self,
        channel: ChannelId,
        typed: &[u8],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        let Some(shell) = self.shells.get_mut(&channel) else { return Ok(()) };
        let said = shell.console.input(typed);
        shell.say(&said, channel, session)?;
        self.settle(channel, session)
    }

    async fn channel_close(&mut self, channel: ChannelId, _session: &mut Session) -> Result<(), Self::Error> {
        self.shells.remove(&channel);
        self.writers.remove(&channel);
        self.end_forwarded(channel);
        Ok(())
    }

    async fn channel_eof(&mut self, channel: ChannelId, _session: &mut Session) -> Result<(), Self::Error> {
        self.end_forwarded(channel);
        Ok(())
    }
}

/// Connects a client's channel to another host until either side hangs up.
async fn forward(channel: Channel<Msg>, to: (String, u16), reply: ChannelOpenHandle, count: Arc<Forwarded>) {
    let Ok(mut socket) = TcpStream::connect(to).await else {
        count.end();
        return reply.reject(ChannelOpenFailure::ConnectFailed).await;
    };
    reply.accept().await;
    // Whichever side failed is gone.
    let _ = tokio::io::copy_bidirectional(&mut channel.into_stream(), &mut socket).await;
    count.end();
}

fn hang_up(channel: ChannelId, session: &mut Session) -> Result<(), russh::Error> {
    session.exit_status_request(channel, 0)?;
    session.eof(channel)?;
    session.close(channel)
}
