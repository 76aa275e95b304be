//! A device in memory that follows a script, for tests.

use crate::cx::{Cx, Interruption};
use crate::transport::{Connector, ErrorKind, Phase, Target, Transport, TransportError};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// In a script's output: a moment in which nothing is there at once, though more will come.
pub(super) const PAUSE: &str = "\u{1}";

const MOMENT: Duration = Duration::from_millis(1);

/// In a script's output: ten seconds without a word.
pub(super) const LONG_PAUSE: &str = "\u{2}";

/// What the device says first, and then to each write that it expects. Time is virtual: with nothing left to say it
/// times out at once, whatever the deadline.
#[derive(Clone)]
pub(super) struct Scripted {
    greeting: Vec<u8>,
    steps: Vec<(String, Vec<u8>)>,
    hangs_up: bool,
    chunk: usize,
    slow: bool,
    written: Arc<Mutex<Vec<String>>>,
    deadlines: Arc<Mutex<Vec<(&'static str, Instant)>>>,
}

impl Scripted {
    pub(super) fn new(greeting: impl AsRef<[u8]>) -> Self {
        Self {
            greeting: greeting.as_ref().to_vec(),
            steps: Vec::new(),
            hangs_up: false,
            chunk: usize::MAX,
            slow: false,
            written: Arc::default(),
            deadlines: Arc::default(),
        }
    }

    /// Expects `input`, in one write or several, and says `output`.
    pub(super) fn step(mut self, input: &str, output: impl AsRef<[u8]>) -> Self {
        self.steps.push((input.to_owned(), output.as_ref().to_vec()));
        self
    }

    /// Hangs up when all is said.
    pub(super) fn hangs_up(mut self) -> Self {
        self.hangs_up = true;
        self
    }

    /// Lets reads have that many bytes at most.
    pub(super) fn chunk(mut self, bytes: usize) -> Self {
        self.chunk = bytes;
        self
    }

    /// Pauses for a moment after each read.
    pub(super) fn slow(mut self) -> Self {
        self.slow = true;
        self
    }

    /// All that was written to it.
    pub(super) fn written(&self) -> String {
        self.writes().concat()
    }

    /// Each write by itself.
    pub(super) fn writes(&self) -> Vec<String> {
        self.written.lock().unwrap().clone()
    }

    /// Until when reads were to wait at most by the limit of that name, each moment once.
    pub(super) fn deadlines(&self, limit: &str) -> Vec<Instant> {
        let all = self.deadlines.lock().unwrap();
        let mut moments: Vec<Instant> =
            all.iter().filter(|(name, _)| *name == limit).map(|(_, at)| *at).collect();
        moments.dedup();
        moments
    }
}

impl Connector for Scripted {
    fn connect(&self, target: &Target, _cx: &Cx) -> Result<Box<dyn Transport>, TransportError> {
        let mut device = Device {
            name: target.name.clone(),
            script: self.clone(),
            steps: self.steps.clone().into(),
            saying: VecDeque::new(),
            typed: String::new(),
            closed: false,
        };
        device.say(&self.greeting);
        Ok(Box::new(device))
    }

    fn asks_permit(&self) -> bool {
        true
    }
}

struct Device {
    name: String,
    script: Scripted,
    steps: VecDeque<(String, Vec<u8>)>,
    /// What it will say, and how long it pauses before.
    saying: VecDeque<(Duration, Vec<u8>)>,
    /// What was typed and is not yet a whole input.
    typed: String,
    closed: bool,
}

impl Device {
    fn say(&mut self, output: &[u8]) {
        let (mut pause, mut run) = (Duration::ZERO, Vec::new());
        for &byte in output {
            let next_pause = match byte {
                1 => MOMENT,
                2 => Duration::from_secs(10),
                _ => {
                    run.push(byte);
                    continue;
                }
            };
            self.saying.push_back((pause, std::mem::take(&mut run)));
            pause = next_pause;
        }
        self.saying.push_back((pause, run));
    }
}

impl Transport for Device {
    fn read(&mut self, buf: &mut [u8], cx: &Cx) -> Result<usize, TransportError> {
        self.script.deadlines.lock().unwrap().push((cx.deadline().limit(), cx.deadline().instant()));
        if cx.cancel().is_cancelled() {
            return Err(TransportError::interrupted(Interruption::Cancelled, Phase::Read, &self.name, cx));
        }
        while let Some((pause, run)) = self.saying.front_mut() {
            if *pause > cx.deadline().remaining() {
                return Err(TransportError::interrupted(Interruption::TimedOut, Phase::Read, &self.name, cx));
            }
            *pause = Duration::ZERO;
            if !run.is_empty() {
                let count = run.len().min(buf.len()).min(self.script.chunk);
                buf[..count].copy_from_slice(&run[..count]);
                run.drain(..count);
                if self.script.slow && !run.is_empty() {
                    *pause = MOMENT;
                }
                return Ok(count);
            }
            self.saying.pop_front();
        }
        if self.closed || (self.script.hangs_up && self.steps.is_empty()) {
            return Err(TransportError::new(
                ErrorKind::Closed,
                Phase::Read,
                &self.name,
                "closed by the other side",
            ));
        }
        Err(TransportError::interrupted(Interruption::TimedOut, Phase::Read, &self.name, cx))
    }

    fn write_all(&mut self, bytes: &[u8], _cx: &Cx) -> Result<(), TransportError> {
        let text = String::from_utf8_lossy(bytes).into_owned();
        self.script.written.lock().unwrap().push(text.clone());
        self.typed.push_str(&text);
        while let Some((input, _)) = self.steps.front() {
            let Some(rest) = self.typed.strip_prefix(input.as_str()) else {
                assert!(
                    input.starts_with(&self.typed),
                    "written to the device: {:?}, not {input:?}",
                    self.typed
                );
                break;
            };
            self.typed = rest.to_owned();
            // It is there.
            let (_, output) = self.steps.pop_front().unwrap_or_default();
            self.say(&output);
        }
        Ok(())
    }

    fn close(&mut self, _cx: &Cx) {
        self.closed = true;
    }
}
