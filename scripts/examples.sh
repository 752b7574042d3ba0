#!/usr/bin/env bash
# Runs every example; each starts its own server and must succeed.
set -euo pipefail
target=${CARGO_TARGET_DIR:-target}/debug
[ -n "${NO_BUILD:-}" ] || cargo build --quiet --package reqtrail-examples
passed=0 failed=0
for example in quickstart blocking custom_dialect observer; do
    if output=$(timeout 60 "$target/$example" 2>&1) && grep -q "stopped: \|attempts" <<<"$output"; then
        passed=$((passed + 1))
    else
        printf 'FAILED example %s:\n%s\n' "$example" "$output"
        failed=$((failed + 1))
    fi
done
echo "examples: $passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
