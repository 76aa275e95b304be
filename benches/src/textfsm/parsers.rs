//! Those who parse, each in the way that its documentation shows.

use linecrew_core::textfsm::{Template, Templates};
use std::hint::black_box;

/// What the tables call them; ours is the first.
pub const NAMES: &[&str] = &[
    "linecrew",
    #[cfg(feature = "rivals")]
    "textfsm-rs",
    #[cfg(feature = "rivals")]
    "textfsm-rust",
];

/// Something that is measured: true if it came to an end without an error.
pub(super) type Job<'a> = Box<dyn FnOnce() -> bool + 'a>;

/// Reads the template and parses the text.
pub(super) fn compile_and_parse<'a>(who: &str, template: &'a str, text: &'a str) -> Job<'a> {
    match who {
        #[cfg(feature = "rivals")]
        "textfsm-rs" => Box::new(|| {
            textfsm_rs::TextFSM::from_string(template)
                .is_ok_and(|mut it| black_box(it.parse_string(text, None)).is_ok())
        }),
        #[cfg(feature = "rivals")]
        "textfsm-rust" => Box::new(|| {
            textfsm_rust::Template::parse_str(template)
                .is_ok_and(|it| black_box(it.parser().parse_text(text)).is_ok())
        }),
        _ => Box::new(|| Template::parse(template).is_ok_and(|it| black_box(it.parse_text(text)).is_ok())),
    }
}

/// Reads the template, unmeasured, and then parses the text.
pub(super) fn parse<'a>(who: &str, template: &'a str, text: &'a str) -> Option<Job<'a>> {
    match who {
        #[cfg(feature = "rivals")]
        "textfsm-rs" => {
            let mut it = textfsm_rs::TextFSM::from_string(template).ok()?;
            Some(Box::new(move || black_box(it.parse_string(text, None)).is_ok()))
        }
        #[cfg(feature = "rivals")]
        "textfsm-rust" => {
            let it = textfsm_rust::Template::parse_str(template).ok()?;
            Some(Box::new(move || black_box(it.parser().parse_text(text)).is_ok()))
        }
        _ => {
            let it = Template::parse(template).ok()?;
            Some(Box::new(move || black_box(it.parse_text(text)).is_ok()))
        }
    }
}

/// Finds the template for a command, reads it and parses the text, as `parse_output` does. Ours alone.
pub(super) fn look_up_and_parse<'a>(
    templates: &'a Templates,
    query: &'a (String, String),
    text: &'a str,
) -> Job<'a> {
    Box::new(|| {
        let found = templates.find(&query.0, &query.1);
        found.is_ok_and(|parser| black_box(parser.parse_text(text)).is_ok())
    })
}
