//! What a device's SSH server offers: methods to log in, and algorithms.

use crate::device::{Device, SshAlgorithms};
use crate::factor::Factor;
use russh::keys::Algorithm;
use russh::{MethodKind, MethodSet, Preferred, cipher, compression, kex, mac};
use std::borrow::Cow;

/// The methods of a step of the login.
pub(super) fn methods(device: &Device, step: usize) -> MethodSet {
    let mut methods = MethodSet::empty();
    if let Some(factors) = device.factors.get(step) {
        for factor in factors {
            methods.push(method(factor));
        }
    } else {
        methods.push(MethodKind::Password);
        if !device.authorized_keys.is_empty() {
            methods.push(MethodKind::PublicKey);
        }
    }
    methods
}

fn method(factor: &Factor) -> MethodKind {
    match factor {
        Factor::Password => MethodKind::Password,
        Factor::PublicKey => MethodKind::PublicKey,
        Factor::Questions(_) | Factor::Form(_) => MethodKind::KeyboardInteractive,
    }
}

/// The algorithms, best first.
pub(super) fn preferred(algorithms: SshAlgorithms) -> Preferred {
    match algorithms {
        SshAlgorithms::Modern => Preferred::default(),
        SshAlgorithms::Legacy => Preferred {
            kex: Cow::Borrowed(&[kex::DH_G14_SHA1, kex::DH_G1_SHA1]),
            key: Cow::Owned(vec![Algorithm::Rsa { hash: None }]),
            cipher: Cow::Borrowed(&[cipher::AES_128_CBC, cipher::AES_256_CBC]),
            mac: Cow::Borrowed(&[mac::HMAC_SHA1]),
            compression: Cow::Borrowed(&[compression::NONE]),
            ..Preferred::default()
        },
    }
}
