#!/usr/bin/env bash
# Runs the soak; PROFILE=soak for the long form. It takes the arguments of the soak, such as `--calls N --seed X`.
set -euo pipefail
profile=${PROFILE:-dev}
target=${CARGO_TARGET_DIR:-target}/$([ "$profile" = dev ] && echo debug || echo "$profile")
[ -n "${NO_BUILD:-}" ] || cargo build --quiet --profile "$profile" --package reqtrail-soak
exec "$target/soak" "$@"
