#!/usr/bin/env bash
# Builds a wheel from the sdist as pip does, in a separate folder and from what cargo has fetched already, and runs it.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
scripts/python_env.sh --wheel >/dev/null # for maturin, and for the dependencies, which are built once
home=$(cd "${CARGO_TARGET_DIR:-target}" && pwd)
tools=$home/python/maturin/bin
smoke=$PWD/bindings-python/tests/smoke.py
# Always the same folder, since cargo keeps what it builds by the path of the sources.
alone=$home/python/sdist
rm -rf "$alone"
mkdir -p "$alone"

"$tools/maturin" sdist --manifest-path bindings-python/Cargo.toml --out "$alone" >"$alone/log" 2>&1 || {
    cat "$alone/log"
    exit 1
}
cd "$alone"
tar xzf reqtrail-*.tar.gz --one-top-level=unpacked --strip-components=1
# As pip builds it, but unoptimised and with the maturin that is here. Not --locked: cargo takes what other members of the
# workspace need out of the lock file.
PATH=$tools:$PATH CARGO_TARGET_DIR=$home CARGO_NET_OFFLINE=true "$tools/python" -m pip wheel --quiet --disable-pip-version-check \
    --no-index --no-deps --no-build-isolation --config-settings=build-args="--profile dev" --wheel-dir wheel ./unpacked
"$python" -m venv env
env/bin/pip install --quiet --disable-pip-version-check --no-index --no-deps wheel/*.whl
env/bin/python "$smoke"
echo "python-sdist: 1 passed, 0 failed, 0 skipped"
