#!/usr/bin/env bash
# Builds the wheel and the sdist that users get, into target/wheels, and has them checked.
set -euo pipefail
cd "$(dirname "$0")/.."
wheel=$(PROFILE=${PROFILE:-release} scripts/python_env.sh --wheel)
home=$(cd "${CARGO_TARGET_DIR:-target}" && pwd)
wheels=$home/wheels
rm -rf "$wheels"
mkdir -p "$wheels"
cp "$wheel" "$wheels"
"$home/python/maturin/bin/maturin" sdist --manifest-path bindings-python/Cargo.toml --out "$wheels"

# What the package index would refuse, and what is not of the stable ABI. Without an index to install them from, the checkers
# are left out.
checkers=$home/python/checkers
if [ -f "$checkers/ready" ] || {
    "${PYTHON:-python3}" -m venv --clear "$checkers" &&
        "$checkers/bin/pip" install --quiet --disable-pip-version-check twine abi3audit &&
        touch "$checkers/ready"
}; then
    "$checkers/bin/twine" check --strict "$wheels"/*
    "$checkers/bin/abi3audit" --strict --summary "$wheels"/*.whl
else
    echo "twine and abi3audit cannot be installed; wheel and sdist are not checked" >&2
fi
ls -l "$wheels"
