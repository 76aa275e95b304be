//! Journals that were cut off anywhere.

use super::*;
use crate::fleet::Status;

fn journal(folder: &Path) -> Journal {
    let hosts = ["r1", "r2", "r3", "r4"];
    Journal::create(folder.join("0001.jsonl"), &["show version".to_owned()], true, hosts).unwrap()
}

fn over(journal: &Journal, host: &str, status: Status) {
    let entry = Entry { status, attempts: 1, ..Entry::unknown() };
    journal.tell(host, Told::Outcome(entry)).unwrap();
}

fn left(record: &Record, unknown: bool) -> Vec<&str> {
    record.left(unknown).collect()
}

/// r1 is well, r2 was written to, r3 was read, r4 has not begun.
fn interrupted(folder: &Path) -> PathBuf {
    let journal = journal(folder);
    for host in ["r1", "r2", "r3"] {
        journal.started(host, 1).unwrap();
    }
    over(&journal, "r1", Status::Ok);
    journal.write_sent("r2").unwrap();
    journal.path().to_owned()
}

#[test]
fn what_was_read_is_left_and_what_was_written_to_is_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, record) = Journal::resume(interrupted(folder.path())).unwrap();
    assert_eq!(left(&record, false), ["r3", "r4"]);
    assert_eq!(left(&record, true), ["r2", "r3", "r4"]);
    assert_eq!(record.outcome("r2").unwrap().status, Status::Unknown);
    assert_eq!(record.not_well().collect::<Vec<_>>(), ["r2", "r3", "r4"]);
    over(&journal, "r3", Status::Failed);
    over(&journal, "r4", Status::Skipped);
    let record = Record::load(journal.path()).unwrap();
    assert_eq!((left(&record, false), record.commands().len()), (vec!["r4"], 1));
}

#[test]
fn a_host_whose_state_is_unknown_stays_so_when_it_is_tried_again_and_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let path = interrupted(folder.path());
    let (journal, _) = Journal::resume(&path).unwrap();
    journal.started("r2", 1).unwrap();
    drop(journal);
    let (_, record) = Journal::resume(&path).unwrap();
    assert_eq!(record.outcome("r2").unwrap().status, Status::Unknown);
}

#[test]
fn wherever_a_journal_is_cut_off_it_can_be_resumed_and_no_host_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let path = interrupted(folder.path());
    let text = std::fs::read(&path).unwrap();
    let first = text.iter().position(|byte| *byte == b'\n').unwrap();
    for cut in first + 1..=text.len() {
        std::fs::write(&path, &text[..cut]).unwrap();
        let (journal, record) = Journal::resume(&path).unwrap();
        let ended = record.hosts().iter().filter(|host| record.outcome(host).is_some()).count();
        assert_eq!(left(&record, false).len() + ended, 4, "cut behind {cut} bytes");
        // What is written next begins on a line of its own.
        over(&journal, "r4", Status::Ok);
        assert_eq!(Record::load(&path).unwrap().outcome("r4").unwrap().status, Status::Ok);
    }
}

#[test]
fn a_journal_is_written_by_one_process_at_a_time_and_never_over() {
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(folder.path());
    let error = Journal::resume(journal.path()).unwrap_err().to_string();
    assert!(error.contains("another process writes to it"), "{error}");
    let again = Journal::create(journal.path(), &[], false, []).unwrap_err();
    assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
}

#[test]
fn what_is_no_journal_is_told_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let told = |text: &str| {
        let path = folder.path().join("x.jsonl");
        std::fs::write(&path, text).unwrap();
        Record::load(path).unwrap_err().to_string()
    };
    assert!(told("").contains("no first line"));
    assert!(told("{}\n").contains("x.jsonl:1: the journal cannot be used: it is no journal"));
    let header = "{\"linecrew_journal\":1,\"at\":\"\",\"commands\":[],\"writes\":false,\"hosts\":[]}\n";
    assert!(told(&header.replace(":1,", ":2,")).contains("its version is 2; expected 1"));
    assert!(told(&format!("{header}x\n")).contains("x.jsonl:2:"));
}
