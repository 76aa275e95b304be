//! Python's textfsm and ntc-templates, to hold ours against.
//!
//! An [`Oracle`] is a Python process. It needs `python3` with its `venv` module, and PyPI the first time.

use serde::Deserialize;
use serde_json::{Value, json};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// What is installed for it.
const PACKAGES: [&str; 2] = ["textfsm==2.1.*", "ntc_templates==9.3.*"];

const PROGRAM: &str = include_str!("oracle.py");

/// A Python process that answers what its textfsm makes of templates and texts.
#[derive(Debug)]
pub struct Oracle {
    child: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

/// What Python made of a template and texts.
#[derive(Debug)]
pub enum Verdict {
    /// The template is refused, with Python's words.
    Refused(String),
    /// The header, and what became of each text.
    Parsed(Parsed),
    /// Python took too long; it backtracks exponentially on some.
    Slow,
}

/// The header of a template, and the answer for each text.
#[derive(Debug, Deserialize)]
pub struct Parsed {
    /// The names of the values.
    pub header: Vec<String>,
    /// One for each text.
    pub answers: Vec<Answer>,
}

/// What Python made of one text.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// An array of rows, each an array of values.
    Rows(Value),
    /// The exception that it raised.
    Error(String),
}

impl Oracle {
    /// Starts it in a virtual environment in `folder`, which is made if it is not there.
    pub fn start(folder: &Path) -> io::Result<Self> {
        let python = environment(folder)?;
        let mut child = Command::new(python)
            .args(["-W", "ignore", "-c", PROGRAM])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (requests, answers) = (child.stdin.take(), child.stdout.take());
        let answers = answers.ok_or_else(|| io::Error::other("python has no standard output"))?;
        Ok(Self { child, requests, answers: BufReader::new(answers) })
    }

    /// Sends a request of the program and reads its answer.
    pub fn ask(&mut self, request: &Value) -> io::Result<Value> {
        let requests =
            self.requests.as_mut().ok_or_else(|| io::Error::other("python has no standard input"))?;
        requests.write_all(format!("{request}\n").as_bytes())?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        serde_json::from_str(&answer)
            .map_err(|error| io::Error::other(format!("python said {answer:?}: {error}")))
    }

    /// Parses `texts` by `template`.
    pub fn parse(&mut self, template: &str, texts: &[String]) -> io::Result<Verdict> {
        let answer = self.ask(&json!({"op": "parse", "template": template, "texts": texts}))?;
        if answer.get("slow").is_some() {
            return Ok(Verdict::Slow);
        }
        match answer["error"].as_str() {
            Some(error) => Ok(Verdict::Refused(error.to_owned())),
            None => Ok(Verdict::Parsed(serde_json::from_value(answer)?)),
        }
    }

    /// Texts that the rules of `template` match, more or less, the same for the same seed.
    pub fn inputs(&mut self, template: &str, seed: u64, count: usize) -> io::Result<Vec<String>> {
        let request = json!({"op": "inputs", "template": template, "seed": seed, "count": count});
        self.texts(&request)
    }

    /// Such a text of so many lines, without stray lines and without those that a rule refuses.
    pub fn plain_input(&mut self, template: &str, seed: u64, lines: u32) -> io::Result<String> {
        let request = json!({
            "op": "inputs", "template": template, "seed": seed, "count": 1, "lines": lines, "plain": true,
        });
        self.texts(&request).map(|texts| texts.into_iter().next().unwrap_or_default())
    }

    /// For each template of a folder's index, a platform and a command by which the index finds it.
    pub fn queries(&mut self, folder: &Path) -> io::Result<Vec<(String, String, String)>> {
        let answer = self.ask(&json!({"op": "queries", "folder": folder}))?;
        serde_json::from_value(answer["answers"].clone()).map_err(|_| io::Error::other(answer.to_string()))
    }

    /// What the index of a folder finds for each platform and command: the column `Template`.
    pub fn look_up(
        &mut self,
        folder: &Path,
        queries: &[(String, String)],
    ) -> io::Result<Vec<Option<String>>> {
        let answer = self.ask(&json!({"op": "lookup", "folder": folder, "queries": queries}))?;
        serde_json::from_value(answer["answers"].clone()).map_err(|_| io::Error::other(answer.to_string()))
    }

    /// What ntc-templates' `parse_output` makes of a reply.
    pub fn parse_output(
        &mut self,
        folder: &Path,
        platform: &str,
        command: &str,
        text: &str,
    ) -> io::Result<Value> {
        self.ask(&json!({
            "op": "parse_output", "folder": folder, "platform": platform, "command": command, "text": text,
        }))
    }

    /// Reads the cases of a bench from a file: `usual` and `large` of templates and texts.
    pub fn load(&mut self, file: &Path) -> io::Result<()> {
        self.ask(&json!({"op": "load", "file": file})).map(drop)
    }

    /// The processor time that Python takes for each of them, in seconds; None where it raises an exception, or takes
    /// too long.
    pub fn time(&mut self, work: &str) -> io::Result<Vec<Option<f64>>> {
        let answer = self.ask(&json!({"op": "measure", "work": work}))?;
        serde_json::from_value(answer["answers"].clone()).map_err(|_| io::Error::other(answer.to_string()))
    }

    fn texts(&mut self, request: &Value) -> io::Result<Vec<String>> {
        let answer = self.ask(request)?;
        serde_json::from_value(answer["texts"].clone()).map_err(|_| io::Error::other(answer.to_string()))
    }

    /// Where the templates of ntc-templates are.
    pub fn ntc_templates(&mut self) -> io::Result<PathBuf> {
        let answer = self.ask(&json!({"op": "folder"}))?;
        answer["folder"].as_str().map(PathBuf::from).ok_or_else(|| io::Error::other(answer.to_string()))
    }

    /// The versions of Python, textfsm and ntc-templates, for a report.
    pub fn versions(&mut self) -> io::Result<String> {
        let answer = self.ask(&json!({"op": "versions"}))?;
        let word = |name: &str| format!("{name} {}", answer[name].as_str().unwrap_or("?"));
        Ok(["python", "textfsm", "ntc_templates"].map(word).join(", "))
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        // The end of its input is the end of the program.
        drop(self.requests.take());
        let _ = self.child.wait();
    }
}

/// The interpreter of the environment in `folder`.
fn environment(folder: &Path) -> io::Result<PathBuf> {
    let python = folder.join("bin/python");
    let done = folder.join("complete");
    if !done.exists() {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder))?;
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(PACKAGES))?;
        std::fs::write(done, PACKAGES.join("\n"))?;
    }
    Ok(python)
}

fn run(command: &mut Command) -> io::Result<()> {
    let failed = match command.status() {
        Ok(status) if status.success() => return Ok(()),
        Ok(status) => status.to_string(),
        Err(error) => error.to_string(),
    };
    Err(io::Error::other(format!("{command:?}: {failed}")))
}
