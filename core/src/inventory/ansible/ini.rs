//! The INI inventory: `[group]`, `[group:children]`, `[group:vars]`, and hosts with variables on their lines.

use super::super::fault::Fault;
use super::super::node::{Kind, Node};
use super::model::{Model, Var, Vars};
use super::range;
use super::words::words;
use std::path::Path;
use std::sync::Arc;

/// What the lines of a section say.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Hosts,
    Children,
    Vars,
}

pub(super) fn read(text: &str, origin: &Arc<Path>, model: &mut Model) -> Result<(), Fault> {
    let (mut group, mut section) = ("ungrouped".to_owned(), Section::Hosts);
    // Groups whose variables are set, which must be there in the end, with the line that does.
    let mut expected = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        let at = |reason: String| Fault::new(reason).at_line(Some(number));
        if let Some((name, kind)) = header(line) {
            section = kind.map_err(at)?;
            name.clone_into(&mut group);
            match section {
                Section::Vars => expected.push((group.clone(), number)),
                _ => _ = model.group(name),
            }
            continue;
        }
        match section {
            Section::Hosts => hosts(line, &group, number, origin, model).map_err(at)?,
            Section::Children => model.child(&group, child(line).map_err(at)?),
            Section::Vars => {
                let (name, var) = variable(line, number, origin).map_err(at)?;
                model.group(&group).holder.vars.insert(name, var);
            }
        }
    }
    undeclared(&expected, text, model)
}

/// A group whose variables are set has to be declared by another section.
fn undeclared(expected: &[(String, u64)], text: &str, model: &Model) -> Result<(), Fault> {
    let is_declared = |name: &str| {
        let sections = text.lines().filter_map(|line| header(line.trim()));
        let declares =
            sections.filter(|(_, kind)| kind != &Ok(Section::Vars)).any(|(group, _)| group == name);
        name == "all" || name == "ungrouped" || declares || !model.parents_of(name).is_empty()
    };
    match expected.iter().find(|(name, _)| !is_declared(name)) {
        Some((name, line)) => {
            Err(Fault::new(format!("variables of a group that is nowhere: {name}")).at_line(Some(*line)))
        }
        None => Ok(()),
    }
}

/// `[name]` or `[name:kind]`, with a comment after it at most.
fn header(line: &str) -> Option<(&str, Result<Section, String>)> {
    let (inside, rest) = line.strip_prefix('[')?.split_once(']')?;
    if !(rest.trim().is_empty() || rest.trim_start().starts_with(['#', ';'])) {
        return None;
    }
    let (name, kind) = inside.split_once(':').map_or((inside, None), |(name, kind)| (name, Some(kind)));
    let section = match kind.map(str::trim) {
        None | Some("hosts") => Ok(Section::Hosts),
        Some("children") => Ok(Section::Children),
        Some("vars") => Ok(Section::Vars),
        // A bracketed address of IPv6, or a range, is a host.
        Some(_) if inside.parse::<std::net::Ipv6Addr>().is_ok() || range::expand(line).is_ok() => {
            return None;
        }
        Some(_) => Err(format!("the section [{inside}]: expected [group], [group:children] or [group:vars]")),
    };
    Some((name.trim(), section))
}

/// A host, or those of a range, with their variables.
fn hosts(line: &str, group: &str, number: u64, origin: &Arc<Path>, model: &mut Model) -> Result<(), String> {
    let words = words(line, true)?;
    let Some((place, rest)) = words.split_first() else { return Ok(()) };
    let mut vars = Vars::new();
    for word in rest {
        let (name, var) = variable(word, number, origin)?;
        vars.insert(name, var);
    }
    let (pattern, port) = with_port(place)?;
    if let Some(port) = port {
        let node = Node { line: Some(number), kind: Kind::Integer(port.into()) };
        vars.insert("ansible_port".to_owned(), Var { node, origin: Arc::clone(origin) });
    }
    for name in range::expand(pattern)? {
        model.host(&name, group).vars.extend(vars.clone());
    }
    Ok(())
}

/// `host:port`, `[address]:port`; a colon in a range or an address is none.
fn with_port(place: &str) -> Result<(&str, Option<u16>), String> {
    let Some((host, port)) = place.rsplit_once(':') else { return Ok((place, None)) };
    let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let has_other_colon = host.contains(':') && !host.ends_with(']');
    if !is_port || has_other_colon {
        let address = place.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let is_address = address.is_some_and(|text| text.parse::<std::net::Ipv6Addr>().is_ok());
        return Ok((address.filter(|_| is_address).unwrap_or(place), None));
    }
    let port = port.parse().map_err(|_| "expected a port from 0 to 65535 behind the colon".to_owned())?;
    let address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let address = address.filter(|text| text.parse::<std::net::Ipv6Addr>().is_ok());
    Ok((address.unwrap_or(host), Some(port)))
}

fn child(line: &str) -> Result<&str, String> {
    let name = line.split('#').next().unwrap_or_default().trim();
    if name.contains(char::is_whitespace) {
        Err("expected the name of one group".to_owned())
    } else {
        Ok(name)
    }
}

fn variable(text: &str, number: u64, origin: &Arc<Path>) -> Result<(String, Var), String> {
    // The text is not quoted: it may be a password behind a blank.
    let (name, value) = text.split_once('=').ok_or("expected name=value")?;
    let node = Node { line: Some(number), kind: literal(value.trim()) };
    Ok((name.trim().to_owned(), Var { node, origin: Arc::clone(origin) }))
}

/// A value as Python would read it, or else a text.
fn literal(text: &str) -> Kind {
    let quoted = |quote| text.strip_prefix(quote).and_then(|text: &str| text.strip_suffix(quote));
    match text {
        "True" => return Kind::Bool(true),
        "False" => return Kind::Bool(false),
        "None" => return Kind::Null,
        _ => {}
    }
    if let Some(inside) = quoted('"').or(quoted('\'')).filter(|inside| !inside.contains(['"', '\'', '\\'])) {
        return Kind::text(inside);
    }
    let is_list_or_map = text.starts_with(['[', '{']) && !text.starts_with("{{");
    if let Some(Ok(node)) = is_list_or_map.then(|| Node::from_yaml(text)) {
        return node.kind;
    }
    number(text).unwrap_or_else(|| Kind::text(text))
}

/// A number without a leading zero, which Python takes for none.
fn number(text: &str) -> Option<Kind> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_plain =
        digits.starts_with(|c: char| c.is_ascii_digit()) && !(digits.len() > 1 && digits.starts_with('0'));
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if is_plain && !digits.contains('.') {
        return text.parse().ok().map(Kind::Integer);
    }
    (is_number && digits.matches('.').count() == 1).then(|| text.parse().ok().map(Kind::Number))?
}
