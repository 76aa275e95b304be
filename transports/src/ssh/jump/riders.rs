//! The streams through a jump host's tunnels, and which of them have left without the jump host's knowing.

use crate::carrier::{Carrier, Rider};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long the jump host is waited for to learn that a stream has left. It takes a round trip; a tunnel that is stuck
/// must not hold up the others.
const CONFIRMATION: Duration = Duration::from_secs(2);

/// The streams of all tunnels to one jump host.
#[derive(Default)]
pub(super) struct Riders(Vec<Ride>);

struct Ride {
    tunnel: Arc<Carrier>,
    rider: Rider,
    /// Since when it is known that it has left.
    missed: Option<Instant>,
}

impl Riders {
    pub(super) fn add(&mut self, tunnel: &Arc<Carrier>, rider: Rider) {
        self.0.push(Ride { tunnel: Arc::clone(tunnel), rider, missed: None });
    }

    /// Takes one out whose end the jump host has confirmed.
    pub(super) fn remove(&mut self, rider: &Rider) {
        self.0.retain(|ride| ride.rider != *rider);
    }

    /// Takes out those of a tunnel that has ended.
    pub(super) fn remove_all(&mut self, tunnel: &Arc<Carrier>) {
        self.0.retain(|ride| !Arc::ptr_eq(&ride.tunnel, tunnel));
    }

    /// Until when somebody who came at `since` waits for those that have left; none where there are none. Of his own tunnel
    /// they are `unsaid`, if there are any: what was said there comes before him.
    pub(super) fn leaving(
        &mut self,
        tunnel: &Arc<Carrier>,
        unsaid: bool,
        since: Instant,
        now: Instant,
    ) -> Option<Instant> {
        let others = self.0.iter_mut().filter(|ride| !Arc::ptr_eq(&ride.tunnel, tunnel));
        let left = others.filter(|ride| ride.rider.has_left());
        let limits = left.map(|ride| *ride.missed.get_or_insert(now) + CONFIRMATION);
        // Whoever leaves after he came is not why he was let in.
        let latest = since + CONFIRMATION;
        let until = limits.chain(unsaid.then_some(latest)).max()?.min(latest);
        (until > now).then_some(until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::Link;

    fn tunnel() -> Arc<Carrier> {
        Arc::new(Carrier::new("bastion:22".into()).unwrap())
    }

    #[test]
    fn the_next_one_waits_until_the_jump_host_knows_of_who_left_another_tunnel() {
        let (mut riders, now) = (Riders::default(), Instant::now());
        let (one, other) = (tunnel(), tunnel());
        let link = Link::new(&one);
        let rider = link.rider();
        riders.add(&one, rider.clone());
        assert_eq!(riders.leaving(&other, false, now, now), None, "it is still there");
        let clone = link.clone();
        drop(link);
        assert_eq!(riders.leaving(&other, false, now, now), None, "somebody still holds it");
        drop(clone);
        assert_eq!(riders.leaving(&other, false, now, now), Some(now + CONFIRMATION));
        assert_eq!(
            riders.leaving(&one, false, now, now),
            None,
            "a tunnel's own ones are told in their order"
        );
        assert_eq!(
            riders.leaving(&one, true, now, now),
            Some(now + CONFIRMATION),
            "unless they could not be told"
        );
        riders.remove(&rider);
        assert_eq!(riders.leaving(&other, false, now, now), None);
    }

    #[test]
    fn a_tunnel_that_is_stuck_or_gone_holds_up_no_other_for_long() {
        let (mut riders, came) = (Riders::default(), Instant::now());
        let (one, other) = (tunnel(), tunnel());
        riders.add(&one, Link::new(&one).rider());
        assert_eq!(riders.leaving(&other, false, came, came), Some(came + CONFIRMATION));
        let later = came + CONFIRMATION / 2;
        riders.add(&one, Link::new(&one).rider());
        let until = riders.leaving(&other, false, came, later);
        assert_eq!(until, Some(came + CONFIRMATION), "who left after it came is not waited for longer");
        assert_eq!(riders.leaving(&other, false, came, came + CONFIRMATION), None);
        let next = later + CONFIRMATION;
        assert_eq!(riders.leaving(&other, false, next, next), None, "nobody is waited for twice");
        riders.add(&one, Link::new(&one).rider());
        riders.remove_all(&one);
        assert_eq!(riders.leaving(&other, false, next, next), None);
    }
}
