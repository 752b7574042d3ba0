#!/usr/bin/env bash
# Makes the Python environment of tests/openstack/harness once for its pins, and prints the path of its Python.
# PYTHON names another interpreter than python3. Progress goes to stderr.
set -euo pipefail
cd "$(dirname "$0")/.."
pins=tests/openstack/harness/constraints.txt
venv=$(mkdir -p "${CARGO_TARGET_DIR:-target}/openstack" && cd "${CARGO_TARGET_DIR:-target}/openstack" && pwd)/venv
python=${PYTHON:-python3}
stamp=$venv/pins.sha256
# This script's text is part of the key: how the pins are installed matters as well.
key=$(cat "$pins" scripts/openstack_env.sh | sha256sum | cut -d' ' -f1)

# The stamp is written last. An interpreter that was upgraded or removed leaves a stamp, but a Python that finds nothing.
made() { [ "$(cat "$stamp" 2>/dev/null)" = "$key" ] && "$venv/bin/python" -c 'import cheroot, cinder, glance, keystone, neutron, nova' 2>/dev/null; }

fail() {
    echo "$1" >&2
    exit 1
}

if ! made; then
    command -v "$python" >/dev/null || fail "Python is missing: install 3.11 or newer, on Debian 'apt-get install python3 python3-venv'."
    "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null ||
        fail "$python does not suit OpenStack 2025.2: 3.11 to 3.13 does; name one in PYTHON."
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        fail "Python's venv module is missing: on Debian 'apt-get install python3-venv'."

    # Two test programs may start at once; the second waits, and finds it made.
    exec 9>"$venv.lock"
    command -v flock >/dev/null && flock 9
    if ! made; then
        echo "making $venv: five services of OpenStack from their wheels; a few minutes, this once" >&2
        rm -rf "$venv"
        "$python" -m venv "$venv"
        pip=("$venv/bin/python" -m pip --disable-pip-version-check --quiet --no-input)
        # A few of the pins come as sources only. What builds them is pinned too, and installed once for all of them.
        "${pip[@]}" install --no-deps --no-compile --constraint "$pins" setuptools wheel >&2
        # The list is complete, so there is nothing to resolve; bytecode is made for what is imported, when it is.
        "${pip[@]}" install --no-deps --no-compile --no-build-isolation --requirement "$pins" >&2
        # Do they agree, on this version of Python too?
        "$venv/bin/python" -m pip --disable-pip-version-check check >&2
        echo "$key" >"$stamp"
    fi
fi
echo "$venv/bin/python"
