//! A work-stealing pool of threads.
