#!/usr/bin/env bash
# Builds the wheel and the Rust bench's server, installs the peers, and writes the figures. Run it on a quiet machine.
#
# bench-python.sh --syscalls counts reqtrail's system calls per request instead, and prints them.
# BENCH_SERVER=file: a server of the Rust bench that is built already.
set -euo pipefail
cd "$(dirname "$0")/.."

python=$(PROFILE=release scripts/python_env.sh)

server=${BENCH_SERVER:-}
if [ -z "$server" ]; then
    (cd bench/rust && cargo build --release --locked)
    server=${CARGO_TARGET_DIR:-bench/rust/target}/release/reqtrail-bench
fi

if [ "${1:-}" = --syscalls ]; then
    exec "$python" bench/python/bench.py --syscalls "$server" -
fi

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

mkdir -p bench/results
result=$("$python" bench/python/bench.py "$server" "$peers")
echo "$result" >bench/results/python.json
echo "wrote bench/results/python.json"
