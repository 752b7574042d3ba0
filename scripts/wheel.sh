#!/usr/bin/env bash
# Builds the wheel and the sdist that users get, into target/wheels.
set -euo pipefail
cd "$(dirname "$0")/.."
python=$(PROFILE=release scripts/python_env.sh)
home=$(cd "${CARGO_TARGET_DIR:-target}" && pwd)
mkdir -p "$home/wheels"
cp "$(dirname "$(dirname "$python")" | sed 's|/env-\([0-9a-f]*\)$|/wheels-\1|')"/*.whl "$home/wheels"
"$home/python/maturin/bin/maturin" sdist --manifest-path bindings-python/Cargo.toml --out "$home/wheels"
ls -l "$home/wheels"
