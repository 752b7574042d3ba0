#!/usr/bin/env bash
# Fuzzes every target for FUZZ_SECONDS each (default 120), from its seeds, and says how many executions it reached.
set -euo pipefail
seconds=${FUZZ_SECONDS:-120}
if ! rustup toolchain list 2>/dev/null | grep -q nightly; then
    echo "Fuzzing needs a nightly compiler: rustup toolchain install nightly" >&2
    exit 1
fi
command -v cargo-fuzz >/dev/null || cargo install --locked --debug --quiet cargo-fuzz
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(cargo +nightly fuzz list)
passed=0 failed=0
cargo +nightly fuzz build
for target in "${targets[@]}"; do
    mkdir -p "fuzz/corpus/$target"
    log=$(mktemp)
    if cargo +nightly fuzz run "$target" "fuzz/corpus/$target" "fuzz/seeds/$target" -- \
        -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 >"$log" 2>&1; then
        passed=$((passed + 1))
        echo "$target: $(sed -n 's/^stat::number_of_executed_units: //p' "$log") executions, no crash"
    else
        failed=$((failed + 1))
        echo "$target: FAILED"
        tail -n 40 "$log"
    fi
    rm -f "$log"
done
echo "fuzz: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
