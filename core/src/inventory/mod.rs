//! Which devices there are.
