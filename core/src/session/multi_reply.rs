//! What a device said to several commands.

use super::reply::Reply;
use serde::{Deserialize, Serialize};
use std::ops::Deref;
use std::time::Duration;

/// What a device said to several commands: one [`Reply`] for each that was sent, in order. It reads as a slice of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MultiReply {
    /// The replies, in the order of the commands.
    pub replies: Vec<Reply>,
    /// The commands that were not sent, since an earlier one was refused and that was to stop them.
    pub not_sent: Vec<String>,
}

impl MultiReply {
    /// Whether the device took every command.
    pub fn ok(&self) -> bool {
        self.not_sent.is_empty() && self.replies.iter().all(Reply::ok)
    }

    /// The first command that was refused: its place among the replies, counted from 0, and its reply. Blank lines have
    /// none, and an input of several lines has one.
    pub fn first_failed(&self) -> Option<(usize, &Reply)> {
        self.replies.iter().enumerate().find(|(_, reply)| !reply.ok())
    }

    /// The texts of all replies, one behind the other, each that has lines followed by a line end.
    pub fn text(&self) -> String {
        let texts = self.replies.iter().map(|reply| reply.text.as_str()).filter(|text| !text.is_empty());
        texts.flat_map(|text| [text, "\n"]).collect()
    }

    /// The time from the first command to the end of the last reply.
    pub fn elapsed(&self) -> Duration {
        let (Some(first), Some(last)) = (self.replies.first(), self.replies.last()) else {
            return Duration::ZERO;
        };
        last.start.duration_since(first.start).unwrap_or_default() + last.elapsed
    }
}

impl Deref for MultiReply {
    type Target = [Reply];

    fn deref(&self) -> &[Reply] {
        &self.replies
    }
}

impl IntoIterator for MultiReply {
    type Item = Reply;
    type IntoIter = std::vec::IntoIter<Reply>;

    fn into_iter(self) -> Self::IntoIter {
        self.replies.into_iter()
    }
}

impl<'a> IntoIterator for &'a MultiReply {
    type Item = &'a Reply;
    type IntoIter = std::slice::Iter<'a, Reply>;

    fn into_iter(self) -> Self::IntoIter {
        self.replies.iter()
    }
}
