//! Hosts for the tests of the formats.

use crate::record::{HostRecord, ReplyRecord, Status};
use linecrew_core::native::Data;
use linecrew_core::textfsm::Template;

pub(super) fn reply(command: &str, text: &str) -> ReplyRecord {
    let (command, text) = (command.to_owned(), text.to_owned());
    ReplyRecord {
        command,
        ok: true,
        elapsed_ms: 0,
        text,
        parsed: None,
        parser: None,
        error: None,
        failure: None,
        warnings: Vec::new(),
    }
}

/// A reply of lines with a word and a digit, as rows of `column` and a list of ITEMS.
pub(super) fn parsed_reply(command: &str, column: &str, text: &str) -> ReplyRecord {
    let template = format!(
        "Value Required {column} (\\w)\nValue List ITEMS (\\d)\n\nStart\n  ^${{{column}}} ${{ITEMS}} -> Record\n"
    );
    let table = Template::parse(&template).unwrap().parse_text(text).unwrap();
    ReplyRecord {
        parsed: Some(Data::Table(table)),
        parser: Some("a template".to_owned()),
        ..reply(command, text)
    }
}

/// A host that did well.
pub(super) fn record_of(host: &str, replies: Vec<ReplyRecord>) -> HostRecord {
    HostRecord {
        host: host.to_owned(),
        status: Status::Ok,
        cause: None,
        attempts: 1,
        elapsed_ms: 0,
        address: None,
        out_of_band: false,
        detected: None,
        phase: None,
        error: None,
        replies,
    }
}

/// A host that replied to nothing.
pub(super) fn failed(host: &str) -> HostRecord {
    let error = Some(format!("{host}: it failed"));
    HostRecord {
        status: Status::Failed,
        phase: Some("connect".to_owned()),
        error,
        ..record_of(host, Vec::new())
    }
}
