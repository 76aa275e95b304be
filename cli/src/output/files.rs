//! A file for each host, in a folder.

use super::grid::grid;
use super::{json, sheets, table};
use crate::args::Format;
use crate::record::{HostRecord, Status};
use linecrew_core::session::file_name;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use tempfile::NamedTempFile;

/// Where the files go, and what they hold.
pub(crate) struct Files {
    folder: PathBuf,
    format: Format,
    columns: Vec<String>,
    /// Each host, how it ended, and its file.
    written: Vec<[String; 3]>,
    /// What the end tells of them, such as what parsed them; the replies themselves are in the files.
    records: Vec<HostRecord>,
}

impl Files {
    /// Makes the folder where it is missing.
    pub(crate) fn new(folder: PathBuf, format: Format, columns: &[String]) -> io::Result<Self> {
        std::fs::create_dir_all(&folder).map_err(|error| named(&folder, &error))?;
        let written = vec![["HOST", "STATUS", "FILE"].map(str::to_owned)];
        Ok(Self { folder, format, columns: columns.to_vec(), written, records: Vec::new() })
    }

    /// Writes the file of a host. One that failed has none, and keeps the one of an earlier run.
    pub(super) fn host(&mut self, mut record: HostRecord, is_parsing: bool) -> io::Result<()> {
        let mut row = [record.host.clone(), record.status.word().to_owned(), String::new()];
        if record.status == Status::Ok {
            let path = self.folder.join(format!("{}.{}", file_name(&record.host), self.extension()));
            self.write(&path, &record, is_parsing).map_err(|error| named(&path, &error))?;
            row[2] = path.display().to_string();
        }
        self.written.push(row);
        for reply in &mut record.replies {
            (reply.text, reply.parsed) = (String::new(), None);
        }
        self.records.push(record);
        Ok(())
    }

    /// Prints which files were written, and what failed.
    pub(super) fn finish(&self, out: &mut impl Write) -> io::Result<()> {
        grid(out, &self.written)?;
        table::ending(out, &self.records)
    }

    fn extension(&self) -> &'static str {
        match self.format {
            Format::Json | Format::Jsonl | Format::Native => "json",
            Format::Csv => "csv",
            Format::Table | Format::Raw | Format::Grouped => "txt",
        }
    }

    /// The file is there as a whole or not at all; only its owner may read it, since configurations have secrets.
    fn write(&self, path: &std::path::Path, record: &HostRecord, is_parsing: bool) -> io::Result<()> {
        let file = NamedTempFile::new_in(&self.folder)?;
        let mut out = BufWriter::new(file);
        match self.extension() {
            "json" => json::object(&mut out, record)?,
            "csv" => {
                let of_host;
                let columns = match (is_parsing, self.columns.is_empty()) {
                    (false, _) => None,
                    (true, false) => Some(self.columns.as_slice()),
                    (true, true) => {
                        of_host = sheets::all_columns(std::slice::from_ref(record));
                        Some(of_host.as_slice())
                    }
                };
                sheets::heading(&mut out, columns)?;
                sheets::host(&mut out, record, columns)?;
            }
            _ => text(&mut out, record)?,
        }
        let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        file.persist(path).map(drop).map_err(|error| error.error)
    }
}

/// What the device said as it is; a line before each reply where there are several.
fn text(out: &mut impl Write, record: &HostRecord) -> io::Result<()> {
    for reply in &record.replies {
        if record.replies.len() > 1 {
            writeln!(out, "=== {}", reply.command)?;
        }
        writeln!(out, "{}", reply.text.trim_end_matches('\n'))?;
    }
    Ok(())
}

fn named(path: &std::path::Path, error: &io::Error) -> io::Error {
    // Never the kind of a reader that went away.
    io::Error::other(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::testing::{failed, parsed_reply, record_of, reply};

    fn files(format: Format, records: Vec<HostRecord>, is_parsing: bool) -> (tempfile::TempDir, String) {
        let folder = tempfile::tempdir().unwrap();
        let mut files = Files::new(folder.path().join("out"), format, &[]).unwrap();
        records.into_iter().try_for_each(|record| files.host(record, is_parsing)).unwrap();
        let mut out = Vec::new();
        files.finish(&mut out).unwrap();
        (folder, String::from_utf8(out).unwrap())
    }

    fn read(folder: &tempfile::TempDir, name: &str) -> String {
        std::fs::read_to_string(folder.path().join("out").join(name)).unwrap()
    }

    #[test]
    fn the_text_is_as_the_device_said_it() {
        let two = vec![reply("show a", "x\u{9b}\n"), reply("show b", "y")];
        let records = vec![record_of("r1", vec![reply("show a", "x")]), record_of("r2", two), failed("r3")];
        let (folder, out) = files(Format::Table, records, false);
        assert_eq!(read(&folder, "r1.txt"), "x\n");
        assert_eq!(read(&folder, "r2.txt"), "=== show a\nx\u{9b}\n=== show b\ny\n");
        assert_eq!(std::fs::read_dir(folder.path().join("out")).unwrap().count(), 2);
        assert!(
            out.starts_with("HOST  STATUS  FILE\nr1    ok      ") && out.contains("\nr3    failed\n"),
            "{out}"
        );
        assert!(out.ends_with("\n\nr3: it failed\n"), "{out}");
    }

    #[test]
    fn data_is_in_files_of_its_kind() {
        let record = || record_of("r1", vec![parsed_reply("show a", "A", "x 1\n")]);
        let (folder, _) = files(Format::Jsonl, vec![record()], true);
        let json: serde_json::Value = serde_json::from_str(&read(&folder, "r1.json")).unwrap();
        assert_eq!((&json["schema"], &json["host"]), (&1.into(), &"r1".into()));
        let (folder, out) = files(Format::Csv, vec![record()], true);
        assert!(out.ends_with("\n\nparsed by a template\n"), "{out}");
        assert_eq!(
            read(&folder, "r1.csv"),
            "host,status,command,parser,error,A,ITEMS\nr1,ok,show a,a template,,x,\"[\"\"1\"\"]\"\n"
        );
    }

    #[test]
    fn a_failed_host_keeps_its_earlier_file_and_only_the_owner_reads_one() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        for record in [record_of("r1", vec![reply("show a", "good")]), failed("r1")] {
            let mut files = Files::new(folder.path().join("out"), Format::Raw, &[]).unwrap();
            files.host(record, false).unwrap();
        }
        assert_eq!(read(&folder, "r1.txt"), "good\n");
        let mode = std::fs::metadata(folder.path().join("out/r1.txt")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
