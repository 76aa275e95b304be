//! What a session must know of a kind of device, as data.
