//! Log messages that a device shows unasked, in the middle of what it was asked for.

use crate::platform::Pattern;

/// `*Mar  1 00:01:12.123: %LINK-3-UPDOWN: ...`, `%SYS-5-CONFIG_I: ...`, `2026/11/22 14:05:12 ZEBRA: ...`,
/// `Nov 22 14:05:12 r1 mgd[5]: ...`, `RP/0/RSP0/CPU0:Nov 22 ...`.
static LOG: Pattern = Pattern::ours(
    r"(^|: )%[A-Z0-9_]+(-[A-Z0-9_]+)*-[0-7]-[A-Z0-9_]+ ?:|^[*.]?(\w{3} +\d{1,2}|\d{4}[-/]\d\d[-/]\d\d)[ T]+(\d{4} )?\d\d:\d\d:\d\d|^RP/\S+:\w{3} +\d",
);

/// Whether a line is a log message, or nothing.
pub(crate) fn is_log(line: &str) -> bool {
    line.trim().is_empty() || LOG.is_match(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_messages_are_told_from_output() {
        for line in [
            "",
            "*Mar  1 00:01:12.123: %LINK-3-UPDOWN: Interface GigabitEthernet0/0, changed state to up",
            "%SYS-5-CONFIG_I: Configured from console by vty0",
            "*Nov 22 14:05:12: %SYS-5-RELOAD: Reload requested",
            "2026/11/22 14:05:12 ZEBRA: [WPPMZ-G9797] if_zebra_speed_update",
            "Nov 22 14:05:12 r1 mgd[4821]: UI_COMMIT: commit",
            "RP/0/RSP0/CPU0:Nov 22 14:05:12.123 : config[65]: %MGBL-CONFIG-6-DB_COMMIT : done",
        ] {
            assert!(is_log(line), "{line}");
        }
        for line in ["% Invalid input detected", "Interface is up", "r1#", "%Error opening flash:x"] {
            assert!(!is_log(line), "{line}");
        }
    }
}
