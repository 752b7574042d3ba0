#!/usr/bin/env bash
# Plays scenarios against adapters: conformance.sh ADAPTER SCENARIOS [FILTER]
set -euo pipefail
adapter=${1:-all} scenarios=${2:-tests/conformance/scenarios} filter=${3:-}
known=(rust rust-blocking)

case "$adapter" in
    all) wanted=("${known[@]}") ;;
    rust | rust-blocking) wanted=("$adapter") ;;
    *)
        echo "ADAPTER is '$adapter'; expected all, ${known[*]}" >&2
        exit 2
        ;;
esac
[ -n "${NO_BUILD:-}" ] || cargo build --quiet --package reqtrail-conformance --package reqtrail-adapter-rust
target=${CARGO_TARGET_DIR:-target}/debug
args=(--scenarios "$scenarios")
for name in "${wanted[@]}"; do
    args+=(--adapter "$name=$target/adapter-$name")
done
[ -z "$filter" ] || args+=(--filter "$filter")
exec "$target/conformance" "${args[@]}"
