#!/usr/bin/env bash
# Checks that the core compiles with each feature alone, with none and with all of them.
set -euo pipefail
cd "$(dirname "$0")/.."

features=(openstack reqwest unstable-host)
all=$(IFS=,; echo "${features[*]}")
for set in "" "${features[@]}" "$all"; do
  echo "features: ${set:-none}"
  cargo rustc --quiet --package reqtrail --lib --profile dev --no-default-features --features "$set" -- -D warnings
done
