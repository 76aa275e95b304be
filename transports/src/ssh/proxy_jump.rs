//! The way to a host through the jump hosts that `ssh_config(5)` names: `ProxyJump`.

use super::config::{Jump as Hop, SshConfig};

/// More detours than anybody has; tokens can make names that never repeat.
const MOST_DETOURS: usize = 16;

/// All jump hosts on the way that ends with `way`, the nearest to this machine first, each with its user.
///
/// Only the first one's own way counts, as with OpenSSH: the next ones are reached from there.
pub(super) fn whole_way(config: &SshConfig, mut way: Vec<Hop>) -> Result<Vec<Hop>, String> {
    let query = |hop: &Hop| {
        config.query_as(&hop.host, hop.user.as_deref(), hop.port).map_err(|error| error.to_string())
    };
    let mut firsts: Vec<Hop> = Vec::new();
    while let Some(first) = way.first() {
        if firsts.contains(first) || firsts.len() > MOST_DETOURS {
            return Err(format!("ProxyJump: the way through {} is a circle", first.host));
        }
        let mut before = query(first)?.proxy_jump;
        if before.is_empty() {
            break;
        }
        firsts.push(first.clone());
        before.append(&mut way);
        way = before;
    }
    for hop in way.iter_mut().filter(|hop| hop.user.is_none()) {
        // Where the configuration names a user, it does so again when the jump host is connected to.
        if query(hop)?.user.is_none() {
            hop.user = config.local_user().map(str::to_owned);
        }
    }
    Ok(way)
}
