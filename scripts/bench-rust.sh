#!/usr/bin/env bash
# Builds the bench with its peers and writes the figures. Run it on a quiet machine.
set -euo pipefail
cd bench/rust
cargo build --release --locked
cd ..
mkdir -p results
result=$(rust/target/release/reqtrail-bench)
echo "$result" >results/rust.json
echo "wrote bench/results/rust.json"
