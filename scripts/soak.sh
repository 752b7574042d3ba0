#!/usr/bin/env bash
# Runs the soak; PROFILE=soak for the long form. The words are the soak's own, as `--calls N --seed X`.
set -euo pipefail
profile=${PROFILE:-dev}
target=${CARGO_TARGET_DIR:-target}/$([ "$profile" = dev ] && echo debug || echo "$profile")
[ -n "${NO_BUILD:-}" ] || cargo build --quiet --profile "$profile" --package reqtrail-soak
exec "$target/soak" "$@"
