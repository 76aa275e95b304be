//! SSH (in preparation).
