#!/usr/bin/env bash
# Checks that the runner notices mistakes: each of these scenarios must fail with the real adapter.
set -euo pipefail
[ -n "${NO_BUILD:-}" ] || cargo build --quiet --package reqtrail-conformance --package reqtrail-adapter-rust
target=${CARGO_TARGET_DIR:-target}/debug
passed=0 failed=0
for scenario in tests/conformance/must_fail/*.json; do
    if "$target/conformance" --scenarios "$scenario" --adapter "rust=$target/adapter-rust" >/dev/null 2>&1; then
        echo "PASSED, but is wrong: $scenario"
        failed=$((failed + 1))
    else
        passed=$((passed + 1))
    fi
done
echo "must-fail: $passed passed, $failed failed, 0 skipped"
[ "$passed" -gt 0 ] && [ "$failed" -eq 0 ]
