#!/usr/bin/env bash
# Whether the wheel works with the supported interpreters beside PYTHON (python3) that are on PATH.
set -euo pipefail
cd "$(dirname "$0")/.."
own=$("${PYTHON:-python3}" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
wheel=$(scripts/python_env.sh --wheel)
env=$(mktemp -d)
trap 'rm -rf "$env"' EXIT
found=() passed=0 failed=0
for version in 3.11 3.12 3.13 3.14; do
    # A name on PATH may be a pyenv shim that runs nothing.
    if [ "$version" = "$own" ] || ! "python$version" -c 'import venv, ensurepip' 2>/dev/null; then
        continue
    fi
    found+=("$version")
    "python$version" -m venv --clear "$env"
    "$env/bin/pip" install --quiet --disable-pip-version-check --no-index --no-deps "$wheel"
    if "$env/bin/python" bindings-python/tests/smoke.py; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
    fi
done
if [ ${#found[@]} -eq 0 ]; then
    echo "no Python besides $own was found; looked for 3.11, 3.12, 3.13 and 3.14"
else
    echo "besides Python $own, found: ${found[*]}"
fi
echo "python-smoke: $passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
