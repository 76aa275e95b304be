//! Records a session as it goes.

use crate::recording::{self, HEADING, Speaker};
use crate::redact::Redactor;
use linecrew_core::cx::Cx;
use linecrew_core::secret::Secret;
use linecrew_core::transport::{Connector, ErrorKind, Phase, Target, Transport, TransportError};
use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// A transport that writes down what goes through it, as a [`Recording`](crate::Recording)'s text, without the
/// secrets that it is given.
///
/// A secret is replaced by `***` in what is sent and in what is received, across chunks too; bytes that may be its
/// beginning are written once that is known. An error of the writer is one of the read or write that it happened at.
/// What is written is whole when the recorder is dropped.
///
/// ```
/// use linecrew_core::{cancel::CancelToken, cx::Cx, deadline::Deadline, secret::Secret, transport::Transport};
/// use linecrew_testkit::{Device, Recorder};
///
/// let cx = Cx::new(Deadline::after(std::time::Duration::from_secs(1), "example"), CancelToken::new());
/// let mut text = Vec::new();
/// let mut transport =
///     Recorder::new(Device::frr("R1").connect_in_memory(), &mut text, &[Secret::new("admin")])?;
/// transport.write_all(b"admin\n", &cx)?;
/// drop(transport);
/// assert!(String::from_utf8(text)?.ends_with(" > \"***\\n\"\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Recorder<T, W: Write> {
    transport: T,
    tape: Tape<W>,
}

impl<T: Transport, W: Write + Send> Recorder<T, W> {
    /// Records `transport` to `writer`.
    pub fn new(transport: T, writer: W, secrets: &[Secret]) -> io::Result<Self> {
        Ok(Self { transport, tape: Tape::new(writer, secrets)? })
    }
}

impl<T: Transport, W: Write + Send> Transport for Recorder<T, W> {
    fn read(&mut self, buf: &mut [u8], cx: &Cx) -> Result<usize, TransportError> {
        let count = self.transport.read(buf, cx)?;
        self.tape.say(Speaker::Device, &buf[..count]).map_err(|error| unwritten(Phase::Read, &error))?;
        Ok(count)
    }

    fn write_all(&mut self, bytes: &[u8], cx: &Cx) -> Result<(), TransportError> {
        self.tape.say(Speaker::Client, bytes).map_err(|error| unwritten(Phase::Write, &error))?;
        self.transport.write_all(bytes, cx)
    }

    fn hold_back(&mut self) {
        self.transport.hold_back();
    }

    fn close(&mut self, cx: &Cx) {
        self.transport.close(cx);
    }
}

fn unwritten(phase: Phase, error: &io::Error) -> TransportError {
    TransportError::new(ErrorKind::Io, phase, "recorder", format!("the recording cannot be written: {error}"))
}

/// The text of one session, as it is written.
struct Tape<W: Write> {
    writer: W,
    begun: Instant,
    device: Redactor,
    client: Redactor,
}

impl<W: Write> Tape<W> {
    fn new(mut writer: W, secrets: &[Secret]) -> io::Result<Self> {
        writeln!(writer, "{HEADING}")?;
        let (device, client) = (Redactor::new(secrets), Redactor::new(secrets));
        Ok(Self { writer, begun: Instant::now(), device, client })
    }

    fn say(&mut self, from: Speaker, bytes: &[u8]) -> io::Result<()> {
        let clean = match from {
            Speaker::Device => self.device.push(bytes),
            Speaker::Client => self.client.push(bytes),
        };
        self.note(from, &clean)
    }

    fn note(&mut self, from: Speaker, clean: &[u8]) -> io::Result<()> {
        if clean.is_empty() {
            return Ok(());
        }
        self.writer.write_all(recording::line(self.begun.elapsed(), from, clean).as_bytes())
    }

    fn finish(&mut self) -> io::Result<()> {
        let (client, device) = (self.client.finish(), self.device.finish());
        self.note(Speaker::Client, &client)?;
        self.note(Speaker::Device, &device)?;
        self.writer.flush()
    }
}

impl<W: Write> Drop for Tape<W> {
    fn drop(&mut self) {
        // Nobody is left to tell: a full disk was told by the read or write before.
        let _ = self.finish();
    }
}

/// Records each session of another connector to a file of its own: `NAME.txt` in a folder, NAME being the target's.
///
/// The secrets of the target's credentials are replaced; the rest is for the owner of the file alone to read. A file of that
/// name is written over; a character that a file
/// name had better not have becomes `_`. The second session with a target, or with another of that name, goes to `NAME-2.txt`,
/// and so on: no two sessions share a file.
pub struct RecordingConnector {
    connector: Arc<dyn Connector>,
    folder: PathBuf,
    /// The names of the files so far.
    written: Mutex<HashSet<String>>,
}

impl RecordingConnector {
    /// Records what `connector` opens, to files in `folder`, which is made where it is not there.
    pub fn new(connector: Arc<dyn Connector>, folder: impl Into<PathBuf>) -> Self {
        Self { connector, folder: folder.into(), written: Mutex::default() }
    }

    fn file(&self, name: &str) -> io::Result<File> {
        std::fs::create_dir_all(&self.folder)?;
        let safe = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '.' | '_') { c } else { '_' };
        let name: String = name.chars().map(safe).collect();
        create(&self.folder.join(self.unused(&name)))
    }

    /// The first of `NAME.txt`, `NAME-2.txt` and so on that no session has.
    fn unused(&self, name: &str) -> String {
        // One insertion leaves it whole.
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut file, mut number) = (format!("{name}.txt"), 1);
        while !written.insert(file.clone()) {
            number += 1;
            file = format!("{name}-{number}.txt");
        }
        file
    }
}

impl Connector for RecordingConnector {
    fn connect(&self, target: &Target, cx: &Cx) -> Result<Box<dyn Transport>, TransportError> {
        let transport = self.connector.connect(target, cx)?;
        let known = &target.credentials;
        let secrets: Vec<Secret> =
            [&known.password, &known.enable, &known.passphrase].into_iter().flatten().cloned().collect();
        let recorder = self.file(&target.name).and_then(|file| {
            Ok(Recorder { transport: Boxed(transport), tape: Tape::new(BufWriter::new(file), &secrets)? })
        });
        let recorder = recorder.map_err(|error| {
            let what = format!("{}: cannot be written: {error}", self.folder.display());
            TransportError::new(ErrorKind::Io, Phase::Connect, &target.name, what)
        })?;
        Ok(Box::new(recorder))
    }

    fn asks_permit(&self) -> bool {
        self.connector.asks_permit()
    }
}

/// Creates a file anew, for its owner alone: what devices say is not everybody's.
fn create(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    // One that was there keeps its mode else.
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(file)
}

/// A transport of any kind.
struct Boxed(Box<dyn Transport>);

impl Transport for Boxed {
    fn read(&mut self, buf: &mut [u8], cx: &Cx) -> Result<usize, TransportError> {
        self.0.read(buf, cx)
    }

    fn write_all(&mut self, bytes: &[u8], cx: &Cx) -> Result<(), TransportError> {
        self.0.write_all(bytes, cx)
    }

    fn hold_back(&mut self) {
        self.0.hold_back();
    }

    fn close(&mut self, cx: &Cx) {
        self.0.close(cx);
    }
}
