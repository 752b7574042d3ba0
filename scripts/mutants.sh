#!/usr/bin/env bash
# Changes the rules one by one and sees whether a test notices. A mutant that survives is a rule that no test holds.
set -euo pipefail
command -v cargo-mutants >/dev/null || cargo install --locked --debug --quiet cargo-mutants
files=(core/src/retry core/src/retry_after.rs core/src/trail core/src/dialect core/src/coding.rs core/src/request_id.rs core/src/rate_limit.rs)
args=()
for path in "${files[@]}"; do
    if [ -d "$path" ]; then args+=(--file "$path/**/*.rs"); else args+=(--file "$path"); fi
done
exec cargo mutants --package reqtrail "${args[@]}" --exclude '**/codes.rs' --exclude '**/tests.rs' --output target/mutants \
    --timeout 60 --baseline skip "$@" -- --lib --test call
