//! Platform definitions: no file is a panic, nor is any text that is held against one that loads; what loads can be
//! checked; and no line that holds a second command only reads.
#![no_main]

use libfuzzer_sys::fuzz_target;
use linecrew_core::platform::Platform;

fuzz_target!(|file: &[u8]| {
    let text = String::from_utf8_lossy(file);
    let loaded = Platform::parse(&text, "fuzzed.yaml");
    let checked = Platform::check(&text, "fuzzed.yaml");
    assert_eq!(loaded.is_ok(), checked.is_ok(), "what loads is checked");
    let Ok(platform) = loaded else { return };
    let lines = text.lines().count() as u64;
    assert!(
        checked.unwrap_or_default().iter().all(|finding| finding.line <= lines),
        "a finding is in the file"
    );
    // The file itself is as good a reply as any other.
    for line in text.lines().take(20) {
        assert!(platform.modes_at(line).all(|mode| platform.modes().any(|known| known == mode)));
        platform.is_read(line);
        assert!(!platform.is_read(&format!("{line}\nreload")), "a line end is no part of a read");
    }
    platform.modes_at(&text).for_each(drop);
});
