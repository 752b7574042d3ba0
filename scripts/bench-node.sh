#!/usr/bin/env bash
# Packs the Node package in release mode, builds the Rust bench's server, installs the peers, and writes the figures. Run it
# on a quiet machine.
#
# bench-node.sh --syscalls counts reqtrail's system calls per request instead, and prints them.
# BENCH_SERVER=file: a server of the Rust bench that is built already.
set -euo pipefail
cd "$(dirname "$0")/.."

ours=$(PROFILE=release scripts/node_env.sh)

server=${BENCH_SERVER:-}
if [ -z "$server" ]; then
    (cd bench/rust && cargo build --release --locked)
    server=${CARGO_TARGET_DIR:-bench/rust/target}/release/reqtrail-bench
fi

# What is installed already from the same versions is kept; what cannot be loaded is left out, and named in the results.
peers=$(dirname "$ours")/bench-peers
if ! cmp -s bench/node/package.json "$peers/package.json"; then
    rm -rf "$peers"
    mkdir -p "$peers"
    npm install --prefix "$peers" --no-package-lock --no-audit --no-fund --loglevel=error --no-save \
        $(node -p 'Object.entries(require("./bench/node/package.json").dependencies).map((d) => d.join("@")).join(" ")') >&2 || true
    cp bench/node/package.json "$peers/package.json"
fi

if [ "${1:-}" = --syscalls ]; then
    exec node bench/node/bench.mjs --syscalls "$server" "$ours" "$peers"
fi
mkdir -p bench/results
result=$(node bench/node/bench.mjs "$server" "$ours" "$peers")
echo "$result" >bench/results/node.json
echo "wrote bench/results/node.json"
