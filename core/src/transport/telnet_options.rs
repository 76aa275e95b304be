//! What a host's telnet server needs beside the usual, as plain data.

/// How a host is spoken to over telnet; what is `None` is left to the connector.
///
/// ```
/// use linecrew_core::transport::{Target, TelnetOptions};
///
/// // A console on a terminal server's raw TCP port.
/// let mut options = TelnetOptions::default();
/// options.raw = Some(true);
/// let target = Target::new("198.51.100.7").port(4007).telnet(options);
/// # assert_eq!(target.telnet.raw, Some(true));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "inventory",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields, default)
)]
#[non_exhaustive]
pub struct TelnetOptions {
    /// Whether the port speaks no telnet, as a terminal server's raw TCP port: bytes pass as they are, 0xFF too. Off
    /// unless set.
    #[cfg_attr(feature = "inventory", serde(skip_serializing_if = "Option::is_none"))]
    pub raw: Option<bool>,
    /// What a line ends with: `cr-lf` unless set, or `cr` on a raw port.
    #[cfg_attr(feature = "inventory", serde(skip_serializing_if = "Option::is_none"))]
    pub line_end: Option<LineEnd>,
    /// The terminal's type, which a device is told if it asks (RFC 1091). `vt100` unless set.
    #[cfg_attr(feature = "inventory", serde(skip_serializing_if = "Option::is_none"))]
    pub terminal: Option<String>,
    /// The terminal's width in columns, which a device is told if it asks (RFC 1073); 500 unless set, wide enough that
    /// devices do not wrap. 0 keeps the size back.
    #[cfg_attr(feature = "inventory", serde(skip_serializing_if = "Option::is_none"))]
    pub columns: Option<u16>,
    /// The terminal's height in rows; 1,000 unless set, high enough that most devices do not page.
    #[cfg_attr(feature = "inventory", serde(skip_serializing_if = "Option::is_none"))]
    pub rows: Option<u16>,
}

/// What a line ends with on the wire. Sessions write `\n` alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "inventory",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case")
)]
pub enum LineEnd {
    /// CR LF, the network's newline (RFC 854).
    CrLf,
    /// CR NUL, what a terminal's return key sends over telnet. For devices that take CR LF for two returns.
    CrNul,
    /// CR alone, what a terminal's return key sends on a serial line.
    Cr,
    /// LF alone.
    Lf,
}

impl TelnetOptions {
    /// Takes from `other` what is not set here.
    pub fn inherit(&mut self, other: &Self) {
        self.raw = self.raw.or(other.raw);
        self.line_end = self.line_end.or(other.line_end);
        if self.terminal.is_none() {
            self.terminal.clone_from(&other.terminal);
        }
        self.columns = self.columns.or(other.columns);
        self.rows = self.rows.or(other.rows);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_counts_and_the_rest_is_inherited() {
        let set = |raw, columns, rows| TelnetOptions { raw, columns, rows, ..TelnetOptions::default() };
        let mut options = set(None, Some(80), None);
        options.inherit(&set(Some(true), Some(132), Some(24)));
        assert_eq!(options, set(Some(true), Some(80), Some(24)));
    }

    #[cfg(feature = "inventory")]
    #[test]
    fn line_ends_are_named_by_their_bytes_in_an_inventory() {
        for (name, end) in
            [("cr-lf", LineEnd::CrLf), ("cr-nul", LineEnd::CrNul), ("cr", LineEnd::Cr), ("lf", LineEnd::Lf)]
        {
            let options: TelnetOptions = serde_saphyr::from_str(&format!("{{line_end: {name}}}")).unwrap();
            assert_eq!(options.line_end, Some(end));
        }
    }
}
