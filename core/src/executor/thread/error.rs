//! Why a thread was not started or joined.

/// Why a [`Thread`](super::Thread) was not started or joined. Python's `RuntimeError`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ThreadError {
    /// It was started before.
    #[error("thread '{0}' was started before: a thread runs once, make another for the next run")]
    AlreadyStarted(String),
    /// It was joined before its start.
    #[error("thread '{0}' cannot be joined before it is started")]
    NotStarted(String),
    /// It was joined by itself.
    #[error("thread '{0}' cannot join itself: it would wait for its own end")]
    JoinsItself(String),
    /// Its name has a NUL, which the system takes in no name.
    #[error("the name of thread {0:?} has a NUL: give it a name without")]
    Name(String),
    /// The system refused it. It can be started again later.
    #[error(
        "the system started no thread '{name}' ({source}): end others, give it a smaller stack, or raise the limit \
         (ulimit -u)"
    )]
    Refused {
        /// The thread's name.
        name: String,
        /// What the system said.
        source: std::io::Error,
    },
}
