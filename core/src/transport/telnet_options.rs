//! What a host's telnet server needs beside the usual, as plain data.

use super::settings::settings;

settings! {
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
    pub struct TelnetOptions {
        /// Whether the port speaks no telnet, as a terminal server's raw TCP port: bytes pass as they are, 0xFF too. Off
        /// unless set.
        pub raw: Option<bool>,
        /// What a line ends with: `cr-lf` unless set, or `cr` on a raw port.
        pub line_end: Option<LineEnd>,
        /// The terminal's type, which a device is told if it asks (RFC 1091). `vt100` unless set.
        pub terminal: Option<String>,
        /// The terminal's width in columns, which a device is told if it asks (RFC 1073); 500 unless set, wide enough that
        /// devices do not wrap. 0 keeps the size back.
        pub columns: Option<u16>,
        /// The terminal's height in rows; 1,000 unless set, high enough that most devices do not page.
        pub rows: Option<u16>,
    }
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

#[cfg(all(test, feature = "inventory"))]
mod tests {
    use super::*;

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
