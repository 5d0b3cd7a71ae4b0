#!/bin/sh
# Builds the build system (build_system/) and hands it the command line. See ./y.sh help.
set -eu

root=$(cd "$(dirname "$0")" && pwd -P)

fail() {
    echo "error: $1" >&2
    exit 1
}

command -v cargo >/dev/null 2>&1 || fail "no cargo found: install Rust by rustup (https://rustup.rs)"
command -v cc >/dev/null 2>&1 || fail "no C linker found: install one that answers to \`cc\` (Debian: apt install gcc)"

# What a user's shell sets for other builds must not move or change this one.
unset CARGO_TARGET_DIR CARGO_BUILD_TARGET CARGO_BUILD_TARGET_DIR CARGO_BUILD_BUILD_DIR \
    RUSTFLAGS CARGO_ENCODED_RUSTFLAGS RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER || true

y="$root/build_system/target/debug/y"
[ -x "$y" ] || echo "building the build system (once)" >&2
(cd "$root" && cargo build --quiet --locked --manifest-path build_system/Cargo.toml --target-dir build_system/target) ||
    fail "the build system does not build; see above"
exec "$y" "$@"
