#!/usr/bin/env bash
# The tests of the Python package, against its wheel in an environment of its own: test-python.sh [PYTEST-ARGUMENT…]
set -euo pipefail
cd "$(dirname "$0")/.."
python=$(scripts/python_env.sh pytest uvloop mypy pyright)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
# Not from the root: `import reqtrail` must find the installed wheel.
(cd bindings-python && "$python" -m pytest --quiet --show-capture=no -p no:cacheprovider -o faulthandler_timeout=120 tests "$@") | tee "$log" || status=$?
count() { grep -oE "[0-9]+ $1" "$log" | tail -1 | grep -oE '[0-9]+' || echo 0; }
# As the other suites close.
echo "python-tests: $(count passed) passed, $(count failed) failed, $(count skipped) skipped"
exit "$status"
