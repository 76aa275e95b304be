//! The running configuration of a device.

/// What configuration mode changes and `show running-config` shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RunningConfig {
    pub(crate) hostname: String,
    lines: Vec<String>,
    interfaces: Vec<Interface>,
}

/// One interface's part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Interface {
    pub(crate) name: String,
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
    fn whole_words_are_removed() {
        let mut running = RunningConfig::new("R1", Vec::new());
        running.add(None, "ntp server 10.0.0.1");
        running.add(None, "ntp server 10.0.0.11");
        running.remove(None, "ntp server 10.0.0.1");
        assert_eq!(running.text(), "hostname R1\n!\nntp server 10.0.0.11\n");
    }
}
