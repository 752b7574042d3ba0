#!/usr/bin/env bash
# Checks the core with each feature alone, with none and with all of them: features.sh
# Runs the tests that need fewer features than the default: features.sh --test
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "${1:-}" = --test ]; then
  for set in "" gzip,rustls-ring; do
    cargo test --quiet --package reqtrail --no-default-features --features "$set" --test features
  done
  exit
fi

mapfile -t features < <(sed -n '/^\[features\]/,/^\[dependencies\]/s/^\([a-z0-9-]*\) = .*/\1/p' core/Cargo.toml | grep -v '^default$')
[ ${#features[@]} -gt 3 ] || { echo "core/Cargo.toml: no features are found" >&2; exit 1; }
all=$(IFS=,; echo "${features[*]}")
# The default features, and sets of features that do more together than each alone.
for set in "" "${features[@]}" default default,openstack http2,rustls-ring blocking,openstack "$all"; do
  echo "features: ${set:-none}"
  cargo clippy --quiet --package reqtrail --lib --no-default-features --features "$set" -- -D warnings
done
