#!/usr/bin/env bash
# Builds the wheel and the sdist that users get, into target/wheels.
set -euo pipefail
cd "$(dirname "$0")/.."
PROFILE=release scripts/python_env.sh >/dev/null
home=${CARGO_TARGET_DIR:-target}
mkdir -p "$home/wheels"
"$home/python/maturin/bin/maturin" build --quiet --locked --release --sdist --manifest-path bindings-python/Cargo.toml --out "$home/wheels"
ls -l "$home/wheels"
