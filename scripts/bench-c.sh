#!/usr/bin/env bash
# Builds the library in release mode and the clients, and writes the figures (bench/README.md).
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/bench-needs.sh c

if ! pkg-config --exists libcurl 2>/dev/null; then
    { apt-get update -qq && apt-get install -y -qq pkg-config libcurl4-openssl-dev; } >&2
fi
target=$(mkdir -p "${CARGO_TARGET_DIR:-target}" && cd "${CARGO_TARGET_DIR:-target}" && pwd)
prefix=$target/c/release
scripts/install-c.sh "$prefix" release >&2

client=$target/c/bench-client
PKG_CONFIG_PATH=$prefix/lib/pkgconfig
export PKG_CONFIG_PATH
# shellcheck disable=SC2046 # several flags
cc -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -o "$client" bench/c/client.c $(pkg-config --cflags --libs reqtrail libcurl) -pthread "-Wl,-rpath,$prefix/lib"
exec python3 bench/c/bench.py "$client"
