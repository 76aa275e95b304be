//! proptest strategies for simulated devices: what they say, how it arrives, and where it ends.
//!
//! ```
//! use linecrew_testkit::strategies;
//! use proptest::prelude::*;
//!
//! proptest!(|(
//!     scripted in strategies::scripted_without_prompts(),
//!     chunking in strategies::chunking(),
//!     slowness in strategies::slowness(),
//!     ending in strategies::ending(),
//! )| {
//!     let transport = scripted.device.fault(chunking).faults(slowness).fault(ending).connect_in_memory();
//!     // A session on it gives each of `scripted.replies` in full, or an error.
//! #   drop(transport);
//! });
//! ```

use crate::device::Device;
use crate::faults::{Fault, Stage};
use crate::platform::Platform;
use proptest::prelude::*;
use std::time::Duration;

/// A device with commands of its own, and what each is answered with, without the line end of its last line.
#[derive(Clone, Debug)]
pub struct Scripted {
    /// The device, of any platform, with the hostname `R1`.
    pub device: Device,
    /// The commands, and their replies with `\n` between lines.
    pub replies: Vec<(String, String)>,
}

/// A device with one to four commands, each with a [`reply`].
pub fn scripted() -> impl Strategy<Value = Scripted> {
    scripted_with(reply())
}

/// A device with one to four commands, each with a [`reply`] without `#`, `>`, `$`, `%` and `?`: a device that falls silent
/// right behind one of those has shown a prompt or asked a question, as far as anybody can tell.
pub fn scripted_without_prompts() -> impl Strategy<Value = Scripted> {
    scripted_with(reply().prop_map(|reply| reply.replace(['#', '>', '$', '%', '?'], ".")))
}

fn scripted_with(reply: impl Strategy<Value = String>) -> impl Strategy<Value = Scripted> {
    let platform = prop::sample::select(Platform::NAMES);
    let device = platform.prop_map(|name| {
        // Every name of the list is that of a platform.
        Device::new(Platform::named(name).unwrap_or_else(Platform::cisco_iosxe), "R1")
    });
    (device, prop::collection::vec(reply, 1..5)).prop_map(|(device, replies)| {
        let numbered = replies.into_iter().enumerate();
        let replies: Vec<_> = numbered.map(|(at, reply)| (format!("show custom{at}"), reply)).collect();
        let add = |device: Device, (command, reply): &(String, String)| {
            device.command(command, format!("{reply}\n"))
        };
        Scripted { device: replies.iter().fold(device, add), replies }
    })
}

/// Up to 40 lines of up to 70 printable characters; the last line is not empty. No line ends as a prompt does: nobody
/// could tell it from one.
pub fn reply() -> impl Strategy<Value = String> {
    let line = "[ -~]{0,70}"
        .prop_filter("like a prompt", |line| !line.trim_end().ends_with(['#', '>', ':', '$', '%']));
    let last = "[!-~]{1,70}".prop_filter("like a prompt", |line| !line.ends_with(['#', '>', ':', '$', '%']));
    (prop::collection::vec(line, 0..40), last).prop_map(|(mut lines, last)| {
        lines.push(last);
        lines.join("\n")
    })
}

/// Pieces of every size that matters: single bytes, parts of a line, whole screens.
pub fn chunking() -> impl Strategy<Value = Fault> {
    prop_oneof![Just(1), 2_usize..10, 10_usize..200, Just(4096)].prop_map(Fault::Chunks)
}

/// Slowness that a session's usual limits allow for: each input is answered up to a second late, each piece comes up to 10 ms
/// behind the one before, as on a slow serial line.
pub fn slowness() -> impl Strategy<Value = Vec<Fault>> {
    let millis = |most: u64| (0..=most).prop_map(Duration::from_millis);
    (millis(1000).prop_map(Fault::Jitter), millis(10).prop_map(Fault::Drip))
        .prop_map(|(jitter, drip)| vec![jitter, drip])
}

/// A fault after which nothing more comes, at any byte of the first 5,000 or at any [`Stage`]: the device hangs up, falls
/// silent, or is gone without a word.
pub fn ending() -> impl Strategy<Value = Fault> {
    prop_oneof![
        8 => (0_usize..5000).prop_map(Fault::CloseAfter),
        8 => (0_usize..5000).prop_map(Fault::StallAfter),
        2 => (0_usize..5000).prop_map(Fault::HalfOpenAfter),
        2 => stage().prop_map(Fault::CloseIn),
        2 => stage().prop_map(Fault::StallIn),
        1 => Just(Fault::Silent),
    ]
}

/// Any point in the dialogue with a device.
pub fn stage() -> impl Strategy<Value = Stage> {
    prop::sample::select(vec![
        Stage::Login,
        Stage::Password,
        Stage::Prompt,
        Stage::Enable,
        Stage::Reply,
        Stage::Pager,
    ])
}
