//! Tables of prompts, and what must hold of each.

use linecrew_core::platform::Platform;

/// The prompts of a platform: each is that of the modes that it is listed under, and of no other.
pub(crate) struct Table {
    pub(crate) platform: &'static str,
    pub(crate) modes: &'static [(&'static str, &'static [&'static str])],
    /// What is no prompt though a device of the kind may show it at the end of its output.
    pub(crate) never: &'static [&'static str],
}

impl Table {
    /// Checks the whole table, and gives what is wrong.
    pub(crate) fn check(&self, platform: &Platform) -> Vec<String> {
        let mut listed: Vec<&str> = self.modes.iter().map(|(mode, _)| *mode).collect();
        listed.sort_unstable();
        let mut modes: Vec<&str> = platform.modes().collect();
        modes.sort_unstable();
        assert_eq!(modes, listed, "{}: the table has the modes of the definition", self.platform);
        let mut wrong = Vec::new();
        let all = self.modes.iter().flat_map(|(mode, prompts)| {
            assert!(!prompts.is_empty(), "{}: mode {mode} has prompts", self.platform);
            prompts.iter()
        });
        for prompt in all.chain(self.never) {
            let expected: Vec<&str> = platform.modes().filter(|mode| self.lists(mode, prompt)).collect();
            let found: Vec<&str> = platform.modes_at(prompt).collect();
            if found != expected {
                wrong.push(format!("{}: {prompt:?}: expected {expected:?}, found {found:?}", self.platform));
            }
        }
        wrong
    }

    fn lists(&self, mode: &str, prompt: &str) -> bool {
        self.modes.iter().any(|(listed, prompts)| *listed == mode && prompts.contains(&prompt))
    }
}
