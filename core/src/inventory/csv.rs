//! A table with a row per host, as spreadsheets and `NetBox` export them.

use super::draft::{Draft, Drafted};
use super::entry::Entry;
use super::fault::Fault;
use super::from_node::from_node;
use super::node::{Kind, Node};
use std::path::Path;
use std::sync::Arc;

/// The settings that a column may give; any other column is data.
const SETTINGS: [&str; 16] = [
    "hostname",
    "port",
    "platform",
    "transport",
    "username",
    "credential",
    "private_key",
    "known_hosts",
    "host_key_check",
    "source_address",
    "source_interface",
    "jump",
    "limits_group",
    "aaa_realm",
    "redundancy_group",
    "groups",
];

/// What a column of the heading gives.
enum Column {
    Name,
    Setting(&'static str),
    Data(String),
}

pub(super) fn read(text: &str, origin: &Arc<Path>) -> Result<Draft, Fault> {
    let mut reader = ::csv::ReaderBuilder::new()
        .delimiter(delimiter(text, origin))
        .has_headers(false)
        .comment(Some(b'#'))
        .trim(::csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let heading = records.next().ok_or_else(|| Fault::new("there is no heading in it"))?.map_err(fault)?;
    let columns: Vec<Column> = heading.iter().map(column).collect::<Result<_, _>>()?;
    if !columns.iter().any(|column| matches!(column, Column::Name)) {
        return Err(Fault::new("no column of the heading is called name, host or hostname").at_line(Some(1)));
    }
    let mut draft = Draft::default();
    for record in records {
        let record = record.map_err(fault)?;
        let line = record.position().map(::csv::Position::line);
        let (name, entry) = host(&columns, &record, line, origin)?;
        for group in &entry.groups {
            draft.groups.entry(group.clone()).or_default();
        }
        draft.hosts.push((name, Drafted::new(entry, origin, line)));
    }
    Ok(draft)
}

/// What stands between cells: a tab, a semicolon or a comma, whichever the heading has.
fn delimiter(text: &str, origin: &Path) -> u8 {
    let heading = text.lines().find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or_default();
    let is_tsv = origin.extension().is_some_and(|extension| extension == "tsv");
    match heading {
        heading if is_tsv || heading.contains('\t') => b'\t',
        heading if heading.matches(';').count() > heading.matches(',').count() => b';',
        _ => b',',
    }
}

fn column(title: &str) -> Result<Column, Fault> {
    let title = title.to_lowercase().replace([' ', '-'], "_");
    let refused = |reason: &str| Err(Fault::new(format!("the column {title}: {reason}")).at_line(Some(1)));
    match title.as_str() {
        "name" | "host" | "device" => Ok(Column::Name),
        "address" | "ip" | "ip_address" | "primary_ip" | "ipv4_address" | "ansible_host" => {
            Ok(Column::Setting("hostname"))
        }
        "user" | "ansible_user" => Ok(Column::Setting("username")),
        "group" => Ok(Column::Setting("groups")),
        "os" | "ansible_network_os" => Ok(Column::Setting("platform")),
        "password" | "enable" | "secret" | "passphrase" | "ansible_password" => refused(
            "a secret does not stand in this file; name an entry of `credentials` in a column credential",
        ),
        "" => refused("a column needs a name"),
        title => Ok(match SETTINGS.iter().find(|setting| **setting == title) {
            Some(setting) => Column::Setting(setting),
            None => Column::Data(title.to_owned()),
        }),
    }
}

fn host(
    columns: &[Column],
    record: &::csv::StringRecord,
    line: Option<u64>,
    origin: &Path,
) -> Result<(String, Entry), Fault> {
    let (mut name, mut settings, mut data) = (None, Vec::new(), Vec::new());
    for (column, cell) in columns.iter().zip(record).filter(|(_, cell)| !cell.is_empty()) {
        match column {
            Column::Name => name = Some(cell.to_owned()),
            Column::Setting(key) => {
                settings.push(((*key).to_owned(), Node { line, kind: setting(key, cell) }));
            }
            Column::Data(key) => data.push((key.clone(), Node { line, kind: scalar(cell) })),
        }
    }
    let name = name
        .or_else(|| settings.iter().find(|(key, _)| key == "hostname").and_then(|(_, node)| node.scalar()));
    let name = name.ok_or_else(|| Fault::new("the host has no name").at_line(line))?;
    settings.push(("data".to_owned(), Node { line, kind: Kind::Map(data) }));
    let mut entry: Entry =
        from_node(Node { line, kind: Kind::Map(settings) }).map_err(|fault| fault.under(&name))?;
    entry.relative_to(origin.parent().unwrap_or(Path::new("")));
    Ok((name, entry))
}

fn setting(key: &str, cell: &str) -> Kind {
    let list = |cell: &str| {
        let items = cell.split([';', '|', ',', ' ']).map(str::trim).filter(|item| !item.is_empty());
        Kind::List(items.map(|item| Node::from(Kind::text(item))).collect())
    };
    match key {
        "groups" => list(cell),
        "credential" if cell.contains([';', '|']) => list(cell),
        "port" => scalar(cell),
        // NetBox gives addresses with the length of their prefix.
        "hostname" => Kind::text(cell.split('/').next().unwrap_or(cell)),
        _ => Kind::text(cell),
    }
}

fn scalar(cell: &str) -> Kind {
    match cell {
        "true" | "True" | "TRUE" => Kind::Bool(true),
        "false" | "False" | "FALSE" => Kind::Bool(false),
        // A number with a leading zero is a name.
        _ if cell.len() > 1 && cell.starts_with('0') => Kind::text(cell),
        _ => cell.parse().map_or_else(|_| Kind::text(cell), Kind::Integer),
    }
}

#[allow(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn fault(error: ::csv::Error) -> Fault {
    let line = error.position().map(::csv::Position::line);
    let reason = match error.kind() {
        ::csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("expected {expected_len} cells, as the heading has, and not {len}")
        }
        _ => "no CSV".to_owned(),
    };
    Fault::new(reason).at_line(line)
}

#[cfg(test)]
mod tests {
    use super::super::Inventory;

    #[test]
    fn a_row_is_a_host_and_other_columns_are_data() {
        let text = "Name,IP Address,Platform,Site,Groups,Rack,Port\n\
                    # a comment\n\
                    r1,192.0.2.1/24,cisco_iosxe,ams,\"core, edge\",07,2022\n\
                    r2,2001:db8::2/64,,lon,,12,\n";
        let inventory = Inventory::parse(text, "devices.csv").unwrap();
        let (r1, r2) = (&inventory.hosts()[0], &inventory.hosts()[1]);
        assert_eq!((r1.hostname(), r1.port(), r1.platform()), ("192.0.2.1", Some(2022), Some("cisco_iosxe")));
        assert_eq!((r1.groups().join(" "), r2.hostname()), ("core edge".to_owned(), "2001:db8::2"));
        let rack = |host: &crate::inventory::Host| host.data("rack").map(ToString::to_string);
        assert_eq!((rack(r1).as_deref(), rack(r2).as_deref()), (Some("07"), Some("12")));
    }

    #[test]
    fn semicolons_and_tabs_are_told_by_the_heading() {
        for text in ["host;site\nr1;ams\n", "host\tsite\nr1\tams\n", "\u{feff}host,site\r\nr1,ams\r\n"] {
            let inventory = Inventory::parse(text, "devices.csv").unwrap();
            assert_eq!(
                inventory.hosts()[0].data("site").and_then(|site| site.as_text()),
                Some("ams"),
                "{text}"
            );
        }
    }

    #[test]
    fn errors_name_file_line_and_column() {
        let refused = |text: &str| Inventory::parse(text, "d.csv").unwrap_err().to_string();
        assert_eq!(
            refused("name,port\nr1,22\nr2,x\n"),
            "d.csv:3: r2: port: expected a whole number from 0 to 65535"
        );
        assert_eq!(refused("name,port\nr1\n"), "d.csv:2: expected 2 cells, as the heading has, and not 1");
        assert_eq!(refused("name,site\n,ams\n"), "d.csv:2: the host has no name");
        assert!(
            refused("name,password\nr1,hunter2\n")
                .starts_with("d.csv:1: the column password: a secret does not")
        );
        assert!(refused("site\nams\n").starts_with("d.csv:1: no column"));
        assert_eq!(refused("name\nr1\nr1\n"), "d.csv:3: host r1: there is another one of that name");
    }
}
