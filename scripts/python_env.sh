#!/usr/bin/env bash
# Builds the wheel, installs it alone into a fresh virtual environment, and prints that environment's python.
#
# PROFILE=dev|release (dev), PYTHON (python3). `python_env.sh --tests` installs what the tests need beside the wheel;
# `python_env.sh --wheel` prints the wheel's path instead. What was built from the same sources is used again, a wheel by
# every interpreter.
set -euo pipefail
cd "$(dirname "$0")/.."
profile=${PROFILE:-dev} python=${PYTHON:-python3}
home=${CARGO_TARGET_DIR:-target}/python
mkdir -p "$home"
home=$(cd "$home" && pwd)
wanted=()
[ "${1:-}" != --tests ] || mapfile -t wanted <bindings-python/tests/requirements.txt

key() { sha256sum | cut -c1-16; }
sources=$(git ls-files --cached --others --exclude-standard Cargo.toml Cargo.lock .cargo LICENSE-APACHE LICENSE-MIT cli core bindings-python | grep -v '^cli/tests/\|^core/tests/\|^bindings-python/tests/' | LC_ALL=C sort)
# The wheel is of the stable ABI, so it is the same for all interpreters.
built=$({
    echo "$profile"
    while read -r file; do [ ! -f "$file" ] || sha256sum "$file"; done <<<"$sources"
} | key)
wheels=$home/wheels-$built
env=$home/env-$built-$(echo "$("$python" -VV) ${wanted[*]}" | key)

build() {
    local tools=$home/maturin flags=(--profile dev)
    if ! "$tools/bin/maturin" --version >/dev/null 2>&1; then
        "$python" -m venv --clear "$tools"
        "$tools/bin/pip" install --quiet --disable-pip-version-check 'maturin>=1.16,<2'
    fi
    rm -rf "$wheels"
    [ "$profile" = dev ] || flags=(--release)
    "$tools/bin/maturin" build --quiet --locked "${flags[@]}" --interpreter "$tools/bin/python" --manifest-path bindings-python/Cargo.toml --out "$wheels"
    # Those of older sources are of no use any more; the ones before may still be running somewhere.
    find "$home" -maxdepth 1 \( -name 'env-*' -o -name 'wheels-*' \) -mmin +1440 -exec rm -rf {} +
    touch "$wheels/ready"
}

install() {
    rm -rf "$env"
    "$python" -m venv --clear "$env"
    "$env/bin/pip" install --quiet --disable-pip-version-check --no-deps "$wheels"/*.whl
    [ ${#wanted[@]} -eq 0 ] || "$env/bin/pip" install --quiet --disable-pip-version-check "${wanted[@]}"
    touch "$env/ready"
}

[ -f "$wheels/ready" ] || build >&2
if [ "${1:-}" = --wheel ]; then
    ls "$wheels"/*.whl
    exit 0
fi
[ -f "$env/ready" ] || install >&2
echo "$env/bin/python"
