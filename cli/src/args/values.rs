//! Values as they are typed.

use linecrew_core::transport::HostKeyCheck;
use std::time::Duration;

pub(crate) fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("expected a whole number above 0".to_owned()),
        Ok(number) => Ok(number),
    }
}

pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds
        .filter(|wait| !wait.is_zero())
        .ok_or_else(|| "expected seconds above 0, such as 10 or 0.5".to_owned())
}

pub(super) fn host_key_check(text: &str) -> Result<HostKeyCheck, String> {
    match text {
        "strict" => Ok(HostKeyCheck::Strict),
        "accept-new" => Ok(HostKeyCheck::AcceptNew),
        "off" => Ok(HostKeyCheck::Off),
        _ => Err("expected strict, accept-new or off".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_seconds_above_zero() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        assert!(["0", "-1", "x", "1e400", "nan"].iter().all(|text| seconds(text).is_err()));
    }
}
