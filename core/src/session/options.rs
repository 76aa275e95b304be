//! How commands are sent, and how their replies are judged.

use std::time::Duration;

/// How commands are sent and how their replies are judged; the default is what [`send_command`] and its siblings do.
///
/// ```
/// use linecrew_core::session::SendOptions;
/// use std::time::Duration;
///
/// let options = SendOptions::default()
///     .timeout(Duration::from_secs(600))
///     .failed_when_contains(["Traceback", "core dumped"])
///     .stop_on_failed();
/// # drop(options);
/// ```
///
/// [`send_command`]: super::Session::send_command
#[derive(Clone, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
#[must_use = "it says how something is sent, and sends nothing"]
pub struct SendOptions {
    pub(super) timeout: Option<Duration>,
    pub(super) failed_when_contains: Vec<String>,
    pub(super) keep_echo: bool,
    pub(super) keep_prompt: bool,
    pub(super) stop_on_failed: bool,
    pub(super) fail_on_warning: bool,
    pub(super) pipelined: Option<bool>,
    pub(super) mode: Option<String>,
    /// What is sent are lines of configuration, whatever the prompt behind them.
    pub(super) configures: bool,
}

impl SendOptions {
    /// Sets how long each command with its whole reply may take, in place of the session's `command` limit. For commands that
    /// went out together it counts from the end of the reply before.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// Takes a reply for failed that contains one of these texts anywhere, besides the platform's own indicators.
    pub fn failed_when_contains(mut self, texts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.failed_when_contains.extend(texts.into_iter().map(Into::into));
        self
    }

    /// Begins each text with the command, as the device echoes it.
    pub fn keep_echo(mut self) -> Self {
        self.keep_echo = true;
        self
    }

    /// Ends each text with the prompt behind it; scrapli's `strip_prompt=False`.
    pub fn keep_prompt(mut self) -> Self {
        self.keep_prompt = true;
        self
    }

    /// Sends nothing behind a command that was refused: the rest is told in [`MultiReply::not_sent`]. The commands then go
    /// out one by one.
    ///
    /// [`MultiReply::not_sent`]: super::MultiReply::not_sent
    pub fn stop_on_failed(mut self) -> Self {
        self.stop_on_failed = true;
        self
    }

    /// Takes [warnings](super::Reply::warnings) of configuration mode for refusals.
    pub fn fail_on_warning(mut self) -> Self {
        self.fail_on_warning = true;
        self
    }

    /// Sets whether commands may be sent before the reply of the one before has come.
    ///
    /// Unless told otherwise, that is done with commands that only read, on platforms that say that it is safe, and not
    /// with lines of configuration. With `true` those go out together too on such a platform, 2 KiB at a time, which costs a
    /// few round trips in place of one for each; lines that may ask back, and inputs of several lines, are sent alone. With
    /// `false` nothing goes out together.
    pub fn pipelined(mut self, pipelined: bool) -> Self {
        self.pipelined = Some(pipelined);
        self
    }

    /// Sets the mode to send in; scrapli's `requested_mode`. Commands go out in the mode that the session is in unless told
    /// otherwise, and configuration in the mode `configuration`.
    pub fn mode(mut self, mode: impl Into<String>) -> Self {
        self.mode = Some(mode.into());
        self
    }
}
