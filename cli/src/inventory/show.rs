//! All that is known of one host, but its secrets.

use super::json;
use crate::args::Form;
use crate::exit::Usage;
use crate::output::grid;
use linecrew_core::inventory::{Host, Inventory};
use serde_json::{Map, Value};
use std::io::{self, Write};

/// What stands in place of data that tells a secret by its name.
const HIDDEN: &str = "***";

pub(super) fn print(
    out: &mut impl Write,
    inventory: &Inventory,
    name: &str,
    form: Form,
) -> Result<io::Result<()>, Usage> {
    let found = inventory.host(name);
    let host = found.ok_or_else(|| Usage::new(format!("the inventory has no host {name}")))?;
    let known = known(host)?;
    Ok(match form {
        Form::Json => json(out, &known),
        Form::Table => {
            let mut rows = Vec::new();
            known.iter().for_each(|(key, value)| flat(key, value, &mut rows));
            grid(out, &rows)
        }
    })
}

fn known(host: &Host) -> Result<Map<String, Value>, Usage> {
    let mut known = Map::new();
    let mut add = |key: &str, value: Value| _ = known.insert(key.to_owned(), value);
    add("host", host.name().into());
    add("hostname", host.hostname().into());
    add("transport", host.transport().into());
    add("groups", host.all_groups().to_vec().into());
    add("credentials", host.credentials().map(str::to_owned).collect::<Vec<_>>().into());
    add("way", host.jumps().iter().map(|jump| jump.name().to_owned()).collect::<Vec<_>>().into());
    let settings = serde_json::to_value(host.settings()).map_err(Usage::new)?;
    if let Value::Object(settings) = settings {
        for (key, mut value) in settings {
            hide(&mut value);
            known.entry(key).or_insert(value);
        }
    }
    Ok(known)
}

/// Hides what tells a secret by its name, however deep.
fn hide(value: &mut Value) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                if tells_secret(key) { *value = HIDDEN.into() } else { hide(value) }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(hide),
        _ => {}
    }
}

/// Whether a name is one of those that people give to secrets. Rather too many than one too few: what is hidden stands in
/// the inventory.
fn tells_secret(name: &str) -> bool {
    const PARTS: [&str; 8] = ["pass", "pwd", "secret", "token", "communit", "psk", "credential", "private"];
    const WORDS: [&str; 9] = ["pw", "key", "keys", "pin", "auth", "snmp", "hash", "cookie", "seed"];
    let name = name.to_ascii_lowercase();
    PARTS.iter().any(|part| name.contains(part))
        || name.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| WORDS.contains(&word))
}

/// A line for each value, with the keys that lead to it.
fn flat(key: &str, value: &Value, rows: &mut Vec<[String; 2]>) {
    match value {
        Value::Null => {}
        Value::Object(entries) => {
            entries.iter().for_each(|(inner, value)| flat(&format!("{key}.{inner}"), value, rows));
        }
        Value::Array(values) => {
            let texts: Vec<_> = values.iter().map(text).collect();
            if !texts.is_empty() {
                rows.push([key.to_owned(), texts.join(", ")]);
            }
        }
        value => rows.push([key.to_owned(), text(value)]),
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_may_be_a_secret_by_its_name_is_hidden_and_the_rest_is_shown() {
        for name in
            ["snmp_ro", "tacacs_key", "api-key", "enable_pw", "AuthToken", "bgp_password", "PSK", "wifi.pin"]
        {
            assert!(tells_secret(name), "{name}");
        }
        for name in ["site", "role", "monkey", "author", "keyboard", "vlan", "spinning"] {
            assert!(!tells_secret(name), "{name}");
        }
        let mut value = json!({"bgp": [{"md5_key": "x", "asn": 65001}], "site": "ams"});
        hide(&mut value);
        assert_eq!(value, json!({"bgp": [{"md5_key": "***", "asn": 65001}], "site": "ams"}));
    }
}
