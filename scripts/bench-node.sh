#!/usr/bin/env bash
# Packs the Node package in release mode, installs the peers, and writes the figures (bench/README.md).
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/bench-needs.sh node

ours=$(PROFILE=release scripts/node_env.sh)

# What is installed already from the same versions is kept; what cannot be loaded is left out, and named in the results.
peers=$(dirname "$ours")/bench-peers
if ! cmp -s bench/node/package.json "$peers/package.json"; then
    rm -rf "$peers"
    mkdir -p "$peers"
    # shellcheck disable=SC2046 # several packages
    npm install --prefix "$peers" --no-package-lock --no-audit --no-fund --loglevel=error --no-save \
        $(node -p 'Object.entries(require("./bench/node/package.json").dependencies).map((d) => d.join("@")).join(" ")') >&2 || true
    cp bench/node/package.json "$peers/package.json"
fi

exec python3 bench/node/bench.py "$ours" "$peers"
