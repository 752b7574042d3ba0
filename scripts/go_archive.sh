#!/usr/bin/env bash
# Puts libreqtrail.a where the Go package looks for it: go_archive.sh [PREFIX], from where it is installed, by default the
# tests' own prefix. For the one that users get: `scripts/install-c.sh PREFIX release`, then this with PREFIX.
set -euo pipefail
cd "$(dirname "$0")/.."
prefix=${1:-$(scripts/c_env.sh)}
from=$prefix/lib/libreqtrail.a
to=bindings-c/go/lib/$(go env GOOS)_$(go env GOARCH)/libreqtrail.a
# Only if it differs: Go links all its programs again when the archive changes.
cmp --silent "$from" "$to" || install -m 644 "$from" "$to"
