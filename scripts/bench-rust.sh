#!/usr/bin/env bash
# Builds the bench with its peers in release mode, and writes the figures (bench/README.md).
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/bench-needs.sh rust

target=$(mkdir -p "${CARGO_TARGET_DIR:-bench/rust/target}" && cd "${CARGO_TARGET_DIR:-bench/rust/target}" && pwd)
(cd bench/rust && CARGO_TARGET_DIR=$target cargo build --release --locked)
exec python3 bench/rust/bench.py "$target/release/reqtrail-bench"
