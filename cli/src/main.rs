//! linecrew.

fn main() {}
