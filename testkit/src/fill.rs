//! Texts with places for what a device is at the time.

use crate::clock;
use crate::console::Console;
use crate::curly;

impl Console {
    /// The text with its places filled: `{hostname}`, `{username}`, what the device was made with (`{version}`,
    /// `{hardware}`, `{serial}`), the times (`{uptime}`, `{weeks}`, `{days}` and so on, `{clock}`), and configurations.
    pub(crate) fn filled(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find('{') {
            out.push_str(&rest[..start]);
            let name_length = rest[start..].find('}').unwrap_or_default();
            if let Some(value) = self.place(rest.get(start + 1..start + name_length).unwrap_or_default()) {
                out.push_str(&value);
                rest = &rest[start + name_length + 1..];
            } else {
                out.push('{');
                rest = &rest[start + 1..];
            }
        }
        out + rest
    }

    fn place(&self, name: &str) -> Option<String> {
        let device = self.node.device();
        let facts = device.facts();
        let minutes = facts.uptime_minutes;
        Some(match name {
            "hostname" => self.node.running().hostname.clone(),
            "username" => device.username.clone(),
            "version" => facts.version.clone(),
            "hardware" => facts.hardware.clone(),
            "serial" => facts.serial.clone(),
            "uptime" => facts.uptime(),
            "weeks" => (minutes / 10_080).to_string(),
            "days" => (minutes / 1_440 % 7).to_string(),
            "all-days" => (minutes / 1_440).to_string(),
            "hours" => (minutes / 60 % 24).to_string(),
            "minutes" => (minutes % 60).to_string(),
            "clock" => clock::now(),
            "stamp" => clock::stamp(),
            "interface" => self.interface.as_deref().map(short_name).unwrap_or_default(),
            "edit" => self.edit.iter().fold(String::new(), |text, word| text + " " + word),
            "running-config" => self.node.running().text(),
            "candidate-changes" => self.configuration().text_beyond(&self.node.running()),
            "running-set" => self.node.running().set_lines(),
            "candidate-set" => self.configuration().set_lines(),
            "running-curly" => curly::written(&self.node.running().statements(), &[]),
            "candidate-curly" => curly::written(&self.configuration().statements(), &self.edit),
            "candidate-compare" => self.configuration().compared_with(&self.node.running()),
            _ => return None,
        })
    }
}

/// `Et1/1` of `Ethernet1/1`, as Arista writes it in a prompt.
fn short_name(interface: &str) -> String {
    let digit = interface.find(|c: char| c.is_ascii_digit()).unwrap_or(interface.len());
    let (kind, number) = interface.split_at(digit);
    format!("{}{number}", kind.get(..2).unwrap_or(kind))
}

#[cfg(test)]
mod tests {
    use crate::{Console, Device, Entry};

    #[test]
    fn places_are_filled_and_other_braces_stay() {
        let console = Console::new(&Device::cisco_iosxe("R1").serial("S1").power_on(), Entry::Login);
        assert_eq!(
            console.filled("a {hostname}{serial} {no such} {x { {hostname"),
            "a R1S1 {no such} {x { {hostname"
        );
        assert_eq!(console.filled("plain"), "plain");
    }
}
