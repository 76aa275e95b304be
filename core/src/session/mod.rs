//! A command line session with a device.
