//! A simulated device's SSH host key.

use crate::device::{Device, SshAlgorithms};
use crate::facts::Draw;
use crate::faults::Fault;
use russh::keys::ssh_key::private::{Ed25519Keypair, RsaKeypair};
use russh::keys::{PrivateKey, key::safe_rng, ssh_key};

/// What the smallest key of current clients' taste has; more would make a legacy device's start slow for nothing.
const RSA_BITS: usize = 2048;

/// The key that the device shows in place of the one that the lab tells, where a fault has it so.
pub(crate) fn changed_host_key(device: &Device) -> Option<Result<PrivateKey, ssh_key::Error>> {
    let changed = device.faults.contains(&Fault::ChangedHostKey);
    changed.then(|| host_key(&device.clone().seed(!device.seed)))
}

/// An ed25519 key from the device's seed, the same at each start; for legacy algorithms a random RSA key.
pub(crate) fn host_key(device: &Device) -> Result<PrivateKey, ssh_key::Error> {
    Ok(match device.ssh_algorithms {
        SshAlgorithms::Modern => Ed25519Keypair::from_seed(&key_seed(device.seed)).into(),
        SshAlgorithms::Legacy => RsaKeypair::random(&mut safe_rng(), RSA_BITS)?.into(),
    })
}

fn key_seed(seed: u64) -> [u8; 32] {
    // Drawn from a stream of its own, so that the key is independent of the serial number.
    let mut draw = Draw(!seed);
    let mut bytes = [0; 32];
    for eight in bytes.chunks_exact_mut(8) {
        eight.copy_from_slice(&draw.next().to_le_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_has_one_key() {
        let key = |seed| host_key(&Device::cisco_iosxe("r").seed(seed)).unwrap().public_key().clone();
        assert_eq!(key(1), key(1));
        assert_ne!(key(1), key(2));
    }
}
