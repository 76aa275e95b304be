//! Bytes to lines: terminal emulation, prompt, echo, login and pager.
