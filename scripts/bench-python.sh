#!/usr/bin/env bash
# Builds the wheel in release mode, installs the peers, and writes the figures (bench/README.md).
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/bench-needs.sh python

python=$(PROFILE=release scripts/python_env.sh)

# What is installed already from the same line is kept; what cannot be installed is left out, and named in the results.
peers=${CARGO_TARGET_DIR:-target}/python/bench-peers
pip=$(dirname "$python")/pip
while read -r name pins; do
    case $name in '' | \#*) continue ;; esac
    env=$peers/$name
    [ "$(cat "$env/pins" 2>/dev/null)" != "$pins" ] || continue
    "$python" -m venv --clear --without-pip "$env"
    # shellcheck disable=SC2086 # several pins
    if "$pip" --python "$env/bin/python" install --quiet --disable-pip-version-check $pins >&2; then
        echo "$pins" >"$env/pins"
    else
        echo "$name could not be installed and is left out" >&2
        rm -rf "$env"
    fi
done <bench/python/peers.txt

exec python3 bench/python/bench.py "$python" "$peers"
