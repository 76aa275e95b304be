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
    pub(super) fn leaving(&mut self, tunnel: &Arc<Carrier>, unsaid: bool, since: Instant) -> Option<Instant> {
        let now = Instant::now();
        let others = self.0.iter_mut().filter(|ride| !Arc::ptr_eq(&ride.tunnel, tunnel));
        let left = others.filter(|ride| ride.rider.has_left());
        let told = left.map(|ride| *ride.missed.get_or_insert(now) + CONFIRMATION);
        // Whoever leaves after he came is not why he was let in.
        let latest = since + CONFIRMATION;
        let until = told.chain(unsaid.then_some(latest)).max()?.min(latest);
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
        let (mut riders, now) = (Riders::default(), Instant::now() + CONFIRMATION);
        let (one, other) = (tunnel(), tunnel());
        let link = Link::new(&one);
        let rider = link.rider();
        riders.add(&one, rider.clone());
        assert_eq!(riders.leaving(&other, false, now), None, "it is still there");
        let clone = link.clone();
        drop(link);
        assert_eq!(riders.leaving(&other, false, now), None, "somebody still holds it");
        drop(clone);
        assert!(riders.leaving(&other, false, now).is_some());
        assert_eq!(riders.leaving(&one, false, now), None, "a tunnel's own ones are told in their order");
        assert!(riders.leaving(&one, true, now).is_some(), "unless they could not be told");
        riders.remove(&rider);
        assert_eq!(riders.leaving(&other, false, now), None);
    }

    #[test]
    fn a_tunnel_that_is_stuck_or_gone_holds_up_no_other_for_long() {
        let mut riders = Riders::default();
        let (one, other) = (tunnel(), tunnel());
        let came = Instant::now();
        riders.add(&one, Link::new(&one).rider());
        let until = riders.leaving(&other, true, came).unwrap();
        riders.add(&one, Link::new(&one).rider());
        assert_eq!(
            (riders.leaving(&other, true, came), until),
            (Some(came + CONFIRMATION), came + CONFIRMATION)
        );
        riders.0.iter_mut().for_each(|ride| ride.missed = came.checked_sub(CONFIRMATION));
        assert_eq!(
            riders.leaving(&other, false, came),
            None,
            "who was missed long ago is not waited for again"
        );
        riders.add(&one, Link::new(&one).rider());
        riders.remove_all(&one);
        assert_eq!(riders.leaving(&other, false, came), None);
    }
}
