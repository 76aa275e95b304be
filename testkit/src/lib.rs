//! Simulated network devices over telnet, SSH and in memory.
