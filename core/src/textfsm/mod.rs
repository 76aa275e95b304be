//! Turns the text of a reply into a table by a TextFSM template.
