# What CI does, step by step. The system's OpenSSL, where its headers are installed, saves two minutes of building.
export OPENSSL_NO_VENDOR := env("OPENSSL_NO_VENDOR", "1")

# Format, lints, docs and tests.
default: fmt lint doc test

fmt:
    cargo fmt --all

lint:
    cargo clippy --workspace --all-targets --all-features -- -D warnings

doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps

test:
    cargo test --workspace

# Tests against FRRouting and OpenSSH, which must be installed.
test-real:
    cargo test --workspace -- --ignored

# A million telnet streams against the reference of RFC 854: some two minutes.
test-streams:
    LINECREW_STREAMS=1000000 cargo test -p linecrew-transports --lib telnet::codec::tests::any_

# The fuzz targets, some seconds each; cargo-fuzz must be installed.
fuzz seconds="20":
    CARGO_TARGET_DIR="$PWD/target/fuzz" testkit/fuzz/bounded.sh {{seconds}}

# The transport outside of the workspace, with the contract suite.
test-embedder:
    cd examples/pty-transport && CARGO_TARGET_DIR=../../target/embedder cargo test

deny:
    cargo deny check licenses bans sources

# Everything, as CI runs it.
ci:
    .ci/run
