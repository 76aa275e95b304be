//! The running configuration of a device.

use serde::Deserialize;

/// What configuration mode changes and `show running-config` shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RunningConfig {
    pub(crate) hostname: String,
    lines: Vec<String>,
    interfaces: Vec<Interface>,
}

/// One interface's part of it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Interface {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) lines: Vec<String>,
}

impl RunningConfig {
    pub(crate) fn new(hostname: &str, interfaces: Vec<Interface>) -> Self {
        Self { hostname: hostname.into(), lines: Vec::new(), interfaces }
    }

    /// Adds a line to an interface's part, or to the rest where none is named. A line that sets the same thing anew
    /// takes the old one's place.
    pub(crate) fn add(&mut self, interface: Option<&str>, line: &str) {
        let lines = self.lines_of(interface);
        if let Some(old) = lines.iter_mut().find(|old| sets_the_same(old, line)) {
            line.clone_into(old);
        } else {
            lines.push(line.into());
        }
    }

    /// Takes out the lines that begin with the given words.
    pub(crate) fn remove(&mut self, interface: Option<&str>, words: &str) {
        self.lines_of(interface).retain(|line| {
            !line.strip_prefix(words).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        });
    }

    /// The interfaces, in their order.
    pub(crate) fn interfaces(&self) -> &[Interface] {
        &self.interfaces
    }

    /// Makes sure that there is an interface of that name.
    pub(crate) fn declare(&mut self, name: &str) {
        self.lines_of(Some(name));
    }

    /// What it has that another one lacks, as lines in the same layout.
    pub(crate) fn text_beyond(&self, other: &Self) -> String {
        let mut text = String::new();
        if self.hostname != other.hostname {
            text = format!("hostname {}\n", self.hostname);
        }
        for interface in &self.interfaces {
            let known = other.interfaces.iter().find(|known| known.name == interface.name);
            let is_new = |line: &&String| known.is_none_or(|known| !known.lines.contains(line));
            let lines: Vec<String> = interface.lines.iter().filter(is_new).cloned().collect();
            if known.is_none() || !lines.is_empty() {
                text += &Interface { name: interface.name.clone(), lines }.text();
            }
        }
        let new = self.lines.iter().filter(|line| !other.lines.contains(line));
        new.fold(text, |text, line| text + line + "\n")
    }

    /// It as statements, each a path of words.
    pub(crate) fn statements(&self) -> Vec<String> {
        let hostname = format!("system host-name {}", self.hostname);
        let interfaces = self.interfaces.iter().flat_map(|interface| {
            interface.lines.iter().map(|line| format!("interfaces {} {line}", interface.name))
        });
        std::iter::once(hostname).chain(self.lines.iter().cloned()).chain(interfaces).collect()
    }

    /// The statements as lines that set them.
    pub(crate) fn set_lines(&self) -> String {
        self.statements().iter().fold(String::new(), |text, statement| text + "set " + statement + "\n")
    }

    /// The statements that it lacks, marked with a minus, and those that it has beyond another one, with a plus.
    pub(crate) fn compared_with(&self, other: &Self) -> String {
        let (mine, others) = (self.statements(), other.statements());
        let gone = others.iter().filter(|it| !mine.contains(it)).map(|it| format!("-  {it};\n"));
        let new = mine.iter().filter(|it| !others.contains(it)).map(|it| format!("+  {it};\n"));
        let changes: String = gone.chain(new).collect();
        if changes.is_empty() { changes } else { format!("[edit]\n{changes}") }
    }

    /// Adds a statement.
    pub(crate) fn set(&mut self, words: &[&str]) {
        match words {
            ["system", "host-name", name] => (*name).clone_into(&mut self.hostname),
            ["interfaces", name, rest @ ..] if !rest.is_empty() => self.add(Some(name), &rest.join(" ")),
            _ => self.add(None, &words.join(" ")),
        }
    }

    /// Takes out all statements that begin so.
    pub(crate) fn delete(&mut self, words: &[&str]) {
        match words {
            ["interfaces"] => self.interfaces.clear(),
            ["interfaces", name] => self.interfaces.retain(|interface| interface.name != *name),
            ["interfaces", name, rest @ ..] => self.remove(Some(name), &rest.join(" ")),
            _ => self.remove(None, &words.join(" ")),
        }
    }

    /// The configuration below its header: hostname, interfaces, the rest; without the last `end`.
    pub(crate) fn text(&self) -> String {
        let mut text = format!("hostname {}\n!\n", self.hostname);
        text.extend(self.interfaces.iter().map(Interface::text));
        text.extend(self.lines.iter().map(|line| format!("{line}\n")));
        text
    }

    fn lines_of(&mut self, interface: Option<&str>) -> &mut Vec<String> {
        let Some(name) = interface else { return &mut self.lines };
        let index = self.interfaces.iter().position(|known| known.name == name).unwrap_or_else(|| {
            self.interfaces.push(Interface { name: name.into(), lines: Vec::new() });
            self.interfaces.len() - 1
        });
        &mut self.interfaces[index].lines
    }
}

impl Interface {
    pub(crate) fn new(name: &str, lines: &[&str]) -> Self {
        Self { name: name.into(), lines: lines.iter().map(|line| (*line).into()).collect() }
    }

    fn text(&self) -> String {
        let heading = format!("interface {}\n", self.name);
        self.lines.iter().fold(heading, |text, line| text + " " + line + "\n") + "!\n"
    }

    /// The value of the line that begins with these words.
    pub(crate) fn value(&self, words: &str) -> Option<&str> {
        self.lines.iter().find_map(|line| line.strip_prefix(words)?.strip_prefix(' '))
    }

    pub(crate) fn is_shut_down(&self) -> bool {
        self.lines.iter().any(|line| line == "shutdown")
    }
}

/// Whether `new` replaces `old` in place of standing beside it: the settings that a place has once.
fn sets_the_same(old: &str, new: &str) -> bool {
    const ONCE: &[&str] = &["description ", "ip address ", "ip domain name "];
    old == new || ONCE.iter().any(|words| old.starts_with(words) && new.starts_with(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_that_exists_once_is_replaced_and_others_add_up() {
        let mut running = RunningConfig::new("R1", vec![Interface::new("Gi1", &["description old"])]);
        running.add(Some("Gi1"), "description new");
        running.add(None, "ntp server 10.0.0.1");
        running.add(None, "ntp server 10.0.0.2");
        running.add(None, "ntp server 10.0.0.2");
        let expected = "hostname R1\n!\ninterface Gi1\n description new\n!\n\
                        ntp server 10.0.0.1\nntp server 10.0.0.2\n";
        assert_eq!(running.text(), expected);
    }

    #[test]
    fn what_differs_is_told_as_lines_and_as_statements() {
        let old = RunningConfig::new("R1", vec![Interface::new("Gi1", &["description old", "shutdown"])]);
        let mut new = old.clone();
        assert_eq!((new.text_beyond(&old).as_str(), new.compared_with(&old).as_str()), ("", ""));
        new.hostname = "R2".into();
        new.add(Some("Gi1"), "description new");
        new.add(None, "ntp server 10.0.0.1");
        assert_eq!(
            new.text_beyond(&old),
            "hostname R2\ninterface Gi1\n description new\n!\nntp server 10.0.0.1\n"
        );
        assert!(new.compared_with(&old).starts_with("[edit]\n-  system host-name R1;\n"));
        assert!(new.compared_with(&old).contains("\n+  interfaces Gi1 description new;\n"));
    }

    #[test]
    fn statements_are_set_and_deleted() {
        let mut running = RunningConfig::new("r1", vec![Interface::new("ge-0/0/0", &["unit 0 family inet"])]);
        running.set(&["system", "host-name", "r2"]);
        running.set(&["interfaces", "ge-0/0/0", "description", "\"to core\""]);
        running.set(&["system", "services", "ssh"]);
        running.delete(&["interfaces", "ge-0/0/0", "unit", "0"]);
        let expected =
            ["system host-name r2", "system services ssh", "interfaces ge-0/0/0 description \"to core\""];
        assert_eq!(running.statements(), expected);
        running.delete(&["interfaces"]);
        running.delete(&["system", "services"]);
        assert_eq!(running.statements(), ["system host-name r2"]);
    }

    #[test]
    fn whole_words_are_removed() {
        let mut running = RunningConfig::new("R1", Vec::new());
        running.add(None, "ntp server 10.0.0.1");
        running.add(None, "ntp server 10.0.0.11");
        running.remove(None, "ntp server 10.0.0.1");
        assert_eq!(running.text(), "hostname R1\n!\nntp server 10.0.0.11\n");
    }
}
