//! How long the waits for one host may take.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::time::Duration;

/// The limits of a host, each in seconds, such as `10` or `0.5`; what is not set is the run's own limit.
///
/// ```
/// use linecrew_core::inventory::Inventory;
/// use std::time::Duration;
///
/// let inventory = Inventory::parse("hosts: {r1: {timeouts: {connect: 0.5, command: 600}}}", "lab.yaml")?;
/// assert_eq!(inventory.hosts()[0].timeouts().connect, Some(Duration::from_millis(500)));
/// # Ok::<(), linecrew_core::inventory::InventoryError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct HostTimeouts {
    /// The name look-up and the TCP connection.
    #[serde(with = "seconds", skip_serializing_if = "Option::is_none")]
    pub connect: Option<Duration>,
    /// SSH's handshake.
    #[serde(with = "seconds", skip_serializing_if = "Option::is_none")]
    pub handshake: Option<Duration>,
    /// The login.
    #[serde(with = "seconds", skip_serializing_if = "Option::is_none")]
    pub authentication: Option<Duration>,
    /// A device that says nothing though something is expected of it.
    #[serde(with = "seconds", skip_serializing_if = "Option::is_none")]
    pub silence: Option<Duration>,
    /// One command with its whole reply.
    #[serde(with = "seconds", skip_serializing_if = "Option::is_none")]
    pub command: Option<Duration>,
    /// The host from the connect to the end of its job.
    #[serde(with = "seconds", skip_serializing_if = "Option::is_none")]
    pub host: Option<Duration>,
}

impl HostTimeouts {
    /// A limit out of what a user wrote.
    pub(super) fn seconds(written: Option<f64>) -> Result<Option<Duration>, &'static str> {
        let limit = |seconds| {
            let limit = Duration::try_from_secs_f64(seconds).ok().filter(|limit| !limit.is_zero());
            limit.ok_or("expected seconds above 0, such as 10 or 0.5")
        };
        written.map(limit).transpose()
    }

    /// Takes from `other` what is not set here.
    pub fn inherit(&mut self, other: &Self) {
        self.connect = self.connect.or(other.connect);
        self.handshake = self.handshake.or(other.handshake);
        self.authentication = self.authentication.or(other.authentication);
        self.silence = self.silence.or(other.silence);
        self.command = self.command.or(other.command);
        self.host = self.host.or(other.host);
    }
}

mod seconds {
    use super::{Deserialize, Deserializer, Duration, HostTimeouts, Serialize, Serializer};
    use serde::de::Error;

    #[allow(clippy::ref_option, reason = "serde asks for this signature")]
    pub(super) fn serialize<S: Serializer>(
        limit: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        limit.map(|limit| limit.as_secs_f64()).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        HostTimeouts::seconds(Option::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Inventory;
    use std::time::Duration;

    #[test]
    fn limits_are_inherited_one_by_one() {
        let text = "defaults: {timeouts: {connect: 5, host: 60}}\nhosts: {h: {timeouts: {host: 0.5}}}";
        let timeouts = Inventory::parse(text, "fleet.yaml").unwrap().hosts()[0].timeouts();
        assert_eq!(timeouts.connect, Some(Duration::from_secs(5)));
        assert_eq!((timeouts.host, timeouts.command), (Some(Duration::from_millis(500)), None));
    }

    #[test]
    fn limits_are_seconds_above_zero() {
        for limit in ["0", "-1", "x", ".nan", ".inf", "1e300"] {
            let text = format!("hosts:\n  h: {{timeouts: {{connect: {limit}}}}}");
            let error = Inventory::parse(&text, "fleet.yaml").unwrap_err();
            assert_eq!(error.line(), Some(2), "{error}");
        }
    }
}
