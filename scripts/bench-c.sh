#!/usr/bin/env bash
# Builds the release library and the Rust bench's server, and writes the figures. Run it on a quiet machine.
# BENCH_SERVER=file: a server of the Rust bench that is built already.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! pkg-config --exists libcurl 2>/dev/null; then
    if [ "$(id -u)" != 0 ]; then
        echo "libcurl's headers are missing; on Debian 'apt-get install pkg-config libcurl4-openssl-dev'" >&2
        exit 1
    fi
    { apt-get update -qq && apt-get install -y -qq pkg-config libcurl4-openssl-dev; } >&2
fi
target=$(mkdir -p "${CARGO_TARGET_DIR:-target}" && cd "${CARGO_TARGET_DIR:-target}" && pwd)
prefix=$target/c/release
scripts/install-c.sh "$prefix" release >&2

server=${BENCH_SERVER:-}
if [ -z "$server" ]; then
    (cd bench/rust && cargo build --release --locked)
    server=${CARGO_TARGET_DIR:-bench/rust/target}/release/reqtrail-bench
fi

client=$target/c/bench-client
PKG_CONFIG_PATH=$prefix/lib/pkgconfig
export PKG_CONFIG_PATH
# shellcheck disable=SC2046 # several flags
cc -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -o "$client" bench/c/client.c $(pkg-config --cflags --libs reqtrail libcurl) -pthread "-Wl,-rpath,$prefix/lib"
mkdir -p bench/results
result=$(python3 bench/c/bench.py "$server" "$client")
echo "$result" >bench/results/c.json
echo "wrote bench/results/c.json"
