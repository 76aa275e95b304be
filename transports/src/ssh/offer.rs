//! The algorithms that a server offers.

/// The type of the message that offers algorithms (RFC 4253, section 7.1).
const KEXINIT: u8 = 20;
/// How much of a list an error shows.
const SHOWN: usize = 300;

/// What a server offers, best first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) kex: Vec<String>,
    pub(super) host_keys: Vec<String>,
    /// From the client, and to it.
    pub(super) ciphers: [Vec<String>; 2],
    pub(super) macs: [Vec<String>; 2],
}

impl Offer {
    /// Reads the first packet of a server, which is not encrypted.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let (length, packet) = bytes.split_first_chunk::<4>()?;
        let packet = packet.get(..u32::from_be_bytes(*length).try_into().ok()?)?;
        // Length of the padding (1 byte), the message's type (1), a cookie (16).
        if *packet.get(1)? != KEXINIT {
            return None;
        }
        let mut rest = packet.get(18..)?;
        let mut next = || {
            let (list, after) = name_list(rest)?;
            rest = after;
            Some(list)
        };
        let (kex, host_keys) = (next()?, next()?);
        Some(Self { kex, host_keys, ciphers: [next()?, next()?], macs: [next()?, next()?] })
    }
}

/// A list as an error shows it: bounded, and fit to be printed.
pub(super) fn shown(list: &[String]) -> String {
    let all = list.join(",");
    let shown = &all.as_bytes()[..all.len().min(SHOWN)];
    shown.escape_ascii().to_string()
}

/// A name-list (RFC 4251, section 5), and what follows it.
fn name_list(bytes: &[u8]) -> Option<(Vec<String>, &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (list, rest) = rest.split_at_checked(u32::from_be_bytes(*length).try_into().ok()?)?;
    let list = String::from_utf8_lossy(list);
    Some((list.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect(), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(lists: &[&[u8]]) -> Vec<u8> {
        let mut packet = vec![6, KEXINIT];
        packet.extend([7; 16]);
        for list in lists {
            packet.extend(u32::try_from(list.len()).unwrap().to_be_bytes());
            packet.extend(*list);
        }
        packet.extend([0; 6]);
        let length = u32::try_from(packet.len()).unwrap().to_be_bytes();
        [&length[..], &packet].concat()
    }

    const LISTS: [&[u8]; 6] = [b"group1-sha1,x", b"ssh-rsa", b"3des-cbc", b"aes128-cbc", b"hmac-md5", b""];

    #[test]
    fn the_offer_is_read() {
        let offer = Offer::parse(&packet(&LISTS)).unwrap();
        assert_eq!((shown(&offer.kex), shown(&offer.host_keys)), ("group1-sha1,x".into(), "ssh-rsa".into()));
        assert_eq!(offer.ciphers, [["3des-cbc"], ["aes128-cbc"]]);
        assert_eq!(offer.macs, [vec!["hmac-md5".to_owned()], vec![]]);
    }

    #[test]
    fn an_offer_cut_anywhere_is_none_and_no_panic() {
        let bytes = packet(&LISTS);
        for end in 0..bytes.len() {
            assert_eq!(Offer::parse(&bytes[..end]), None, "{end}");
        }
    }

    #[test]
    fn a_list_longer_than_its_packet_is_none() {
        let mut bytes = packet(&LISTS);
        let list = bytes.windows(11).position(|window| window == b"group1-sha1").unwrap();
        bytes[list - 4..list].fill(0xff);
        assert_eq!(Offer::parse(&bytes), None);
    }

    #[test]
    fn what_an_error_shows_is_bounded_and_printable() {
        assert_eq!(shown(&["\u{1b}[2J".into()]), r"\x1b[2J");
        assert_eq!(shown(&["ä".repeat(200)]).len(), 4 * SHOWN);
    }
}
