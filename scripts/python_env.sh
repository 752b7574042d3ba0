#!/usr/bin/env bash
# Builds the wheel, installs it alone into a fresh virtual environment, and prints that environment's python.
#
# PROFILE=dev|release (dev), PYTHON (python3), and as arguments the test tools that are wanted beside the wheel:
# python_env.sh [PACKAGE…]. What was built from the same sources with the same tools is used again.
set -euo pipefail
cd "$(dirname "$0")/.."
profile=${PROFILE:-dev} python=${PYTHON:-python3}
home=${CARGO_TARGET_DIR:-target}/python
mkdir -p "$home"
home=$(cd "$home" && pwd)

sources=$(git ls-files --cached --others --exclude-standard Cargo.toml Cargo.lock .cargo core bindings-python | grep -v '^core/tests/\|^bindings-python/tests/' | LC_ALL=C sort)
key=$({
    echo "$profile $("$python" -VV) $*"
    while read -r file; do [ ! -f "$file" ] || sha256sum "$file"; done <<<"$sources"
} | sha256sum | cut -c1-16)
env=$home/env-$key
if [ -f "$env/ready" ]; then
    echo "$env/bin/python"
    exit 0
fi

{
    tools=$home/maturin
    if ! "$tools/bin/maturin" --version >/dev/null 2>&1; then
        "$python" -m venv --clear "$tools"
        "$tools/bin/pip" install --quiet --disable-pip-version-check 'maturin>=1.16,<2'
    fi
    wheels=$home/wheels-$key
    rm -rf "$wheels" "$env"
    flags=(--profile dev)
    [ "$profile" = dev ] || flags=(--release)
    "$tools/bin/maturin" build --quiet --locked "${flags[@]}" --interpreter "$python" --manifest-path bindings-python/Cargo.toml --out "$wheels"
    "$python" -m venv --clear "$env"
    "$env/bin/pip" install --quiet --disable-pip-version-check --no-deps "$wheels"/*.whl
    [ $# -eq 0 ] || "$env/bin/pip" install --quiet --disable-pip-version-check "$@"
    # Environments of older sources are of no use any more; the one before may still be running somewhere.
    find "$home" -maxdepth 1 \( -name 'env-*' -o -name 'wheels-*' \) -mmin +1440 -exec rm -rf {} +
    touch "$env/ready"
} >&2
echo "$env/bin/python"
