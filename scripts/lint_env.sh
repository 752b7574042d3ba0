#!/usr/bin/env bash
# Installs the formatters and linters that come as Python packages, once for their pins, and prints the folder of their programs.
set -euo pipefail
cd "$(dirname "$0")/.."
pins=scripts/lint-requirements.txt
python=${PYTHON:-python3}
home=$(mkdir -p "${CARGO_TARGET_DIR:-target}/lint" && cd "${CARGO_TARGET_DIR:-target}/lint" && pwd)
env=$home/env-$({ "$python" -VV && cat "$pins"; } | sha256sum | cut -c1-16)
if [ ! -f "$env/ready" ]; then
    rm -rf "$home"/env-*
    "$python" -m venv "$env" >&2
    "$env/bin/pip" install --quiet --disable-pip-version-check --no-compile --requirement "$pins" >&2
    touch "$env/ready"
fi
echo "$env/bin"
