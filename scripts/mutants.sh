#!/usr/bin/env bash
# Changes the rules one by one and sees whether a test notices. A mutant that survives shows a rule that no test checks.
# It works in a copy of the project; further arguments go to cargo-mutants.
set -euo pipefail
command -v cargo-mutants >/dev/null || cargo install --locked --debug --quiet cargo-mutants
core=core/src
files=("$core/retry/**/*.rs" "$core/retry_after.rs" "$core/trail.rs" "$core/trail/**/*.rs" "$core/dialect.rs"
    "$core/dialect/**/*.rs" "$core/coding.rs" "$core/request_id.rs" "$core/rate_limit.rs" "$core/openstack/compute/verdict.rs")
args=()
for path in "${files[@]}"; do args+=(--file "$path"); done
# A decoder that makes no step, or too small ones, loops until the timeout: that is noticed, but takes a core for long.
args+=(--exclude-re 'Decoder::step' --exclude-re 'coding.rs:1[0-9]:')
exec cargo mutants --package reqtrail "${args[@]}" --exclude '**/codes.rs' --exclude '**/faults.rs' --exclude '**/tests.rs' \
    --copy-target=true --output target/mutants --timeout 60 --baseline skip "$@" -- --lib --test call
