#!/usr/bin/env bash
# The tests of the Python package, against its wheel in a separate environment: test-python.sh [PYTEST-ARGUMENT…]
set -euo pipefail
cd "$(dirname "$0")/.."
# A server for the examples and the programs of the docs.
[ -n "${NO_BUILD:-}" ] || cargo build --quiet --package reqtrail-sandbox
REQTRAIL_SANDBOX=$(cd "${CARGO_TARGET_DIR:-target}/debug" && pwd)/reqtrail-sandbox
export REQTRAIL_SANDBOX
python=$(scripts/python_env.sh --tests)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
# Not from the root: `import reqtrail` must find the installed wheel.
(cd bindings-python && "$python" -m pytest --quiet --show-capture=no -p no:cacheprovider -p no:asyncio -o faulthandler_timeout=120 "${@:-tests}") | tee "$log" || status=$?
count() { grep -oE "[0-9]+ $1" "$log" | tail -1 | grep -oE '[0-9]+' || echo 0; }
# As the other suites close.
echo "python-tests: $(count passed) passed, $(count failed) failed, $(count skipped) skipped"
# Not where a few tests were asked for.
[ $# -gt 0 ] || scripts/smoke-python.sh || status=$?
exit "$status"
