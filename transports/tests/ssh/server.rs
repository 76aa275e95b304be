//! An SSH server written by hand (RFC 4253), so that a test can say whatever it likes on the wire.
//!
//! It knows one algorithm of each kind: curve25519-sha256, ssh-ed25519, aes128-gcm@openssh.com.

use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::agreement::{EphemeralPrivateKey, UnparsedPublicKey, X25519, agree_ephemeral};
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair};
use std::io::{self, Read, Write};
use std::net::TcpStream;

pub(crate) const IGNORE: u8 = 2;
pub(crate) const SERVICE_ACCEPT: u8 = 6;
pub(crate) const KEXINIT: u8 = 20;
pub(crate) const NEWKEYS: u8 = 21;
pub(crate) const KEX_ECDH_REPLY: u8 = 31;
pub(crate) const USERAUTH_FAILURE: u8 = 51;
pub(crate) const USERAUTH_SUCCESS: u8 = 52;

const BANNER: &str = "SSH-2.0-by-hand";
const TAG: usize = 16;

/// One connection.
pub(crate) struct Server {
    socket: TcpStream,
    /// What the exchange hash covers so far: both banners and offers, each as a string.
    agreed: Vec<u8>,
    /// Out, and in.
    keys: Option<[Key; 2]>,
}

/// The key of one direction; RFC 5647.
struct Key {
    sealing: LessSafeKey,
    fixed: [u8; 4],
    counter: u64,
}

impl Key {
    fn new(key: &[u8], iv: &[u8]) -> Self {
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key[..16]).unwrap());
        let counter = u64::from_be_bytes(iv[4..12].try_into().unwrap());
        Self { sealing: key, fixed: iv[..4].try_into().unwrap(), counter }
    }

    fn nonce(&mut self) -> Nonce {
        let nonce = [&self.fixed[..], &self.counter.to_be_bytes()].concat();
        self.counter = self.counter.wrapping_add(1);
        Nonce::try_assume_unique_for_key(&nonce).unwrap()
    }
}

impl Server {
    /// Exchanges banners.
    pub(crate) fn greet(mut socket: TcpStream) -> io::Result<Self> {
        socket.write_all(format!("{BANNER}\r\n").as_bytes())?;
        let mut line = Vec::new();
        while !line.ends_with(b"\n") {
            let mut byte = [0];
            socket.read_exact(&mut byte)?;
            line.push(byte[0]);
        }
        let agreed = [string(line.trim_ascii_end()), string(BANNER.as_bytes())].concat();
        Ok(Self { socket, agreed, keys: None })
    }

    /// Exchanges offers; the client then begins the key exchange.
    pub(crate) fn offer(&mut self) -> io::Result<()> {
        let mut offer = vec![KEXINIT];
        offer.extend([7; 16]);
        for list in ["curve25519-sha256", "ssh-ed25519", "aes128-gcm@openssh.com", "aes128-gcm@openssh.com"] {
            offer.extend(string(list.as_bytes()));
        }
        for list in ["hmac-sha2-256", "hmac-sha2-256", "none", "none", "", ""] {
            offer.extend(string(list.as_bytes()));
        }
        offer.extend([0; 5]);
        self.send(&offer)?;
        let theirs = self.receive()?;
        self.agreed.extend([string(&theirs), string(&offer)].concat());
        Ok(())
    }

    /// Agrees on keys with a host key of its own.
    pub(crate) fn exchange_keys(&mut self) -> io::Result<()> {
        let init = self.receive()?;
        let theirs = &init[5..];
        let private = EphemeralPrivateKey::generate(&X25519, &SystemRandom::new()).unwrap();
        let ours = private.compute_public_key().unwrap();
        let secret =
            agree_ephemeral(private, &UnparsedPublicKey::new(&X25519, theirs), <[u8]>::to_vec).unwrap();
        let host = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        let host_key = [string(b"ssh-ed25519"), string(host.public_key().as_ref())].concat();
        let secret = mpint(&secret);
        let parts = [&self.agreed[..], &string(&host_key), &string(theirs), &string(ours.as_ref()), &secret];
        let hash = digest(&SHA256, &parts.concat());
        let signature = [string(b"ssh-ed25519"), string(host.sign(hash.as_ref()).as_ref())].concat();
        let reply = [&[KEX_ECDH_REPLY][..], &string(&host_key), &string(ours.as_ref()), &string(&signature)];
        self.send(&reply.concat())?;
        self.send(&[NEWKEYS])?;
        let derive = |letter| digest(&SHA256, &[&secret, hash.as_ref(), &[letter], hash.as_ref()].concat());
        let key = |key, iv| Key::new(derive(key).as_ref(), derive(iv).as_ref());
        let ([outgoing, incoming], newkeys) = ([key(b'D', b'B'), key(b'C', b'A')], self.receive()?);
        assert_eq!(newkeys, [NEWKEYS]);
        self.keys = Some([outgoing, incoming]);
        Ok(())
    }

    /// All up to the client's first wish to log in, which asks for the methods.
    pub(crate) fn until_login(socket: TcpStream) -> io::Result<Self> {
        let mut server = Self::greet(socket)?;
        server.offer()?;
        server.exchange_keys()?;
        server.receive()?;
        server.send(&[&[SERVICE_ACCEPT][..], &string(b"ssh-userauth")].concat())?;
        server.receive()?;
        Ok(server)
    }

    /// Refuses, and names the methods that go on.
    pub(crate) fn refuse(&mut self, methods: &[u8]) -> io::Result<()> {
        self.send(&[&[USERAUTH_FAILURE][..], &string(methods), &[0]].concat())
    }

    /// Sends a message.
    pub(crate) fn send(&mut self, payload: &[u8]) -> io::Result<()> {
        let packet = self.packet(payload);
        self.socket.write_all(&packet)
    }

    /// Sends the same message for as long as it is taken.
    pub(crate) fn flood(&mut self, payload: &[u8]) {
        loop {
            let packets: Vec<u8> = (0..256).flat_map(|_| self.packet(payload)).collect();
            if self.socket.write_all(&packets).is_err() {
                return;
            }
        }
    }

    /// Sends bytes that need be no packet.
    pub(crate) fn send_raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.socket.write_all(bytes)
    }

    /// The next message.
    pub(crate) fn receive(&mut self) -> io::Result<Vec<u8>> {
        let mut length = [0; 4];
        self.socket.read_exact(&mut length)?;
        let mut packet = vec![0; u32::from_be_bytes(length) as usize];
        if let Some([_, key]) = &mut self.keys {
            packet.resize(packet.len() + TAG, 0);
            self.socket.read_exact(&mut packet)?;
            let nonce = key.nonce();
            key.sealing.open_in_place(nonce, Aad::from(length), &mut packet).unwrap();
            packet.truncate(packet.len() - TAG);
        } else {
            self.socket.read_exact(&mut packet)?;
        }
        let padding = usize::from(packet[0]);
        Ok(packet[1..packet.len() - padding].to_vec())
    }

    /// Takes what comes until the client has gone.
    pub(crate) fn until_gone(&mut self) {
        while self.receive().is_ok() {}
    }

    fn packet(&mut self, payload: &[u8]) -> Vec<u8> {
        // The length is not encrypted, and so not padded, where there are keys.
        let counted = if self.keys.is_some() { 1 + payload.len() } else { 5 + payload.len() };
        let padding = 16 - counted % 16 + if counted % 16 > 12 { 16 } else { 0 };
        let mut packet = vec![u8::try_from(padding).unwrap()];
        packet.extend(payload);
        packet.resize(packet.len() + padding, 0);
        let length = u32::try_from(packet.len()).unwrap().to_be_bytes();
        if let Some([key, _]) = &mut self.keys {
            let nonce = key.nonce();
            let tag = key.sealing.seal_in_place_separate_tag(nonce, Aad::from(length), &mut packet).unwrap();
            packet.extend(tag.as_ref());
        }
        [&length[..], &packet].concat()
    }
}

/// A string (RFC 4251, section 5).
pub(crate) fn string(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
}

/// A positive number of many bytes (RFC 4251, section 5).
fn mpint(bytes: &[u8]) -> Vec<u8> {
    let start = bytes.iter().position(|&byte| byte != 0).unwrap_or(bytes.len());
    let sign: &[u8] = if bytes.get(start).is_some_and(|byte| byte & 0x80 != 0) { &[0] } else { &[] };
    string(&[sign, &bytes[start..]].concat())
}
